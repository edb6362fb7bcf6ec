import { describe, expect, test } from "vitest";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import type { PieceRecord } from "../../src/log/records.ts";
import type { EncodedBlock } from "../../src/pieces/encode.ts";
import { foldOnce, planFold } from "../../src/verbs/fold.ts";
import { RecordedTrace } from "./recorded-trace.ts";

async function filled(count: number, bytes = 300): Promise<RecordedTrace> {
  const trace = new RecordedTrace();
  const list: string[] = [];
  for (let step = 0; step < count; step += 1) {
    list.push(`element ${step}`.padEnd(bytes));
    await trace.save({ list });
  }
  return trace;
}

describe("a fold", () => {
  test("puts the blocks of many saves into one segment, as they are", async () => {
    const trace = await filled(60);
    const before = await trace.records();
    await trace.fold();
    const { rows, segments } = await trace.records();
    expect(rows).toEqual([]);
    expect(segments).toHaveLength(1);
    expect(segments[0]!.blocks).toEqual(before.rows.map(({ traceId: _, ...block }) => block));
    await trace.expectWhole();
  });

  test("leaves a few small ones alone", async () => {
    const trace = await filled(20);
    await trace.fold();
    expect((await trace.records()).segments).toEqual([]);
  });

  test("makes no segment of much more than 256 kB, and takes the one before along while that is smaller", async () => {
    const trace = new RecordedTrace();
    const list: string[] = [];
    let most = 0;
    for (let step = 0; step < 220; step += 1) {
      list.push(`element ${step}`.padEnd(2_000));
      await trace.save({ list });
      if (step === 59 || step === 169) await trace.fold();
    }
    const { segments } = await trace.records();
    for (const { bytes } of segments) most = Math.max(most, bytes);
    expect(most).toBeLessThanOrEqual(256 * 1024);
    expect(segments.length).toBeGreaterThan(1);
    await trace.expectWhole();
  });

  test("reads no large rows, although they stand among those that it folds", async () => {
    const backend = createMemoryBackend();
    const trace = new RecordedTrace("t", backend);
    const state = { photo: new Uint8Array(), messages: [] as string[] };
    for (let step = 0; step < 60; step += 1) {
      if (step % 20 === 10) state.photo = new Uint8Array(2_000_000).fill(step);
      state.messages.push(`${step}: ${"message ".repeat(60)}`);
      await trace.save(state);
    }
    const { rows } = await trace.records();
    expect(rows.filter(({ bytes }) => bytes > 64 * 1024).length).toBeGreaterThan(32);

    const read: PieceRecord[] = [];
    await backend.write(async (tx) => {
      const getAll = tx.getAll.bind(tx);
      tx.getAll = async <R>(...[collection, query]: Parameters<typeof getAll>) => {
        const records = await getAll<R>(collection, query);
        if (collection === "pieces") read.push(...(records as PieceRecord[]));
        return records;
      };
      await foldOnce(tx, "t");
    });
    expect(read.length).toBeGreaterThan(48);
    expect(Math.max(...read.map(({ bytes }) => bytes))).toBeLessThanOrEqual(64 * 1024);
  });

  test("does nothing where a segment's blocks are not all there", async () => {
    const trace = await filled(60);
    await trace.fold();
    const [segment] = (await trace.records()).segments;
    await trace.backend.write(async (tx) => tx.put("segments", { ...segment!, blocks: segment!.blocks.slice(1) }));
    const more: string[] = [];
    for (let step = 0; step < 60; step += 1) {
      more.push(`more ${step}`.padEnd(400));
      await trace.save({ more });
    }
    const before = await trace.records();
    await trace.fold();
    expect(await trace.records()).toEqual(before);
  });
});

test("blocks that come at once are sorted into segments, large ones and the rest left alone", () => {
  const block = (number: number, bytes: number): EncodedBlock => ({ block: number, bytes, payload: "", sum: 0 });
  const blocks = [block(0, 70_000), ...Array.from({ length: 10 }, (_, i) => block(i + 1, 48_000)), block(11, 10)];
  const { segments, rows } = planFold(blocks);
  expect(segments.map((segment) => segment.map(({ block: number }) => number))).toEqual([
    [1, 2, 3, 4, 5],
    [6, 7, 8, 9, 10, 11],
  ]);
  expect(rows.map(({ block: number }) => number)).toEqual([0]);
  expect(planFold([block(0, 10), block(1, 10)])).toEqual({ segments: [], rows: [block(0, 10), block(1, 10)] });
  expect(planFold([])).toEqual({ segments: [], rows: [] });
});
