import { conformanceSuite } from "../../src/testing/vitest.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { STRUCTURED_CLONE, subjects } from "./subjects.ts";

// In the short form, engines have this in workers alone: places.browser.test.ts.
muteExpectedComplaints();
conformanceSuite(subjects.find(({ name }) => name === STRUCTURED_CLONE)!);
