import type { Journal } from "./kept/journal.ts";
import type { OpenStep, StepIdentity, StepKind } from "./kept/state.ts";
import { macrotask } from "./macrotask.ts";
import type { Run } from "./run.ts";
import type { Call, Scope } from "./scope.ts";

/** The longest delay of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Resolves at a time, or as soon as the signal is aborted. */
export async function untilTime(time: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && Date.now() < time) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(time - Date.now(), MAX_TIMER_MS));
      signal.addEventListener("abort", done);
    });
  }
}

/** Sleeps, from when the step was first begun, and keeps that it did. */
export async function sleep(scope: Scope, call: Call, ms: number): Promise<void> {
  const { until } = begin(scope.run.journal, call, (identity) => ({
    ...identity,
    kind: "sleep",
    until: Date.now() + ms,
  }));
  scope.run.rest();
  await untilTime(until!, scope.signal);
  await scope.finish(call, {});
}

/** Waits for an event, from when the step was first begun, and keeps what came. */
export async function waitForEvent(
  scope: Scope,
  call: Call,
  { question, timeoutMs }: { readonly question?: unknown; readonly timeoutMs?: number | undefined },
): Promise<void> {
  const { run } = scope;
  const { until } = begin(run.journal, call, (identity) => ({
    ...identity,
    kind: "event",
    ...(timeoutMs !== undefined && { until: Date.now() + timeoutMs }),
    ...(question !== undefined && { question }),
  }));
  const ending = new AbortController();
  const end = (): void => ending.abort();
  scope.signal.addEventListener("abort", end, { once: true });
  let isReceived = false;
  const giveUp = run.inbox.wait(call.name, ({ id, value }) => {
    isReceived = true;
    end();
    void scope.finish(call, { event: id, result: value });
  });
  run.rest();
  await untilTime(until ?? Infinity, ending.signal);
  scope.signal.removeEventListener("abort", end);
  giveUp();
  if (!isReceived) await scope.finish(call, {});
}

/** Puts a wait among what has begun, unless it is there from an earlier start. */
function begin(
  journal: Journal,
  { name, turn, within, key, kind }: Call,
  first: (identity: StepIdentity) => OpenStep,
): OpenStep {
  const known = journal.open.get(key);
  if (known?.kind === kind) return known;
  const open = first({ name, ...(turn !== undefined && { turn }), ...(within !== undefined && { within }) });
  journal.begin(open);
  return open;
}

/** What is waited for, as text: equal if nothing has changed. */
function waitsOf(open: Iterable<OpenStep>): string {
  const waits = [...open].filter(({ kind, retryAt }) => kind !== "run" || retryAt !== undefined);
  return waits
    .map(({ name, turn, within, kind, until, retryAt }: OpenStep & { kind: StepKind }) =>
      JSON.stringify([name, turn, within, kind, until, retryAt]),
    )
    .join();
}

/**
 * Saves what a run waits for, once it does: as a checkpoint if it does nothing else, so that whoever lists runs sees that
 * this one stands still, and what would wake it; as a note if other steps go on.
 */
export class RestKeeper {
  readonly #run: Run;
  readonly #isAtRest: () => boolean;
  #saved: string;
  #isLooking = false;

  constructor(run: Run, { isAtRest, isWaiting }: { isAtRest: () => boolean; isWaiting: boolean }) {
    this.#run = run;
    this.#isAtRest = isAtRest;
    this.#saved = isWaiting ? `wait ${waitsOf(run.journal.open.values())}` : "";
  }

  /** Looks whether the run has come to rest, as soon as nothing more happens by itself. */
  look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#look();
  }

  async #look(): Promise<void> {
    await macrotask();
    await this.#run.inbox.isRead();
    await this.#run.journal.settled();
    this.#isLooking = false;
    const { journal, working, signal } = this.#run;
    const waits = waitsOf(journal.open.values());
    if (signal.aborted || waits === "") return;
    const isWaiting = working === 0 && this.#isAtRest();
    const now = `${isWaiting ? "wait" : "note"} ${waits}`;
    if (now === this.#saved) return;
    this.#saved = now;
    try {
      await (isWaiting ? journal.wait() : journal.note());
    } catch (error) {
      this.#run.stop(error);
    }
  }
}
