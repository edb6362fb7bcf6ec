import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import { CANDIDATES } from "../candidates/roster.ts";
import { assertEqual } from "../work/equal.ts";
import { prose, seededRandom } from "../work/random.ts";
import { SHAPES } from "../work/shapes.ts";
import { SEED, checkpointId, traceId } from "../work/task.ts";
import type { Task } from "../work/task.ts";
import { marked } from "./marked.ts";
import { DATABASE, quiet, save } from "./one-run.ts";
import { recordSizes } from "./record-sizes.ts";

export async function warmUpSaves(task: Task): Promise<void> {
  await save({ ...task, steps: 100 }, "warm-up");
}

/** Saves a growing conversation whose messages were made beforehand, so that the store's work alone is seen. */
export async function markSaves(task: Task): Promise<void> {
  const candidate = CANDIDATES[task.candidate];
  const store = await candidate.open(DATABASE);
  const source = SHAPES.conversation.start(SEED);
  const changes = Array.from({ length: task.steps }, () => source.step());
  const { goal, startedAt } = source.state;
  const state = { step: 0, spentNano: 0n, startedAt, goal, messages: [] as unknown[] };
  await quiet();
  await marked("saves", async () => {
    for (const [n, change] of changes.entries()) {
      const { added, ...counters } = change;
      Object.assign(state, counters);
      state.messages.push(...added);
      const given = candidate.keeps === "states" ? state : change;
      await store.saveWithTrace(
        traceId(SEED),
        createCheckpoint(given, { id: checkpointId(SEED, n + 1), nextNode: "work" }),
      );
    }
  });
  if (candidate.keeps === "states") {
    assertEqual((await store.loadLatest(traceId(SEED)))?.state, source.state, `${task.candidate}: latest state`);
  }
  await store.close();
}

/** Saves 2 MB in steps of 10 kB, and then nothing more: marks the time after it, when a store may tidy up. */
export async function markFolding(task: Task): Promise<void> {
  const database = "folding";
  const store = await CANDIDATES[task.candidate].open(database);
  const random = seededRandom(SEED);
  const texts = Array.from({ length: 200 }, () => prose(random, 9900));
  const messages: unknown[] = [];
  for (const [id, content] of texts.entries()) {
    messages.push({ id, content });
    await store.saveWithTrace(traceId(SEED), createCheckpoint({ messages }));
  }
  await marked("folding", async () => {
    for (let time = 0; time < 5; time++) await quiet();
  });
  const { records } = await recordSizes(database);
  if (records >= 2 * texts.length)
    throw new Error(`${task.candidate}: nothing was folded, there are ${records} records`);
  assertEqual((await store.loadLatest(traceId(SEED)))?.state, { messages }, `${task.candidate}: latest state`);
  await store.close();
}
