import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import type { CandidateStore } from "../candidates/candidate.ts";
import { CANDIDATES } from "../candidates/roster.ts";
import { assertEqual } from "../work/equal.ts";
import { SHAPES } from "../work/shapes.ts";
import { SEED, checkpointId, idsOf, statesAfter, traceId } from "../work/task.ts";
import type { Task } from "../work/task.ts";
import { verify, verifyStates } from "../work/verify.ts";
import { marked } from "./marked.ts";
import { recordSizes } from "./record-sizes.ts";

export const DATABASE = "bench";

const WARM_UP = "warm-up";
/** Reads of each kind. */
const READS = 7;

/** One run in a warm page: each of its saves, then every way to read it, then a prune. */
export async function measureRun({ task, keep }: { task: Task; keep: number }) {
  // All that will be timed runs once in a database of its own, so that no candidate pays for cold code.
  const warmUp = { ...task, steps: Math.min(100, task.steps) };
  await save(warmUp, WARM_UP);
  await read(warmUp, WARM_UP);
  await prune(warmUp, keep, WARM_UP);

  const saved = await marked("saves", () => save(task));
  await verify(CANDIDATES[task.candidate], task, DATABASE);
  const { records, bytes } = await recordSizes(DATABASE);
  const reads = await marked("reads", () => read(task));
  return { ...saved, ...(records > 0 && { recordBytes: bytes }), ...reads, ...(await prune(task, keep)) };
}

/** Saves a run step by step. Then reads what it saved last, while the store is still open. */
export async function save(task: Task, database = DATABASE) {
  const candidate = CANDIDATES[task.candidate];
  const store = await candidate.open(database);
  const run = SHAPES[task.shape].start(SEED);
  const saves: number[] = [];
  for (let step = 1; step <= task.steps; step++) {
    const change = run.step();
    const state = candidate.keeps === "states" ? run.state : change;
    const checkpoint = createCheckpoint(state, { id: checkpointId(SEED, step), nextNode: "work" });
    saves.push(await timed(() => store.saveWithTrace(traceId(SEED), checkpoint)));
  }
  await quiet();
  const latestSaved = candidate.keeps === "states" ? await readLatest(store, task, run.state) : [];
  await store.close();
  return { saves, latestSaved };
}

async function read(task: Task, database = DATABASE) {
  const candidate = CANDIDATES[task.candidate];
  if (candidate.keeps !== "states") return {};
  const figures = { latestReopened: [] as number[], load: [] as number[], list: [] as number[] };
  for (let time = 0; time < READS; time++) {
    const id = checkpointId(SEED, Math.ceil((task.steps * (time + 1)) / (READS + 1)));
    for (const [verb, call] of [
      ["latestReopened", (store: CandidateStore) => store.loadLatest(traceId(SEED))],
      ["load", (store: CandidateStore) => store.load(id)],
      ["list", (store: CandidateStore) => store.list(traceId(SEED))],
    ] as const) {
      // A store that was just opened has nothing in memory.
      const store = await candidate.open(database);
      figures[verb].push(await timed(() => call(store)));
      await store.close();
    }
  }
  const store = await candidate.open(database);
  const latest = await store.loadLatest(traceId(SEED));
  const latestLoaded = await readLatest(store, task, structuredClone(latest?.state));
  await store.close();
  return { ...figures, latestLoaded };
}

async function readLatest(store: CandidateStore, { candidate }: Task, expected: unknown): Promise<number[]> {
  const durations: number[] = [];
  for (let time = 0; time < READS; time++) {
    const start = performance.now();
    const latest = await store.loadLatest(traceId(SEED));
    durations.push(performance.now() - start);
    if (time === 0) assertEqual(latest?.state, expected, `${candidate}: latest state in this page`);
  }
  return durations;
}

async function prune(task: Task, keep: number, database = DATABASE) {
  const candidate = CANDIDATES[task.candidate];
  if (candidate.keeps !== "states") return {};
  const store = await candidate.open(database);
  const start = performance.now();
  const removed = await store.prune(traceId(SEED), keep);
  const duration = performance.now() - start;
  assertEqual(removed, task.steps - keep, `${task.candidate}: pruned`);
  assertEqual(await store.list(traceId(SEED)), idsOf(task.steps).slice(0, keep), `${task.candidate}: list`);
  assertEqual(await store.load(checkpointId(SEED, task.steps - keep)), undefined, `${task.candidate}: pruned load`);
  await verifyStates(store, task, [task.steps - keep + 1, task.steps]);
  await store.close();
  return { prune: duration };
}

/**
 * One run in a page that has just been opened: open, read the latest, save a step, read that. `visit` counts the pages
 * that did the same before: each leaves the run a message longer.
 */
export async function resume({ task, visit }: { task: Task; visit: number }) {
  const candidate = CANDIDATES[task.candidate];
  const message = (number: number) => ({ id: `visit-${number}`, role: "user", content: "And now? ".repeat(70) });
  const opening = performance.now();
  const store = await candidate.open(DATABASE);
  const open = performance.now() - opening;
  const latest = await marked("first-latest", () => store.loadLatest(traceId(SEED)));
  const openAndLatest = performance.now() - opening;

  let state: unknown = message(visit);
  if (candidate.keeps === "states") {
    const expected = statesAfter(task, [task.steps]).get(task.steps) as { messages: unknown[] };
    for (let earlier = 0; earlier < visit; earlier++) expected.messages.push(message(earlier));
    state = latest?.state;
    assertEqual(state, expected, `${task.candidate}: latest state in a fresh page`);
    (state as typeof expected).messages.push(message(visit));
  }
  const checkpoint = createCheckpoint(state, { id: checkpointId(SEED, task.steps + 1 + visit), nextNode: "work" });
  const firstSave = await marked("first-save", () => timed(() => store.saveWithTrace(traceId(SEED), checkpoint)));
  await quiet();
  if (candidate.keeps === "states") {
    const again = await store.loadLatest(traceId(SEED));
    assertEqual(again?.state, state, `${task.candidate}: what a fresh page saved`);
  }
  await store.close();
  return candidate.keeps === "states" ? { open, openAndLatest, firstSave } : { open, firstSave };
}

/** Gives a store that does some of its work in the background the time for it, as an agent's pauses do. */
export async function quiet(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 400));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
