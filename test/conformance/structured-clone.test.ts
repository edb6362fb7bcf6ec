import { describe } from "vitest";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { clonedIndexedDb, clonedMemory } from "./subjects.ts";

// In the short form, browsers have this in workers alone: places.browser.test.ts.
muteExpectedComplaints();
describe.concurrent("the kit", () => {
  conformanceSuite(clonedMemory);
  conformanceSuite(clonedIndexedDb);
});
