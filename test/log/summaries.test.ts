import { afterEach, expect, test, vi } from "vitest";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { SaveClock } from "../../src/log/clock.ts";
import type { TraceRecord } from "../../src/log/records.ts";
import { readSummaries, readTotals } from "../../src/log/summaries.ts";
import { RecordedTrace } from "../verbs/recorded-trace.ts";

afterEach(() => vi.restoreAllMocks());

async function filled() {
  const backend = createMemoryBackend();
  const clock = new SaveClock();
  const traces = ["a", "b", "c", "d"].map((id) => Object.assign(new RecordedTrace(id, backend), { clock }));
  for (const trace of [...traces, traces[1]!]) await trace.save({ id: trace.id });
  return { backend, traces };
}

test("the traces are told latest first, as many as are asked for, from one on", async () => {
  const { backend } = await filled();
  const idsOf = async (options: Parameters<typeof readSummaries>[1]) =>
    (await backend.read((tx) => readSummaries(tx, options))).map(
      ({ traceId, checkpoints }) => `${traceId}${checkpoints}`,
    );
  expect(await idsOf({})).toEqual(["b2", "d1", "c1", "a1"]);
  expect(await idsOf({ limit: 2 })).toEqual(["b2", "d1"]);
  const [, second] = await backend.read((tx) => readSummaries(tx, {}));
  expect(await idsOf({ limit: 2, before: second! })).toEqual(["c1", "a1"]);
  expect(await idsOf({ limit: 0 })).toEqual([]);
});

test("a trace whose record is damaged is told from its checkpoints", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const { backend } = await filled();
  const before = await backend.read((tx) => readSummaries(tx, {}));
  await backend.write(async (tx) =>
    tx.put("traces", { ...(await tx.get<TraceRecord>("traces", ["b"]))!, checkpoints: 9 }),
  );
  expect(await backend.read((tx) => readSummaries(tx, {}))).toEqual(before);
});

test("a damaged record of a trace that has no checkpoints makes no page short", async () => {
  const { backend } = await filled();
  await backend.write(async (tx) => {
    const record = (await tx.get<TraceRecord>("traces", ["c"]))!;
    for (const traceId of ["x", "y"]) tx.put("traces", { ...record, traceId });
  });
  const page = await backend.read((tx) => readSummaries(tx, { limit: 3 }));
  expect(page.map(({ traceId }) => traceId)).toEqual(["b", "d", "c"]);
  const next = await backend.read((tx) => readSummaries(tx, { limit: 3, before: page[1]! }));
  expect(next.map(({ traceId }) => traceId)).toEqual(["c", "a"]);
});

test("the totals are those of all traces, however many", async () => {
  const { backend, traces } = await filled();
  const records = await Promise.all(traces.map((trace) => trace.trace()));
  expect(await backend.read(readTotals)).toEqual({
    storedBytes: records.reduce((sum, record) => sum + record!.bytes, 0),
    wholeStateBytes: records.reduce((sum, record) => sum + record!.stateBytes, 0),
  });
  const clock = new SaveClock();
  for (let i = 0; i < 300; i += 1) await Object.assign(new RecordedTrace(`t${i}`, backend), { clock }).save(1);
  const all = await backend.read((tx) => tx.getAll<TraceRecord>("traces"));
  expect((await backend.read(readTotals)).storedBytes).toBe(all.reduce((sum, { bytes }) => sum + bytes, 0));
});
