import { afterAll, describe, expect, test } from "vitest";
import { Bench } from "./bench.ts";
import { findEngines } from "./engines/engine.ts";
import { FAULTS } from "./suite.ts";

// The short form: each fault once or twice in each engine. `npm run faults` makes them as often as it takes to trust them.
const bench = await Bench.open();
afterAll(() => bench.close());
const engines = await findEngines();

for (const fault of FAULTS) {
  const reason = await fault.whyNot?.();
  if (reason !== undefined) {
    console.warn(`NOT TESTED, the fault "${fault.name}": ${reason}`);
    continue;
  }
  describe(fault.name, () => {
    const where = engines.filter((engine) => fault.isFor(engine) && fault.times.short(engine) > 0);
    test.for(where.map((engine) => [engine.title, engine] as const))("%s", async ([, engine]) => {
      const rows = await fault.run(engine, { times: fault.times.short(engine), bench });
      expect(rows.length).toBeGreaterThan(0);
      for (const { fault, wrong } of rows) expect(wrong, fault).toEqual([]);
    });
  });
}
