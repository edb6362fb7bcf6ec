import { requireOptions, type OptionNames } from "../core/options.ts";
import type { Trace } from "../core/trace.ts";
import { readEvents, requireStepsState } from "./events.ts";
import { throwable } from "./kept/errors.ts";
import { progressOf } from "./kept/journal.ts";
import { keptSteps, type OpenStep, type StepsState } from "./kept/state.ts";

/** An event that a run waits for. */
export interface AwaitedEvent {
  /** The name that `sendEvent` takes. */
  readonly name: string;
  /** What whoever sends it needs to know, as the function gave it. */
  readonly question?: unknown;
  /** When the run no longer waits for it, in milliseconds since the epoch. Absent: never. */
  readonly until?: number;
}

/** What {@link runStatus} returns: where a run stands, and what it needs to go on. */
export type RunStatus = {
  /**
   * When the run has something to do, in milliseconds since the epoch: now, or earlier, if that is at once. `undefined` if
   * nothing but an event can wake it, or nothing at all.
   */
  readonly wakeAt: number | undefined;
  /** The events that it waits for and that were not sent yet. */
  readonly events: readonly AwaitedEvent[];
} & (
  | {
      /** `new`: nobody has begun it. `running`: it is being driven, or was cut off. `waiting`: it stands still. */
      readonly kind: "new" | "running" | "waiting";
    }
  | {
      /** `complete`: its function has returned. */
      readonly kind: "complete";
      /** What the function returned. */
      readonly result: unknown;
    }
  | {
      /** `failed`: its function has thrown. `runSteps` starts it over. */
      readonly kind: "failed";
      /** What the function threw, made anew. */
      readonly error: Error;
    }
);

/**
 * Returns where a run stands and what would wake it, without running it. It does not know whether anybody drives it now.
 *
 * @param trace - A handle on the run's trace.
 * @returns What it waits for, or what came of it.
 * @throws TypeError if the trace holds something other than a run of steps.
 * @throws CheckpointStoreError `corrupted`: the newest checkpoint is damaged.
 * @throws CheckpointStoreError `codec-mismatch`: this store can't read it.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { runStatus, runSteps, sendEvent } from "waystone/steps";
 *
 * const run = createMemoryStore().trace("run-1");
 * const running = runSteps(run, (step) => step.waitForEvent("approval", { question: "Send it?" }));
 * await new Promise<void>((resolve) => {
 *   run.watch((change) => change.kind === "saved" && change.head.nextNode === "wait" && resolve());
 * });
 *
 * const status = await runStatus(run);
 * console.log(status.kind, status.events); // waiting [ { name: 'approval', question: 'Send it?' } ]
 *
 * await sendEvent(run, "approval", true);
 * await running;
 * console.log((await runStatus(run)).kind); // complete
 * ```
 */
export async function runStatus(trace: Trace): Promise<RunStatus> {
  const latest = await trace.loadLatest({ notes: true });
  if (latest === undefined) return { kind: "new", wakeAt: undefined, events: [] };
  const state = requireStepsState(latest.state, trace.id);
  if (state.outcome !== undefined) {
    return { kind: "complete", result: state.outcome.result, wakeAt: undefined, events: [] };
  }
  const progress = progressOf(latest);
  if (progress?.failure !== undefined) {
    return { kind: "failed", error: throwable(progress.failure), wakeAt: undefined, events: [] };
  }
  if (state.startedAt === undefined) return { kind: "new", wakeAt: Date.now(), events: [] };
  const open = progress?.open ?? state.open;
  const { awaited, hasCome } = await awaitedEvents(trace, state, open);
  const events = awaited.map(({ name, question, until }) => ({
    name,
    ...(question !== undefined && { question }),
    ...(until !== undefined && { until }),
  }));
  if (latest.metadata?.kind !== "wait") return { kind: "running", wakeAt: Date.now(), events };
  const times = open.flatMap(({ until, retryAt }) => until ?? retryAt ?? []);
  if (hasCome) times.push(Date.now());
  return { kind: "waiting", wakeAt: times.length === 0 ? undefined : Math.min(...times), events };
}

async function awaitedEvents(
  trace: Trace,
  state: StepsState,
  open: readonly OpenStep[],
): Promise<{ awaited: readonly OpenStep[]; hasCome: boolean }> {
  const waits = open.filter(({ kind }) => kind === "event");
  if (waits.length === 0) return { awaited: [], hasCome: false };
  const received = new Set(keptSteps(state).map(({ event }) => event));
  // A fork that nobody has driven yet has no events of its own.
  const sent = (await trace.head(state.anchor)) === undefined ? [] : await readEvents(trace, state.anchor);
  const names = sent.filter(({ id }) => !received.has(id)).map(({ name }) => name);
  const awaited = waits.filter(({ name }) => {
    const at = names.indexOf(name);
    if (at >= 0) names.splice(at, 1);
    return at < 0;
  });
  return { awaited, hasCome: awaited.length < waits.length };
}

