import { expect, test } from "vitest";
import { POSTGRES_FAULTS } from "./faults.ts";

// Each fault a few times. `npm run faults:postgres` makes them as often as it takes to trust them.
test.for(POSTGRES_FAULTS.map((fault) => [fault.title, fault] as const))("%s", async ([, fault]) => {
  const { acknowledged, rejected, lost, doubled, wrong } = await fault.make(fault.times.short);
  expect({ rejected, lost, doubled, wrong }).toEqual({ rejected: [], lost: [], doubled: [], wrong: [] });
  expect(acknowledged).toBeGreaterThan(40);
});
