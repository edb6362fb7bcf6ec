import type { Checkpoint } from "../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import type { TakeOverOptions, Trace } from "../core/trace.ts";
import { Inbox, requireStepsState } from "./events.ts";
import { keepError } from "./kept/errors.ts";
import { Journal, progressOf, type CheckpointKind, type StepsHead } from "./kept/journal.ts";
import { privateCopy } from "./kept/private-copy.ts";
import { freshState, keptSteps, type StepsState } from "./kept/state.ts";
import { Run } from "./run.ts";
import { Scope } from "./scope.ts";
import { stepOf, type Step } from "./step.ts";
import { RestKeeper } from "./waits.ts";

/** What the function of a run is given beside `step`. */
export interface RunContext<I> {
  /** What the run was begun with: the same at every start. */
  readonly input: I;
  /** Aborted when the run is cancelled or taken over by another owner. */
  readonly signal: AbortSignal;
}

/** The function of a run. What it does between steps, it does at every start, and has to do alike. */
export type StepsFunction<T, I> = (step: Step, context: RunContext<I>) => T | Promise<T>;

/** Options of {@link runSteps}. */
export interface RunStepsOptions<I = unknown> {
  /** What the function works on. It is kept when the run begins, and what is kept counts from then on. Default is `undefined`. */
  readonly input?: I;
  /** Names the function, in every checkpoint: a run that was begun by another is a `graph-mismatch`. Default is to accept any. */
  readonly graphHash?: string;
  /**
   * Brings a run of another `graphHash` to this one: returns the state for this function, with steps renamed or taken out,
   * or `undefined` for `graph-mismatch`. What is stored stays as it is. Default is `graph-mismatch`.
   */
  readonly upgrade?: (checkpoint: Checkpoint<StepsState>) => StepsState | undefined | Promise<StepsState | undefined>;
  /** Cancels the run when it is aborted: nothing more begins, what is finished stays. Default is none. */
  readonly signal?: AbortSignal;
  /** Whether to take the run from its owner at once, as in `takeOver`: for one that is known to be frozen. Default is false. */
  readonly steal?: boolean;
  /**
   * Returns what the head of a checkpoint is to say of the run, for lists that read no states. Default is what the steps
   * themselves say.
   */
  readonly head?: (state: StepsState, kind: CheckpointKind) => StepsHead;
}

const OPTIONS: OptionNames<RunStepsOptions> = {
  input: true,
  graphHash: true,
  upgrade: true,
  signal: true,
  steal: true,
  head: true,
};

/**
 * Runs an agent that is a plain async function, and that survives its page.
 *
 * Each finished step is a checkpoint of the trace. When the page has died, whoever calls `runSteps` again starts the
 * function over: it gets the results of finished steps at once and goes on from there. A step that was running when the
 * page died runs again, with the same `idempotencyKey`. When the run is complete, `runSteps` returns what the function
 * returned, and does not call it.
 *
 * The caller takes the trace over: a second tab waits, and goes on when the first is done or gone; `followRun` waits
 * without that. Where there are no Web Locks, nobody waits: of two that drive the run, the one that saves first goes on,
 * and the other is refused as `conflict`.
 *
 * @param trace - A handle on the run's trace, of its own. It is made with the run.
 * @param fn - The agent. Between its steps it has to be the same at every start: no clock, no chance, no network.
 * @param options - What it works on, and how it is told apart from other functions.
 * @returns What `fn` returns, once that is on disk.
 * @throws Anything, that is what `fn` throws. It is noted, and the next call starts it over: what its steps have failed
 *   with is thrown again.
 * @throws TypeError if the trace holds something else than a run of steps, or `fn` returns while steps are running.
 * @throws CheckpointStoreError `graph-mismatch`: another function began the run; or one that asks for other steps, which
 *   the message names.
 * @throws CheckpointStoreError `serialization`: a result can't be stored; the message names the step, and `path` what of it.
 * @throws CheckpointStoreError `conflict`: another owner has taken the run over, or has saved to the trace.
 * @throws CheckpointStoreError `corrupted`: the newest checkpoint is damaged.
 * @throws CheckpointStoreError `codec-mismatch`: this store can't read it.
 * @throws The signal's reason, once `signal` is aborted.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { runSteps } from "waystone/steps";
 *
 * const run = createMemoryStore().trace("run-1");
 * const agent = () =>
 *   runSteps(run, async (step) => {
 *     const word = await step.run("look up", () => {
 *       console.log("looking it up"); // looking it up
 *       return "waystone";
 *     });
 *     return step.run("shout", () => word.toUpperCase());
 *   });
 * console.log(await agent(), await agent()); // WAYSTONE WAYSTONE
 * ```
 */
