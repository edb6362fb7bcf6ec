import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { Candidate } from "../candidates/candidate.ts";
import type { CandidateName } from "../candidates/roster.ts";
import { seededRandom, uuid } from "./random.ts";
import { SHAPES } from "./shapes.ts";
import type { ShapeName } from "./shapes.ts";

/** One candidate at one kind of work. */
export interface Task {
  readonly candidate: CandidateName;
  readonly shape: ShapeName;
  readonly steps: number;
}

/** Several runs, one after the other or all at once. */
export interface Runs extends Task {
  readonly runs: number;
  readonly isAtOnce: boolean;
  /** So many saves of a run are asked for together, and then awaited. */
  readonly together: number;
}

/** A large store of many short traces. */
export interface Large extends Task {
  readonly traces: number;
}

/** What the trace that is measured grows from. */
export const SEED = 20;

/** The states after these steps, made anew. */
export function statesAfter(task: Pick<Task, "shape" | "steps">, steps: readonly number[], seed = SEED) {
  const run = SHAPES[task.shape].start(seed);
  const states = new Map<number, unknown>();
  for (let step = 1; step <= task.steps; step++) {
    run.step();
    if (steps.includes(step)) states.set(step, structuredClone(run.state));
  }
  return states;
}

/**
 * All checkpoints of a run, made before anything is timed, with what a candidate is given as the state. No later step
 * changes an earlier state; the states share what they have in common, as those of an agent do that copies on write.
 */
export function checkpointsOf(task: Task, candidate: Candidate, seed = SEED): Checkpoint[] {
  const run = SHAPES[task.shape].start(seed);
  return Array.from({ length: task.steps }, (_, n) => {
    const change = run.step();
    const state = candidate.keeps === "states" ? withOwnLists(run.state as object) : change;
    return createCheckpoint(state, { id: checkpointId(seed, n + 1), nextNode: "work" });
  });
}

function withOwnLists(state: object): object {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]),
  );
}

/** The ids of a trace's checkpoints, newest first. */
export function idsOf(steps: number, trace = SEED): string[] {
  return Array.from({ length: steps }, (_, n) => checkpointId(trace, steps - n));
}

export function traceId(trace: number): string {
  return `trace-${trace}`;
}

/** The id of a step's checkpoint: random to look at, the same in every run. */
export function checkpointId(trace: number, step: number): string {
  return uuid(seededRandom(trace * 100_003 + step));
}
