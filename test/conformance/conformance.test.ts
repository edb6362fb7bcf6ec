import { describe } from "vitest";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { STRUCTURED_CLONE, subjects } from "./subjects.ts";

muteExpectedComplaints();
// Several cases at once, since each of them waits for the database most of the time.
describe.concurrent("the kit", () => {
  // That one has a file of its own.
  for (const subject of subjects) if (subject.name !== STRUCTURED_CLONE) conformanceSuite(subject);
});
