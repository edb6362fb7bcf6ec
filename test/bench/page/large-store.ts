import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import { CANDIDATES } from "../candidates/roster.ts";
import { assertEqual } from "../work/equal.ts";
import { seededRandom } from "../work/random.ts";
import { SHAPES } from "../work/shapes.ts";
import { checkpointId, idsOf, statesAfter, traceId } from "../work/task.ts";
import type { Large } from "../work/task.ts";
import { DATABASE } from "./one-run.ts";

export async function fillLarge(large: Large): Promise<void> {
  const store = await CANDIDATES[large.candidate].open(DATABASE);
  const traces = Array.from({ length: large.traces }, (_, trace) => trace).values();
  const fillTraces = async () => {
    for (const trace of traces) {
      const run = SHAPES[large.shape].start(trace);
      const checkpoints: Checkpoint[] = [];
      for (let step = 1; step <= large.steps; step++) {
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
export async function readLarge({ large, times, round }: { large: Large; times: number; round: number }) {
  const random = seededRandom(round);
  const store = await CANDIDATES[large.candidate].open(DATABASE);
  const figures = { latestReopened: [] as number[], load: [] as number[], list: [] as number[] };
  const timed = async <T>(verb: keyof typeof figures, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    figures[verb].push(performance.now() - start);
    return result;
  };
  // The first results pay for cold code and are not counted.
  for (let time = -5; time < times; time++) {
    if (time === 0) for (const durations of Object.values(figures)) durations.length = 0;
    const anyTrace = () => Math.floor(random() * large.traces);
    const [trace, other, third] = [anyTrace(), anyTrace(), anyTrace()];
    const step = 1 + Math.floor(random() * large.steps);
    const latest = await timed("latestReopened", () => store.loadLatest(traceId(trace)));
    const earlier = await timed("load", () => store.load(checkpointId(other, step)));
    const ids = await timed("list", () => store.list(traceId(third)));
    assertEqual(latest?.state, statesAfter(large, [large.steps], trace).get(large.steps), `${large.candidate}: latest`);
    assertEqual(earlier?.state, statesAfter(large, [step], other).get(step), `${large.candidate}: loaded`);
    assertEqual(ids, idsOf(large.steps, third), `${large.candidate}: list`);
  }
  await store.close();
  return figures;
}
