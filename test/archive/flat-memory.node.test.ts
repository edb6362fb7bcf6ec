import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { createStore } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import type { Backend, WriteTransaction } from "../../src/core/backend.ts";
import { createCheckpoint } from "../../src/core/checkpoint.ts";
import { noise } from "../../src/testing/steps.ts";
import { times } from "../length.ts";

const STEP_BYTES = 100_000;
const STEPS = times({ short: 300, long: 1_050 });
const MEGABYTES = (STEPS * STEP_BYTES) / 1_000_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function usedBytes(): number {
  collectGarbage();
  return getHeapStatistics().used_heap_size + process.memoryUsage().arrayBuffers;
}

/** Keeps what a trace is like, and forgets its pieces and checkpoints, so that what memory is taken is the archive's. */
function createSink(): { backend: Backend; written: { checkpoints: number; bytes: number } } {
  const inner = createMemoryBackend();
  const written = { checkpoints: 0, bytes: 0 };
  const write: Backend["write"] = (work) =>
    inner.write((transaction) => {
      const sinking: WriteTransaction = {
        get: (...args) => transaction.get(...args),
        getAll: (...args) => transaction.getAll(...args),
        keys: (...args) => transaction.keys(...args),
        delete: (...args) => transaction.delete(...args),
        put(collection, record) {
          if (collection === "checkpoints") written.checkpoints += 1;
          if (collection === "pieces" || collection === "segments") written.bytes += JSON.stringify(record).length;
          if (collection === "traces") transaction.put(collection, record);
        },
      };
      return work(sinking);
    });
  return { backend: { ...inner, write }, written };
}

for (const [name, createCodec] of [
  ["as it is", createSuperjsonCodec],
  ["recoded", createStructuredCloneCodec],
] as const) {
  test(`${MEGABYTES} MB pass through with flat memory, ${name}`, { timeout: 120_000 }, async () => {
    const store = createStore(createMemoryBackend(), { codec: createCodec() });
    const state = { log: [] as string[] };
    for (let step = 0; step < STEPS; step++) {
      state.log.push(noise(step, STEP_BYTES));
      if (state.log.length > 4) state.log.shift();
      await store.saveWithTrace("trace", createCheckpoint(state));
    }
    const { backend, written } = createSink();
    const copy = createStore(backend, { codec: createCodec() });
    const before = usedBytes();
    let most = 0;
    let samples = 0;
    let archiveBytes = 0;
    const archive = exportTraces(store, { onProgress: ({ bytes }) => void (archiveBytes = bytes) });
    const { checkpoints } = await importTraces(copy, archive, {
      onProgress({ checkpoints }) {
        if (checkpoints < samples * (STEPS / 10)) return;
        samples += 1;
        most = Math.max(most, usedBytes() - before);
      },
    });
    expect(checkpoints).toBe(STEPS);
    expect(written.checkpoints).toBe(STEPS);
    expect(written.bytes).toBeGreaterThan(0.95 * STEPS * STEP_BYTES);
    expect(archiveBytes).toBeGreaterThan(0.95 * STEPS * STEP_BYTES);
    expect(samples).toBeGreaterThan(8);
    expect(most).toBeLessThan(16_000_000);
  });
}
