import { AtMostOnceError, isNonRetryable, keepError } from "./kept/errors.ts";
import { labelOf, type OpenStep } from "./kept/state.ts";
import type { Run } from "./run.ts";
import { Scope, type Call } from "./scope.ts";
import { untilTime } from "./waits.ts";

/** What a function of a step may go by, and how often and how long it may run. */
export interface Attempting {
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly timeoutMs: number | undefined;
  readonly atMostOnce: boolean;
  /** Calls the function of the step: `inner` takes the calls that it makes itself. */
  readonly work: (attempt: number, inner: Scope) => unknown;
}

/** The delay between two attempts doubles up to this. */
const MAX_DELAY_MS = 3_600_000;

/** Calls the function of a step until it returns, or has failed for good, and keeps what came of it. */
export async function attemptUntilFinal(scope: Scope, call: Call, attempt: number, how: Attempting): Promise<void> {
  const { run } = scope;
  const { journal } = run;
  const known = journal.open.get(call.key);
  const { name, turn, within } = call;
  const open: OpenStep = {
    name,
    ...(turn !== undefined && { turn }),
    ...(within !== undefined && { within }),
    kind: "run",
    attempt,
    ...(known?.failures !== undefined && { failures: known.failures }),
    ...(how.atMostOnce && { once: true }),
  };
  if (how.atMostOnce && known?.once === true) {
    const thrown = new AtMostOnceError(`step "${labelOf(call)}" may have run already, and must not run twice`);
    return scope.finish(call, { error: keepError(thrown), thrown });
  }
  journal.begin(open);
  if (how.atMostOnce) await journal.note();
  if (known?.retryAt !== undefined) await untilTime(known.retryAt, scope.signal);
  while (!scope.signal.aborted) {
    const outcome = await attemptOnce(scope, call, open.attempt!, how);
    if (scope.signal.aborted) return;
    if (!("thrown" in outcome)) return scope.finish(call, outcome);
    const failures = (open.failures ?? 0) + 1;
    if (failures > how.retries || isNonRetryable(outcome.thrown)) {
      return scope.finish(call, { error: keepError(outcome.thrown), thrown: outcome.thrown });
    }
    open.failures = failures;
    open.attempt! += 1;
    open.retryAt = Date.now() + Math.min(how.retryDelayMs * 2 ** (failures - 1), MAX_DELAY_MS);
    await journal.note();
    run.rest();
    await untilTime(open.retryAt, scope.signal);
    delete open.retryAt;
  }
}

async function attemptOnce(
  scope: Scope,
  call: Call,
  attempt: number,
  { work, timeoutMs }: Attempting,
): Promise<{ readonly result: unknown } | { readonly thrown: unknown }> {
  const { run } = scope;
  const ending = new AbortController();
  const stop = (): void => ending.abort(scope.signal.reason);
  scope.signal.addEventListener("abort", stop, { once: true });
  const late = (): void =>
    ending.abort(new DOMException(`step "${labelOf(call)}" took over ${timeoutMs} ms`, "TimeoutError"));
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
  const inner = new Scope(run, { key: call.key, signal: ending.signal });
  const ended = new Promise<never>((_resolve, reject) => {
    ending.signal.addEventListener("abort", () => reject(ending.signal.reason as Error), { once: true });
  });
  run.working += 1;
  try {
    const result = await Promise.race([callNow(run, call.key, () => work(attempt, inner)), ended]);
    inner.requireEnd();
    return { result };
  } catch (thrown) {
    return { thrown };
  } finally {
    run.working -= 1;
    inner.end();
    clearTimeout(timer);
    scope.signal.removeEventListener("abort", stop);
  }
}

/** Calls a function so that others can tell, until it first waits, whose calls they are. */
async function callNow(run: Run, key: string, work: () => unknown): Promise<unknown> {
  const before = run.calling;
  run.calling = key;
  try {
    return work();
  } finally {
    run.calling = before;
  }
}