/** Options of {@link followRun}. */
export interface FollowRunOptions {
  /** Ends the following when it is aborted. The run goes on. Default is none. */
  readonly signal?: AbortSignal;
}

const FOLLOW_RUN: OptionNames<FollowRunOptions> = { signal: true };

/**
 * Waits for what comes of a run that others drive, in this or any other tab or worker, and never drives it.
 *
 * @param trace - A handle on the run's trace. The run need not have begun.
 * @param options - `signal` ends the following.
 * @returns What the run's function returns.
 * @throws Anything, that is what the run's function has thrown, made anew.
 * @throws TypeError if the trace holds something other than a run of steps.
 * @throws The signal's reason, once `signal` is aborted.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { followRun, runSteps } from "waystone/steps";
 *
 * const store = createMemoryStore();
 * const following = followRun(store.trace("run-1"));
 * await runSteps(store.trace("run-1"), (step) => step.run("greet", () => "hello"));
 * console.log(await following); // hello
 * ```
 */
export async function followRun(trace: Trace, options: FollowRunOptions = {}): Promise<unknown> {
  requireOptions(options, FOLLOW_RUN, "followRun");
  const { signal } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    let looking: Promise<void> = Promise.resolve();
    const end = (settle: () => void): void => {
      unwatch();
      signal?.removeEventListener("abort", stop);
      settle();
    };
    const look = async (): Promise<void> => {
      try {
        const status = await runStatus(trace);
        if (status.kind === "complete") end(() => resolve(status.result));
        else if (status.kind === "failed") end(() => reject(status.error));
      } catch (error) {
        end(() => reject(error as Error));
      }
    };
    const stop = (): void => end(() => reject(signal!.reason as Error));
    signal?.addEventListener("abort", stop, { once: true });
    // A checkpoint that says what comes next can't be the end, and reading a run's state for each step would be a waste.
    const unwatch = trace.watch((change) => {
      if (change.kind === "noted" || (change.kind === "saved" && change.head.nextNode === undefined)) {
        looking = looking.then(look);
      }
    });
    looking = look();
  });
}

/** The part of an extension's `chrome.alarms` that {@link setWakeAlarm} uses. */
export interface Alarms {
  /**
   * Sets an alarm, as `chrome.alarms.create` does.
   *
   * @param name - The alarm's name.
   * @param when - When it goes off first, and how often again.
   * @returns Nothing that is used, or a promise of it.
   */
  create(name: string, when: { readonly when: number; readonly periodInMinutes: number }): unknown;
  /**
   * Clears an alarm, as `chrome.alarms.clear` does.
   *
   * @param name - The alarm's name.
   * @returns Nothing that is used, or a promise of it.
   */
  clear(name: string): unknown;
}

/** Options of {@link setWakeAlarm}. */
export interface SetWakeAlarmOptions {
  /** The alarm's name. Default is `waystone-steps`. */
  readonly name?: string;
}

const SET_WAKE_ALARM: OptionNames<SetWakeAlarmOptions> = { name: true };

/** Chrome lets no alarm go off sooner, and none more often. */
const MIN_DELAY_MS = 30_000;
const PERIOD_MINUTES = 1;

/**
 * Sets the alarm that wakes an extension's worker when the first of some runs has something to do, or clears it if none
 * ever has by itself. The alarm repeats every minute until it is set anew: a worker that is stopped in the middle of a run
 * is followed by another one.
 *
 * To be called before runs are driven, and again whenever one has ended or come to rest.
 *
 * @param alarms - `chrome.alarms`.
 * @param runs - Handles on the traces of the runs.
 * @param options - The alarm's name.
 * @returns When the alarm goes off first, in milliseconds since the epoch; `undefined` if it was cleared.
 * @throws TypeError if one of the traces holds something other than a run of steps.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { runSteps, setWakeAlarm } from "waystone/steps";
 *
 * const alarms = { create: (name: string) => console.log("set", name), clear: () => undefined };
 * const run = createMemoryStore().trace("run-1");
 * void runSteps(run, (step) => step.sleep("a day", 86_400_000));
 * await new Promise<void>((resolve) => run.watch(() => resolve()));
 * await setWakeAlarm(alarms, [run]); // set waystone-steps
 * ```
 */
export async function setWakeAlarm(
  alarms: Alarms,
  runs: Iterable<Trace>,
  options: SetWakeAlarmOptions = {},
): Promise<number | undefined> {
  requireOptions(options, SET_WAKE_ALARM, "setWakeAlarm");
  const { name = "waystone-steps" } = options;
  const statuses = await Promise.all([...runs].map((run) => runStatus(run)));
  const times = statuses.flatMap(({ wakeAt }) => wakeAt ?? []);
  if (times.length === 0) {
    await alarms.clear(name);
    return undefined;
  }
  const when = Math.max(Math.min(...times), Date.now() + MIN_DELAY_MS);
  await alarms.create(name, { when, periodInMinutes: PERIOD_MINUTES });
  return when;
}
