import { createCheckpoint } from "../../src/core/checkpoint.ts";
import type { Checkpoint } from "../../src/core/checkpoint.ts";
import type { Candidate, CandidateStore } from "./candidate.ts";
import { assertEqual } from "./equal.ts";
import { fillTraces, listTraces } from "./listing.ts";
import { seededRandom } from "./random.ts";
import { recordBytes } from "./record-bytes.ts";
import { CANDIDATES } from "./roster.ts";
import { SHAPES } from "./shapes.ts";
import type { Shape } from "./shapes.ts";
import { SEED, checkpointId, idsOf, statesAfter, traceId } from "./task.ts";
import type { Crowd, Task } from "./task.ts";
import { verify, verifyStates } from "./verify.ts";

const DATABASE = "bench";

/** What the driver calls. Every figure is in milliseconds, each call's own. Each result has been verified. */
export const bench = {
  introduce,
  warmUp,
  save,
  read,
  prune,
  openAndLoadLatest,
  recordSizes,
  fill,
  readCrowd,
  fillTraces,
  listTraces,
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;

/** Who takes part and what there is to do, with titles by name. */
function introduce() {
  const titles = <T extends { title: string }>(named: Record<string, T>): Record<string, string> =>
    Object.fromEntries(Object.entries(named).map(([name, { title }]) => [name, title]));
  return { candidates: titles<Candidate>(CANDIDATES), shapes: titles<Shape>(SHAPES) };
}

/** Runs all that will be timed once, in a database of its own, so that no candidate pays for cold code. */
async function warmUp(task: Task): Promise<void> {
  await save({ ...task, steps: 100 }, "warm-up");
  await read({ ...task, steps: 100 }, 10, "warm-up");
  await prune({ ...task, steps: 100 }, 10, "warm-up");
}

async function save(task: Task, database = DATABASE): Promise<number[]> {
  const candidate = CANDIDATES[task.candidate];
  const store = await candidate.open(database);
  const run = SHAPES[task.shape].start(SEED);
  const durations: number[] = [];
  for (let step = 1; step <= task.steps; step++) {
    const change = run.step();
    const state = candidate.keeps === "states" ? run.state : change;
    const checkpoint = createCheckpoint(state, { id: checkpointId(SEED, step), nextNode: "work" });
    const start = performance.now();
    await store.saveWithTrace(traceId(SEED), checkpoint);
    durations.push(performance.now() - start);
  }
  await store.close();
  return durations;
}

/** Reads by a store that was just opened, as often as asked for, so that nothing comes from its memory. */
async function read(task: Task, times: number, database = DATABASE) {
  const candidate = CANDIDATES[task.candidate];
  const figures = { loadLatest: [] as number[], load: [] as number[], list: [] as number[] };
  await verify(candidate, task, database);
  if (candidate.keeps !== "states") return figures;

  const middle = checkpointId(SEED, task.steps >> 1);
  for (let time = 0; time < times; time++) {
    for (const [verb, call] of [
      ["loadLatest", (store: CandidateStore) => store.loadLatest(traceId(SEED))],
      ["load", (store: CandidateStore) => store.load(middle)],
      ["list", (store: CandidateStore) => store.list(traceId(SEED))],
    ] as const) {
      const store = await candidate.open(database);
      const start = performance.now();
      const answer = await call(store);
      figures[verb].push(performance.now() - start);
      if (answer === undefined) throw new Error(`${task.candidate}: ${verb} answered nothing`);
      await store.close();
    }
  }
  return figures;
}

async function prune(task: Task, keep: number, database = DATABASE): Promise<number> {
  const candidate = CANDIDATES[task.candidate];
  const store = await candidate.open(database);
  const start = performance.now();
  const pruned = await store.prune(traceId(SEED), keep);
  const duration = performance.now() - start;
  if (candidate.keeps === "states") {
    assertEqual(pruned, task.steps - keep, `${task.candidate}: pruned`);
    assertEqual(await store.list(traceId(SEED)), idsOf(task.steps).slice(0, keep), `${task.candidate}: list`);
    assertEqual(await store.load(checkpointId(SEED, task.steps - keep)), undefined, `${task.candidate}: pruned load`);
    await verifyStates(store, task, [task.steps - keep + 1, task.steps]);
  }
  await store.close();
  return duration;
}

async function openAndLoadLatest(task: Task): Promise<number> {
  const start = performance.now();
  const store = await CANDIDATES[task.candidate].open(DATABASE);
  const latest = await store.loadLatest(traceId(SEED));
  const duration = performance.now() - start;
  const expected = statesAfter(task, [task.steps]).get(task.steps);
  assertEqual(latest?.state, expected, `${task.candidate}: latest state in a fresh browser`);
  await store.close();
  return duration;
}

/** What the database holds, read record by record past the store, and measured by one rule. */
async function recordSizes(): Promise<{ records: number; bytes: number }> {
  let records = 0;
  let bytes = 0;
  for (const { name } of await indexedDB.databases()) {
    const db = await answer(indexedDB.open(name as string));
    for (const storeName of db.objectStoreNames) {
      const store = db.transaction(storeName).objectStore(storeName);
      let cursor = await answer(store.openCursor());
      while (cursor) {
        records++;
        bytes += recordBytes(cursor.value);
        cursor = await answer(store.openCursor(IDBKeyRange.lowerBound(cursor.key, true)));
      }
    }
    db.close();
  }
  return { records, bytes };
}

async function fill(crowd: Crowd): Promise<void> {
  const store = await CANDIDATES[crowd.candidate].open(DATABASE);
  const traces = Array.from({ length: crowd.traces }, (_, trace) => trace).values();
  const fillTraces = async () => {
    for (const trace of traces) {
      const run = SHAPES[crowd.shape].start(trace);
      const checkpoints: Checkpoint[] = [];
      for (let step = 1; step <= crowd.steps; step++) {
        run.step();
        checkpoints.push(createCheckpoint(structuredClone(run.state), { id: checkpointId(trace, step) }));
      }
      await store.fill?.(traceId(trace), checkpoints);
    }
  };
  await Promise.all(Array.from({ length: 8 }, fillTraces));
  await store.close();
}

/** Reads of the large store, each of a trace that was not read before. */
async function readCrowd(crowd: Crowd, times: number, round: number) {
  const random = seededRandom(round);
  const store = await CANDIDATES[crowd.candidate].open(DATABASE);
  const figures = { loadLatest: [] as number[], load: [] as number[], list: [] as number[] };
  const timed = async <T>(verb: keyof typeof figures, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    figures[verb].push(performance.now() - start);
    return result;
  };
  // The first results pay for cold code and are not counted.
  for (let time = -5; time < times; time++) {
    if (time === 0) for (const durations of Object.values(figures)) durations.length = 0;
    const anyTrace = () => Math.floor(random() * crowd.traces);
    const [trace, other, third] = [anyTrace(), anyTrace(), anyTrace()];
    const step = 1 + Math.floor(random() * crowd.steps);
    const latest = await timed("loadLatest", () => store.loadLatest(traceId(trace)));
    const earlier = await timed("load", () => store.load(checkpointId(other, step)));
    const ids = await timed("list", () => store.list(traceId(third)));
    assertEqual(latest?.state, statesAfter(crowd, [crowd.steps], trace).get(crowd.steps), `${crowd.candidate}: latest`);
    assertEqual(earlier?.state, statesAfter(crowd, [step], other).get(step), `${crowd.candidate}: loaded`);
    assertEqual(ids, idsOf(crowd.steps, third), `${crowd.candidate}: list`);
  }
  await store.close();
  return figures;
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
