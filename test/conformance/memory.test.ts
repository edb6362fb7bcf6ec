import { conformanceSuite } from "../../src/testing/vitest.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { memory } from "./subjects.ts";

muteExpectedComplaints();
conformanceSuite(memory);
