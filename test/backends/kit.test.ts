import { backendSuite } from "../../src/testing/vitest.ts";
import { backendSubjects } from "./kit-subjects.ts";

for (const subject of backendSubjects) backendSuite(subject);
