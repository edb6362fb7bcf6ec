import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import { CANDIDATES } from "../candidates/roster.ts";
import { SEED, checkpointsOf, traceId } from "../work/task.ts";
import type { Runs } from "../work/task.ts";
import { verify } from "../work/verify.ts";
import { marked } from "./marked.ts";
import { DATABASE, quiet } from "./one-run.ts";

/** Several runs in a warm page: how long all their saves take, and how long one does on average. */
export async function measureRuns(work: Runs) {
  await saveRuns({ ...work, runs: Math.ceil(work.runs / 2) }, "warm-up");
  await quiet();
  const total = await saveRuns(work, DATABASE);
  for (const seed of seedsOf(work).slice(0, 5)) await verify(CANDIDATES[work.candidate], work, DATABASE, seed);
  return { total, perSave: total / (work.runs * work.steps) };
}

async function saveRuns(work: Runs, database: string): Promise<number> {
  const candidate = CANDIDATES[work.candidate];
  const runs = seedsOf(work).map((seed) => ({ id: traceId(seed), checkpoints: checkpointsOf(work, candidate, seed) }));
  const store = await candidate.open(database);
  const saveRun = async ({ id, checkpoints }: { id: string; checkpoints: readonly Checkpoint[] }) => {
    for (let at = 0; at < checkpoints.length; at += work.together) {
      const asked = checkpoints.slice(at, at + work.together);
      await Promise.all(asked.map((checkpoint) => store.saveWithTrace(id, checkpoint)));
    }
  };
  const duration = await marked(`saves-${database}`, async () => {
    const start = performance.now();
    if (work.isAtOnce) await Promise.all(runs.map(saveRun));
    else for (const run of runs) await saveRun(run);
    return performance.now() - start;
  });
  await store.close();
  return duration;
}

function seedsOf({ runs }: Runs): number[] {
  return Array.from({ length: runs }, (_, n) => SEED + n);
}
