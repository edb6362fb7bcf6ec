import type { CandidateName } from "./roster.ts";
import { seededRandom, uuid } from "./random.ts";
import { SHAPES } from "./shapes.ts";
import type { ShapeName } from "./shapes.ts";

/** One candidate at one kind of work. */
export interface Task {
  readonly candidate: CandidateName;
  readonly shape: ShapeName;
  readonly steps: number;
}

/** A large store of many short traces. */
export interface Crowd extends Task {
  readonly traces: number;
}

/** What the trace that is measured grows from. */
export const SEED = 20;

/** The states after these steps, made anew. */
export function statesAfter(task: Task, steps: readonly number[], seed = SEED): Map<number, unknown> {
  const run = SHAPES[task.shape].start(seed);
  const states = new Map<number, unknown>();
  for (let step = 1; step <= task.steps; step++) {
    run.step();
    if (steps.includes(step)) states.set(step, structuredClone(run.state));
  }
  return states;
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
