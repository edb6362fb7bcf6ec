import { describe } from "vitest";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { indexedDb } from "./subjects.ts";

muteExpectedComplaints();
// Several cases at once, since each of them waits for the database most of the time.
describe.concurrent("the kit", () => {
  conformanceSuite(indexedDb);
});
