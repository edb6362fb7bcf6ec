import { describe } from "vitest";
import { backendSuite } from "../../src/testing/vitest.ts";
import { backendSubjects } from "./kit-subjects.ts";

// Several cases at once, since each of them waits most of the time.
describe.concurrent("the kit", () => {
  for (const subject of backendSubjects) backendSuite(subject);
});
