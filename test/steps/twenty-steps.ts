import type { Trace } from "../../src/index.ts";
import { keptSteps, runSteps, type Step, type StepsState } from "../../src/steps.ts";

/** What the function of a step was called with. */
export interface StepCall {
  readonly name: string;
  readonly key: string;
  readonly attempt: number;
}

/**
 * Runs 20 steps: one after the other, in parallel, within each other, with a retry, a sleep and an event.
 *
 * @param tell - Called when the function of a step is.
 */
export function twentySteps(trace: Trace, tell: (call: StepCall) => void): Promise<unknown> {
  let hasFailed = false;
  return runSteps(trace, async (step) => {
    const work = async (on: Step, name: string, options = {}): Promise<string> =>
      on.run(name, options, async ({ idempotencyKey, attempt }) => {
        tell({ name, key: idempotencyKey, attempt });
        await Promise.resolve();
        if (name === "retried" && !hasFailed) {
          hasFailed = true;
          throw new Error("the first time");
        }
        return `result of ${name}`;
      });
    const results: unknown[] = [];
    for (let i = 1; i <= 4; i += 1) results.push(await work(step, `in turn ${i}`));
    results.push(await Promise.all([1, 2, 3, 4, 5].map((i) => work(step, `in parallel ${i}`))));
    results.push(await work(step, "retried", { retries: 3, retryDelayMs: 1 }));
    results.push(
      await step.run("outer", async ({ step: inner }) => [await work(inner, "inner 1"), await work(inner, "inner 2")]),
    );
    await step.sleep("nap", 2);
    results.push(await step.waitForEvent("answer"));
    for (let i = 5; i <= 9; i += 1) results.push(await work(step, `in turn ${i}`));
    return results;
  });
}

/** The names of the steps that are kept. */
export async function keptNames(trace: Trace): Promise<Set<string>> {
  const state = (await trace.loadLatest())?.state as StepsState | undefined;
  return new Set(state && keptSteps(state).map(({ name }) => name));
}

/** Returns what is wrong with what was called before a death, and after it. */
export function wrongCalls(
  before: readonly StepCall[],
  { kept, after }: { readonly kept: ReadonlySet<string>; readonly after: readonly StepCall[] },
): string[] {
  const wrong = after.filter(({ name }) => kept.has(name)).map(({ name }) => `${name} was kept, and ran again`);
  const last = new Map<string, StepCall>();
  for (const call of [...before, ...after]) {
    const one = last.get(call.name);
    if (one !== undefined && one.key !== call.key) wrong.push(`${call.name} has two keys`);
    if (one !== undefined && one.attempt >= call.attempt)
      wrong.push(`${call.name} was twice at attempt ${call.attempt}`);
    last.set(call.name, call);
  }
  return wrong;
}
