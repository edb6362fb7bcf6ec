import type { Candidate, CandidateStore } from "../candidates/candidate.ts";
import { assertEqual } from "./equal.ts";
import { SHAPES } from "./shapes.ts";
import { SEED, checkpointId, idsOf, statesAfter, traceId } from "./task.ts";
import type { Task } from "./task.ts";

/** Throws unless the store has what was saved: the list, the latest, and states from the first to the last. */
export async function verify(candidate: Candidate, task: Task, database: string, seed = SEED): Promise<void> {
  const store = await candidate.open(database);
  if (candidate.keeps === "states") {
    assertEqual(await store.list(traceId(seed)), idsOf(task.steps, seed), `${task.candidate}: list`);
    const { steps } = task;
    await verifyStates(store, task, [1, Math.ceil(steps / 4), steps >> 1, steps - 1, steps], seed);
    const latest = await store.loadLatest(traceId(seed));
    assertEqual(latest?.id, checkpointId(seed, steps), `${task.candidate}: latest`);
    assertEqual(latest?.state, statesAfter(task, [steps], seed).get(steps), `${task.candidate}: latest state`);
  } else if (candidate.keeps === "changes") {
    const run = SHAPES[task.shape].start(seed);
    for (let step = 1; step <= task.steps; step++) {
      const stored = await store.load(checkpointId(seed, step));
      assertEqual(stored?.state, run.step(), `${task.candidate}: change ${step}`);
    }
  }
  await store.close();
}

/** Throws unless these steps' checkpoints come back with the states that were saved. */
export async function verifyStates(
  store: CandidateStore,
  task: Task,
  steps: readonly number[],
  seed = SEED,
): Promise<void> {
  for (const [step, expected] of statesAfter(task, steps, seed)) {
    const loaded = await store.load(checkpointId(seed, step));
    assertEqual(loaded?.id, checkpointId(seed, step), `${task.candidate}: id of step ${step}`);
    assertEqual(loaded?.state, expected, `${task.candidate}: state of step ${step}`);
  }
}