export async function runSteps<T, I = unknown>(
  trace: Trace,
  fn: StepsFunction<T, I>,
  options: RunStepsOptions<I> = {},
): Promise<T> {
  requireOptions(options, OPTIONS as OptionNames<RunStepsOptions<I>>, "runSteps");
  if (typeof fn !== "function") throw new TypeError(`runSteps takes a function, got ${typeof fn}`);
  const { signal, steal } = options;
  signal?.throwIfAborted();
  const drive = (owned: Trace, lost?: AbortSignal): Promise<T> =>
    startOver(owned, fn as StepsFunction<T, unknown>, { ...options, lost });
  if ((globalThis.navigator as Partial<Navigator> | undefined)?.locks === undefined) return drive(trace);
  const taking: TakeOverOptions = {
    // A page that calls this twice, as pages do that draw themselves anew, has the second call go on after the first.
    waitsForOwn: true,
    ...(signal !== undefined && { signal }),
    ...(steal !== undefined && { steal }),
  };
  return trace.takeOver(({ trace: owned, signal: lost }) => drive(owned, lost), taking);
}

interface Starting extends RunStepsOptions {
  /** Aborted when the trace has got another owner. */
  readonly lost: AbortSignal | undefined;
}

async function startOver<T>(trace: Trace, fn: StepsFunction<T, unknown>, options: Starting): Promise<T> {
  const { journal, isWaiting } = await openJournal(trace, options);
  const { state } = journal;
  if (state.outcome !== undefined) return state.outcome.result as T;
  const received = keptSteps(state).flatMap(({ event }) => (event === undefined ? [] : [event]));
  const inbox = new Inbox(trace, { anchor: state.anchor, received, fail: (error) => run.stop(error) });
  const run: Run = new Run(journal, inbox);
  const scope = new Scope(run, { key: "", signal: run.signal });
  const rest = new RestKeeper(run, { isAtRest: () => scope.isAtRest, isWaiting });
  run.rest = () => rest.look();
  const stops = [options.signal, options.lost].filter((signal) => signal !== undefined);
  const stop = (): void => run.stop(stops.find(({ aborted }) => aborted)?.reason);
  for (const signal of stops) signal.addEventListener("abort", stop, { once: true });
  if (stops.some(({ aborted }) => aborted)) stop();
  try {
    const context = { input: privateCopy(state.input), signal: run.signal };
    const result = await Promise.race([call(() => fn(stepOf(scope), context)), run.stopped]);
    scope.requireEnd();
    scope.end();
    await journal.end(privateCopy(result));
    return result;
  } catch (error) {
    await note(run, error);
    throw error;
  } finally {
    run.stop(new TypeError("the run's function has ended"));
    scope.end();
    inbox.close();
    for (const signal of stops) signal.removeEventListener("abort", stop);
  }
}

/** So that what a function throws before it first waits is a rejection, too. */
async function call<T>(work: () => T | Promise<T>): Promise<T> {
  return work();
}

/** Finds where a run stands, and keeps that it is started once more. */
async function openJournal(trace: Trace, options: Starting): Promise<{ journal: Journal; isWaiting: boolean }> {
  for (let isFirst = true; ; isFirst = false) {
    const latest = await trace.loadLatest({ notes: true });
    const journal = new Journal(trace, { latest, state: await stateFor(trace, latest, options) }, options);
    const { state } = journal;
    if (state.outcome !== undefined) return { journal, isWaiting: false };
    const isBegun = state.startedAt !== undefined;
    if (!isBegun) {
      state.startedAt = Date.now();
      if (options.input !== undefined) state.input = privateCopy(options.input);
    }
    try {
      const hasAnchor = state.anchor !== "" && (await trace.head(state.anchor)) !== undefined;
      if (!hasAnchor) await journal.anchor();
      else if (!isBegun) await journal.start();
      else {
        await journal.restart(progressOf(latest));
        return { journal, isWaiting: latest?.metadata?.kind === "wait" };
      }
      return { journal, isWaiting: false };
    } catch (error) {
      // An event was sent to the run just now, before it had a checkpoint.
      if (!isFirst || isBegun || !isCheckpointStoreError(error, "conflict")) throw error;
    }
  }
}

/** The state to start from. @throws `graph-mismatch` if it is another function's. */
async function stateFor(
  trace: Trace,
  latest: Checkpoint | undefined,
  { graphHash, upgrade }: RunStepsOptions,
): Promise<StepsState> {
  if (latest === undefined) return freshState();
  const state = requireStepsState(latest.state, trace.id);
  // Whoever sends an event does not know the function.
  if (graphHash === undefined || latest.graphHash === graphHash || state.startedAt === undefined) return state;
  const upgraded = await upgrade?.(latest as Checkpoint<StepsState>);
  if (upgraded !== undefined) return requireStepsState(upgraded, trace.id);
  const actual = latest.graphHash;
  throw new CheckpointStoreError(
    "graph-mismatch",
    `run ${trace.id} was begun by ${actual ?? "a function without a name"}, not by ${graphHash}`,
    { traceId: trace.id, checkpointId: latest.id, expected: graphHash, ...(actual !== undefined && { actual }) },
  );
}

/** Keeps what a run has ended with, and that nothing was cut off, if it is still this owner's. */
async function note(run: Run, error: unknown): Promise<void> {
  const wasCancelled = run.signal.aborted;
  run.stop(error);
  try {
    await run.journal.settled();
    await run.journal.noteEnd(wasCancelled ? undefined : keepError(error));
  } catch {
    // It is another's now, or can't be written to. Then it is as if the page had died here.
  }
}
