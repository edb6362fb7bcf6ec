import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { ConformanceSubject } from "../../src/testing/index.ts";
import { times } from "../length.ts";
import { anyCommand, tally } from "./model/commands.ts";
import { compareAll, Model, Real, TRACES } from "./model/run.ts";
import { subjects } from "./subjects.ts";

const RUNS = times({ short: 10, long: 350 });
const SHRINK_LIMIT_MS = 120_000;
/** The same commands in every browser and at every run. Another number explores others. */
const SEED = 20_261_124;
/** Of each subject; there are four. */
const LEAST_COMMANDS = times({ short: 150, long: 2_500 });

/** Runs share a database, since opening one costs more than all that is done with it; a failed run spoils it. */
async function withStore(subject: ConformanceSubject, pool: Real[], use: (real: Real) => Promise<void>): Promise<void> {
  const real = pool.pop() ?? (await new Real(subject, `model-${crypto.randomUUID()}`).open());
  try {
    await use(real);
    for (const traceId of TRACES) await real.via(0).deleteTrace(traceId);
    expect((await real.via(0).usage()).storedBytes).toBe(0);
    pool.push(real);
  } catch (failure) {
    await real.destroy().catch(() => undefined);
    throw failure;
  }
}

describe.each(subjects)("$name", (subject) => {
  const pool: Real[] = [];
  afterAll(async () => {
    for (const real of pool) await real.destroy();
  });

  test(
    "does what a plain store does",
    { timeout: times({ short: 2 * SHRINK_LIMIT_MS, long: 20 * SHRINK_LIMIT_MS }) },
    async () => {
      const before = tally.commands;
      const property = fc.asyncProperty(fc.commands(anyCommand, { maxCommands: 70, size: "max" }), (commands) =>
        withStore(subject, pool, async (real) => {
          const model = new Model();
          await fc.asyncModelRun(() => ({ model, real }), commands);
          await compareAll(model, real);
        }),
      );
      // A failure is made smaller for so long, and no longer.
      const limits = {
        interruptAfterTimeLimit: times({ short: SHRINK_LIMIT_MS, long: 10 * SHRINK_LIMIT_MS }),
        markInterruptAsFailure: true,
      };
      await fc.assert(property, { seed: SEED, numRuns: RUNS, ...limits });
      expect(tally.commands - before).toBeGreaterThanOrEqual(LEAST_COMMANDS);
    },
  );
});
