import { describe } from "vitest";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { memory } from "./subjects.ts";

muteExpectedComplaints();
// Several cases at once, since some of them wait for what must not come.
describe.concurrent("the kit", () => {
  conformanceSuite(memory);
});
