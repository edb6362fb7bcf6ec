import fc from "fast-check";
import { expect, test } from "vitest";
import type { Trace } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { runSteps, sendEvent } from "../../src/steps.ts";
import { times } from "../length.ts";
import { openPage, pause } from "./mortal.ts";
import { keptNames, twentySteps, wrongCalls, type StepCall } from "./twenty-steps.ts";

test.each([false, true])(
  "killed at each await of a run of 20 steps (carried out: %s): nothing that is kept runs again, and all comes out the same",
  async (isDone) => {
    const undisturbed = createMemoryStore().trace("run");
    await sendEvent(undisturbed, "answer", "yes");
    const expected = await twentySteps(undisturbed, () => {});
    expect((await keptNames(undisturbed)).size).toBe(20);

    let deaths = 0;
    let survived: unknown;
    for (let diesAt = 0; survived === undefined; diesAt += 1) {
      const run = createMemoryStore().trace("run");
      await sendEvent(run, "answer", "yes");
      const page = openPage(run, { diesAt, isDone });
      const before: StepCall[] = [];
      const first = await Promise.race([twentySteps(page.trace, (call) => before.push(call)), untilDead(page)]);
      if (!page.isDead) {
        survived = first;
        continue;
      }
      deaths += 1;
      const kept = await keptNames(run);
      const after: StepCall[] = [];
      expect(await twentySteps(run, (call) => after.push(call)), `killed at ${diesAt}`).toEqual(expected);
      expect(wrongCalls(before, { kept, after }), `killed at ${diesAt}`).toEqual([]);
    }
    expect(survived).toEqual(expected);
    expect(deaths).toBeGreaterThan(20);
  },
  60_000,
);

async function untilDead(page: { readonly isDead: boolean }): Promise<undefined> {
  while (!page.isDead) await pause(1);
  // What was asked for before, and is still on its way, is carried out.
  await pause(2);
  return undefined;
}

/** A branch: how long each of its steps takes, in tasks; and how many microtasks pass between two of them. */
const branches = fc.array(
  fc.record({
    tasks: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }),
    microtasks: fc.nat({ max: 4 }),
    joinsLate: fc.boolean(),
  }),
  { minLength: 2, maxLength: 4 },
);

test("branches that run steps of one name keep their own results, whatever the order in which they start, end and die", async () => {
  await fc.assert(
    fc.asyncProperty(branches, fc.array(fc.nat({ max: 12 }), { maxLength: 4 }), async (plan, deaths) => {
      const run = createMemoryStore().trace("run");
      const agent = (trace: Trace, speed: number): Promise<unknown> =>
        runSteps(trace, async (step) => {
          const follow = async ({ tasks, microtasks, joinsLate }: (typeof plan)[number], branch: number) => {
            if (joinsLate) await step.run("join", () => 1);
            const own: string[] = [];
            for (const [i, delay] of tasks.entries()) {
              // Different at each start, as the world is.
              const result = await step.run("work", async () => {
                for (let task = 0; task < (delay + speed * (branch + 1)) % 4; task += 1) await pause(0);
                return `${branch}.${i}`;
              });
              for (let n = 0; n < microtasks; n += 1) await Promise.resolve();
              own.push(result);
            }
            return own;
          };
          return Promise.all(plan.map(follow));
        });
      for (const [i, diesAt] of deaths.entries()) {
        const page = openPage(run, { diesAt, isDone: i % 2 === 0 });
        const outcome = agent(page.trace, i);
        outcome.catch(() => undefined);
        await Promise.race([outcome, untilDead(page)]);
        page.kill();
      }
      const got = await agent(run, 5);
      expect(got).toEqual(plan.map(({ tasks }, branch) => tasks.map((_, i) => `${branch}.${i}`)));
    }),
    { numRuns: times({ short: 60, long: 2000 }) },
  );
}, 120_000);
