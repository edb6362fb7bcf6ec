import { requireOptions, type OptionNames } from "../core/options.ts";
import { attemptUntilFinal } from "./attempts.ts";
import { requireName } from "./events.ts";
import { digestOf, fingerprintOf, fractionOf, uuidOf, type Digest } from "./kept/digest.ts";
import type { Call, Scope } from "./scope.ts";
import { sleep, waitForEvent } from "./waits.ts";

/** What the function of a step is given. */
export interface StepContext {
  /** The same for each attempt of this step, in whichever page, and for no other step: for a server to tell repetitions. */
  readonly idempotencyKey: string;
  /**
   * Which attempt this is, from 1 on. No two attempts have the same number. One that was cut off, or may have been, has
   * had one.
   */
  readonly attempt: number;
  /** Aborted when the step has taken `timeoutMs`, and when the run is cancelled or taken over by another owner. */
  readonly signal: AbortSignal;
  /** For steps within this one: they are kept with it, and not run again when it is. */
  readonly step: Step;
}

/** The function of a step. */
export type StepWork<T> = (context: StepContext) => T | Promise<T>;

/** Options of `step.run`. */
export interface StepOptions {
  /** How often the step is tried again after it has failed: a whole number. Default is 0. */
  readonly retries?: number;
  /** How long to wait before the second attempt, in milliseconds; twice as long before each further one, up to an hour. Default is 1,000. */
  readonly retryDelayMs?: number;
  /** How long one attempt may take, in milliseconds. Then it fails with a `TimeoutError`. Default is no limit. */
  readonly timeoutMs?: number;
  /**
   * Whether the step must not run again when its page died while it ran: it then fails with an `AtMostOnceError`. It can't
   * have `retries`. Default is false: it runs again. It costs a note before the step.
   */
  readonly atMostOnce?: boolean;
  /**
   * What the step works on. A fingerprint of it is kept: another input for a finished step is a `graph-mismatch`. Anything
   * that is made of plain data. Default is not to compare.
   */
  readonly input?: unknown;
}

/** Options of `step.waitForEvent`. */
export interface WaitForEventOptions {
  /** What whoever is to send the event needs to know: anything that a state may hold. `runStatus` tells it. Default is none. */
  readonly question?: unknown;
  /** How long to wait, in milliseconds, from when the step was first begun. Default is for as long as it takes. */
  readonly timeoutMs?: number;
}

/** What a run's function does everything with that is to be done once. */
export interface Step {
  /**
   * Runs a function, and keeps what it returns. Once that is on disk, the function is never called again: each further start
   * gets what was kept.
   *
   * @param name - The step's name. Several may have the same: then they are told apart by the order of the calls.
   * @param work - What to do.
   * @param options - How often and how long to try; may also stand before `work`.
   * @returns What `work` returned, once it is on disk.
   * @throws Anything, that is what `work` has thrown in the end. It is kept, and thrown again at each further start: an
   *   error of that name, with that message and cause.
   * @throws TypeError or RangeError for a name or an option that is not what it must be, and for a call after the end.
   * @throws CheckpointStoreError `serialization`: the result can't be stored; `path` names what of it. The run stops.
   * @throws CheckpointStoreError `graph-mismatch`: what is kept is of another function. The run stops.
   */
  run<T>(name: string, work: StepWork<T>, options?: StepOptions): Promise<T>;
  /**
   * Runs a function, and keeps what it returns, as `run(name, work, options)` does.
   *
   * @param name - The step's name.
   * @param options - How often and how long to try.
   * @param work - What to do.
   * @returns What `work` returned, once it is on disk.
   */
  run<T>(name: string, options: StepOptions, work: StepWork<T>): Promise<T>;
  /**
   * Sleeps. The time counts from when the step was first begun: it goes on while nobody runs the function.
   *
   * @param name - The step's name.
   * @param ms - How long, in milliseconds.
   * @returns A promise that resolves when the time is over.
   */
  sleep(name: string, ms: number): Promise<void>;
  /**
   * Waits for an event that `sendEvent` sends, in whichever tab or worker, before or after. Each event is received once.
   *
   * @param name - The event's name, and the step's.
   * @param options - What to ask, and for how long to wait.
   * @returns What was sent; `undefined` if nothing was in time.
   */
  waitForEvent<T = unknown>(name: string, options?: WaitForEventOptions): Promise<T | undefined>;
  /**
   * Returns the time at which the function got its last result, or was first started: the same at every start.
   *
   * @returns Milliseconds since the epoch.
   */
  now(): number;
  /**
   * Returns a random number: the same at every start. It is not for secrets.
   *
   * @returns 0 or more, and less than 1.
   */
  random(): number;
  /**
   * Returns a random UUID: the same at every start. It is not for secrets.
   *
   * @returns 36 characters.
   */
  uuid(): string;
  /**
   * Tells whether a run goes by a change of its function: `true` in runs that come to this call for the first time, `false`
   * in those that have got past it before the change was made.
   *
   * @param name - The name of the change.
   * @returns The same at every start of this run.
   */
  patched(name: string): boolean;
}

