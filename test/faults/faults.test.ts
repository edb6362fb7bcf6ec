import { afterAll, expect, test } from "vitest";
import { Bench } from "./bench.ts";
import { findEngines } from "./engines/engine.ts";
import { FAULTS, shortForm } from "./suite.ts";

// Each fault once or twice in each browser. `npm run faults` makes them as often as it takes to trust them.
const bench = await Bench.open();
afterAll(() => bench.close());

const all = await findEngines();
/** The first answer is about one browser. */
const engines = import.meta.env.MODE === "first" ? all.filter(({ name }) => name === "chromium") : all;
const except: string[] = [];
for (const { name, whyNot } of FAULTS) if ((await whyNot?.()) !== undefined) except.push(name);

const made = shortForm(engines, { except });
test.for(made.map((one) => [one.fault.name, one.engine.title, one] as const))("%s, %s", async ([, , one]) => {
  const rows = await one.fault.run(one.engine, { times: one.times, bench });
  expect(rows.length).toBeGreaterThan(0);
  for (const { fault, wrong } of rows) expect(wrong, fault).toEqual([]);
});
