/**
 * The room `steps` runs an agent that is a plain async function, on the public interfaces of a store alone.
 *
 * - `state.ts` is what a run keeps: the state of each of its checkpoints. `journal.ts` writes it, and nothing else does.
 * - `run.ts` gives each call its name and its turn, and hands results to the function in the order in which they were
 *   kept; `scope.ts` is the `step` that the function is given.
 * - `attempts.ts` calls the function of a step until its outcome is final; `waits.ts` sleeps and waits for events.
 * - `start.ts` finds out where a run stands, and ends it; `events.ts` and `status.ts` are for those who do not drive it.
 * - `errors.ts`, `digest.ts` and `private-copy.ts` make of errors, texts and results what can be kept.
 */
import type { KeptError } from "./errors.ts";

/** What a step was, by the method of `step` that asked for it. */
export type StepKind = "run" | "sleep" | "event";

/** How a step is known: by its name, and its turn among the steps of that name in the same function. */
export interface StepIdentity {
  /** The name that the function gave. */
  readonly name: string;
  /** Which of the steps of that name it is, from 1 on. Absent for the first. */
  readonly turn?: number;
  /** The key of the step that it was run within. Absent for a step of the run's own function. */
  readonly within?: string;
}

/** A finished step, as a run keeps it. */
export interface KeptStep extends StepIdentity {
  /** What it was. */
  readonly kind: StepKind;
  /** When it was finished, in milliseconds since the epoch; never less than that of the step before. */
  readonly at: number;
  /** The fingerprint of its `input`, where it was given one. */
  readonly input?: string;
  /** The id of the event that it received. */
  readonly event?: string;
  /** What it returned or received. Absent for `undefined`. */
  result?: unknown;
  /** What it failed with for good. */
  readonly error?: KeptError;
}

/** A step that had begun and was not finished. */
export interface OpenStep extends StepIdentity {
  /** What it is. */
  readonly kind: StepKind;
  /** The attempt that it is at, or is to begin with. */
  attempt?: number;
  /** How many attempts have failed. */
  failures?: number;
  /** When the next attempt may begin, in milliseconds since the epoch. */
  retryAt?: number;
  /** `true` if it must not run again. */
  readonly once?: true;
  /** When a sleep or the waiting for an event ends, in milliseconds since the epoch. */
  readonly until?: number;
  /** What whoever sends the event needs to know. */
  readonly question?: unknown;
}

/** What a checkpoint of a run holds: all that its function needs to start over and be where it was. */
export interface StepsState {
  /** Always 1. */
  readonly format: 1;
  /** The id of the checkpoint beside which events are kept as notes. A fork makes one of its own. Empty in none that is saved. */
  anchor: string;
  /** What the run was begun with. */
  input?: unknown;
  /** When the function was started for the first time; absent where so far only events were sent. */
  startedAt?: number;
  /** What random numbers and keys are made of: a seed, and from which step on. A fork adds one. */
  readonly seeds: { readonly from: number; readonly seed: string }[];
  /** The patches that the function has asked for and that are on. */
  readonly patches: string[];
  /** The oldest of many finished steps: as texts, each the JSON of several, or as they are where JSON can't hold them. */
  readonly folded: (string | KeptStep)[];
  /** The finished steps, in the order in which the function got to know of them. */
  readonly steps: KeptStep[];
  /** The steps that had begun when this was saved. */
  open: OpenStep[];
  /** What the function returned. Absent as long as the run is not complete. */
  outcome?: { readonly result?: unknown };
}

/** From how many finished steps on the oldest are folded, and how many at once. */
const FOLD_FROM = 256;
const FOLDED_AT_ONCE = 128;

/** Returns the state that a run begins with. */
export function freshState(): StepsState {
  return { format: 1, anchor: "", seeds: [], patches: [], folded: [], steps: [], open: [] };
}

/** Whether a checkpoint's state is that of a run of steps. */
export function isStepsState(state: unknown): state is StepsState {
  const candidate = state as Partial<StepsState> | null | undefined;
  return typeof candidate === "object" && candidate?.format === 1 && Array.isArray(candidate.steps);
}

/** Returns what tells a step from all others of its run. */
export function keyOf({ within = "", name, turn = 1 }: StepIdentity): string {
  return within + JSON.stringify([name, turn]);
}

/** Whether a step is of the run's own function, and not of one of its steps. */
export function isOfRun({ within }: StepIdentity): boolean {
  return within === undefined;
}

/** Returns a step's name, with its turn where it is not the first, for messages and lists. */
export function labelOf({ name, turn = 1 }: StepIdentity): string {
  return turn === 1 ? name : `${name} (turn ${turn})`;
}

/**
 * Returns all finished steps of a run, in the order in which its function got to know of them: for an `upgrade`, and for
 * whoever shows a run.
 *
 * @param state - The state of one of the run's checkpoints.
 * @returns A list of its own. Steps that were folded are made anew.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { keptSteps, runSteps, type StepsState } from "waystone/steps";
 *
 * const run = createMemoryStore().trace("run-1");
 * await runSteps(run, (step) => step.run("find", () => 3), { graphHash: "v1" });
 * const { state } = (await run.loadLatest())!;
 * console.log(keptSteps(state as StepsState).map(({ name, result }) => [name, result])); // [ [ 'find', 3 ] ]
 * ```
 */
export function keptSteps(state: StepsState): KeptStep[] {
  const { folded, steps } = state;
  return [
    ...folded.flatMap((entry) => (typeof entry === "string" ? (JSON.parse(entry) as KeptStep[]) : [entry])),
    ...steps,
  ];
}

/**
 * Folds the oldest steps of a state once there are many.
 *
 * A store compares every object of a state with each save. A text is one thing to compare, however long it is: without
 * this, each step of a long run would cost more than the one before.
 */
export function foldOldSteps({ folded, steps }: StepsState): void {
  if (steps.length < FOLD_FROM) return;
  let text: KeptStep[] = [];
  const end = (): void => {
    if (text.length > 0) folded.push(JSON.stringify(text));
    text = [];
  };
  for (const step of steps.splice(0, FOLDED_AT_ONCE)) {
    if (isJson(step)) text.push(step);
    else {
      end();
      folded.push(step);
    }
  }
  end();
}

/** Whether JSON gives a value back exactly. What stands in two places is refused: it would come back as two. */
function isJson(value: unknown, met = new Set<object>()): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object": {
      if (value === null) return true;
      if (met.has(value)) return false;
      met.add(value);
      const isList = Array.isArray(value);
      if (Object.getPrototypeOf(value) !== (isList ? Array.prototype : Object.prototype)) return false;
      const keys = Object.keys(value);
      if (isList ? keys.length !== value.length : keys.includes("__proto__") || keys.includes("toJSON")) return false;
      return Object.values(value).every((part) => isJson(part, met));
    }
    default:
      return false;
  }
}