const STEP_OPTIONS: OptionNames<StepOptions> = {
  retries: true,
  retryDelayMs: true,
  timeoutMs: true,
  atMostOnce: true,
  input: true,
};
const WAIT_OPTIONS: OptionNames<WaitForEventOptions> = { question: true, timeoutMs: true };

/** Makes the `step` of a scope. */
export function stepOf(scope: Scope): Step {
  let drawnFrom = -1;
  let drawn = 0;
  const draw = (what: string): Digest => {
    requireOwn(scope, what);
    drawn = drawnFrom === scope.results ? drawn + 1 : 0;
    drawnFrom = scope.results;
    return digestOf(JSON.stringify([seedOf(scope, scope.results), what, scope.key, drawnFrom, drawn]));
  };
  return {
    run<T>(name: string, second: StepWork<T> | StepOptions, third?: StepWork<T> | StepOptions): Promise<T> {
      const [work, options = {}] = (typeof second === "function" ? [second, third] : [third, second]) as [
        StepWork<T>,
        StepOptions | undefined,
      ];
      return asked(scope, "run", name, () => {
        if (typeof work !== "function") throw new TypeError(`step ${JSON.stringify(name)} must be given a function`);
        requireOptions(options, STEP_OPTIONS, "step.run");
        const { retries = 0, retryDelayMs = 1000, timeoutMs, atMostOnce = false, input } = options;
        requireNumber(retries, "retries", { isWhole: true });
        requireNumber(retryDelayMs, "retryDelayMs");
        if (timeoutMs !== undefined) requireNumber(timeoutMs, "timeoutMs");
        if (typeof atMostOnce !== "boolean") throw new TypeError(`atMostOnce must be true or false`);
        if (atMostOnce && retries > 0) throw new TypeError("a step that runs at most once can't have retries");
        const begin = (call: Call, attempt: number): Promise<void> =>
          attemptUntilFinal(scope, call, attempt, {
            retries,
            retryDelayMs,
            timeoutMs,
            atMostOnce,
            work: (number, inner) => work(contextOf(call, number, inner)),
          });
        return { begin, ...(input !== undefined && { input: fingerprintOf(input) }) };
      });
    },
    sleep(name, ms) {
      return asked(scope, "sleep", name, () => {
        requireNumber(ms, "ms");
        return { begin: (call) => sleep(scope, call, ms) };
      });
    },
    waitForEvent<T>(name: string, options: WaitForEventOptions = {}) {
      return asked<T | undefined>(scope, "event", name, () => {
        requireOptions(options, WAIT_OPTIONS, "step.waitForEvent");
        if (options.timeoutMs !== undefined) requireNumber(options.timeoutMs, "timeoutMs");
        return { begin: (call) => waitForEvent(scope, call, options) };
      });
    },
    now: () => scope.lastAt,
    random: () => fractionOf(draw("random")),
    uuid: () => uuidOf(draw("uuid")),
    patched(name) {
      requireName(name, "a patch");
      requireOwn(scope, `patched(${JSON.stringify(name)})`);
      return scope.run.isPatched(name, { isLive: scope.isLive });
    },
  };
}

interface Begin {
  readonly begin: (call: Call, attempt: number) => Promise<void>;
  readonly input?: string;
}

function asked<T>(scope: Scope, kind: Call["kind"], name: string, check: () => Begin): Promise<T> {
  try {
    requireName(name, "a step");
    requireOwn(scope, `step ${JSON.stringify(name)}`);
    const { begin, ...rest } = check();
    return scope.call<T>(name, kind, {
      ...rest,
      begin: (call, attempt) => void begin(call, attempt).catch((error: unknown) => scope.run.stop(error)),
    });
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

function contextOf({ key }: Call, attempt: number, inner: Scope): StepContext {
  const seed = seedOf(inner, Infinity);
  return {
    idempotencyKey: uuidOf(digestOf(JSON.stringify([seed, key]))),
    attempt,
    signal: inner.signal,
    step: stepOf(inner),
  };
}

/** The seed that counts: in a fork, what is from before it has to stay the same, and what comes after must not be. */
function seedOf({ run, key }: Scope, results: number): string {
  return [...run.journal.state.seeds].reverse().find(({ from }) => key !== "" || from <= results)!.seed;
}

/** @throws TypeError within the function of a step that was given a `step` of its own. */
function requireOwn({ run, key }: Scope, what: string): void {
  if (run.calling === undefined || run.calling === key) return;
  throw new TypeError(`${what} was asked for within another step: use the \`step\` that its function is given`);
}

function requireNumber(value: unknown, name: string, { isWhole = false } = {}): void {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!(value >= 0) || value === Infinity || (isWhole && !Number.isInteger(value))) {
    throw new RangeError(`${name} must be a ${isWhole ? "whole " : ""}number that is not negative, got ${value}`);
  }
}
