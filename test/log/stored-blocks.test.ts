import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import type { ReadTransaction } from "../../src/core/backend.ts";
import { rangeOf, type PieceRecord, type SegmentRecord } from "../../src/log/records.ts";
import {
  deleteRows,
  free,
  planFree,
  putBlocks,
  putSegment,
  readBlocks,
  readRows,
  segmentKeys,
} from "../../src/log/stored-blocks.ts";
import type { EncodedBlock } from "../../src/pieces/encode.ts";
import { toRuns } from "../../src/pieces/runs.ts";

const block = (number: number): EncodedBlock => ({
  block: number,
  payload: `p${number}`,
  bytes: 10 + number,
  sum: number,
});

/** Blocks of a trace, by how many are in each segment, with gaps between them; those that are left have rows of their own. */
const anyStored = fc.record({
  numbers: fc
    .uniqueArray(fc.nat(80), { minLength: 1, maxLength: 50, size: "max" })
    .map((all) => all.sort((a, b) => a - b)),
  segments: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
});

async function store({ numbers, segments }: { numbers: readonly number[]; segments: readonly number[] }) {
  const backend = createMemoryBackend();
  await backend.write(async (tx) => {
    putBlocks(tx, "other", [block(1), block(5)]);
    let at = 0;
    for (const count of segments) {
      const folded = numbers.slice(at, at + count).map(block);
      if (folded.length > 0) putSegment(tx, "t", folded);
      at += count;
    }
    putBlocks(tx, "t", numbers.slice(at).map(block));
  });
  return backend;
}

async function blocksIn(tx: ReadTransaction, traceId = "t"): Promise<EncodedBlock[]> {
  const rows = await tx.getAll<PieceRecord>("pieces", { range: rangeOf(traceId) });
  const segments = await tx.getAll<SegmentRecord>("segments", { range: rangeOf(traceId) });
  return [...segments.flatMap(({ blocks }) => blocks), ...rows.map(({ traceId: _, ...rest }) => rest)];
}

const totalOf = (blocks: readonly EncodedBlock[]) => blocks.reduce((sum, { bytes }) => sum + bytes, 0);

test("freeing takes nothing that is needed or out of range, and tells the bytes exactly", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyStored,
      fc.tuple(fc.nat(80), fc.nat(80), fc.nat(80)),
      fc.func(fc.boolean()),
      async (stored, bounds, isNeeded) => {
        const backend = await store(stored);
        const needed = stored.numbers.filter((number) => isNeeded(number));
        const [from, between, to] = [...bounds].sort((a, b) => a - b) as [number, number, number];
        const gaps = [
          { from, to: between - 1, needs: toRuns(needed) },
          { from: between + 1, to, needs: toRuns(needed) },
        ].filter((gap) => gap.from <= gap.to);
        const goes = (number: number) =>
          number >= from && number <= to && number !== between && !needed.includes(number);
        await backend.write(async (tx) => {
          const before = await blocksIn(tx);
          const plan = await planFree(tx, "t", gaps);
          expect(await blocksIn(tx)).toEqual(before);
          free(tx, "t", plan);
          const after = await blocksIn(tx);
          expect(totalOf(before) - totalOf(after)).toBe(plan.bytes);
          const left = after.map((one) => one.block);
          expect(left).toEqual(
            expect.arrayContaining(before.map((one) => one.block).filter((number) => !goes(number))),
          );
          const rows = await tx.getAll<PieceRecord>("pieces", { range: rangeOf("t") });
          expect(rows.filter((row) => goes(row.block))).toEqual([]);
          for (const segment of await tx.getAll<SegmentRecord>("segments", { range: rangeOf("t") })) {
            const numbers = segment.blocks.map((one) => one.block);
            expect(segment).toMatchObject({ first: numbers[0], last: numbers.at(-1), count: numbers.length });
            expect(segment.bytes).toBe(totalOf(segment.blocks));
          }
          expect((await blocksIn(tx, "other")).map((one) => one.block)).toEqual([1, 5]);
        });
      },
    ),
  );
});

test("a segment stays while three quarters of it are needed, is written again below that, and goes with the last", async () => {
  const numbers = Array.from({ length: 10 }, (_, i) => i);
  for (const [needs, left] of [
    [[0, 8], numbers],
    [
      [0, 7],
      [0, 1, 2, 3, 4, 5, 6],
    ],
    [[], []],
  ] as const) {
    const backend = await store({ numbers, segments: [10] });
    await backend.write(async (tx) => {
      free(tx, "t", await planFree(tx, "t", [{ from: 0, to: 9, needs }]));
      expect((await blocksIn(tx)).map((one) => one.block)).toEqual(left);
    });
  }
});

test.each([
  ["all blocks, it goes", [0, 4, 5, 9], []],
  ["a fifth, it stays", [0, 0, 9, 9], Array.from({ length: 10 }, (_, i) => i)],
  ["two fifths, it is written again", [0, 1, 8, 9], [2, 3, 4, 5, 6, 7]],
] as const)("where two gaps together take of a segment %s", async (_, [from, to, from2, to2], left) => {
  const backend = await store({ numbers: Array.from({ length: 10 }, (_, i) => i), segments: [10] });
  const gaps = [
    { from, to, needs: [] },
    { from: from2, to: to2, needs: [] },
  ];
  await backend.write(async (tx) => {
    const before = totalOf(await blocksIn(tx));
    const plan = await planFree(tx, "t", gaps);
    free(tx, "t", plan);
    const after = await blocksIn(tx);
    expect(after.map((one) => one.block)).toEqual(left);
    expect(plan.bytes).toBe(before - totalOf(after));
  });
});

test("what is read is what is needed, in its order, wherever it lies", async () => {
  await fc.assert(
    fc.asyncProperty(anyStored, fc.func(fc.boolean()), async (stored, isNeeded) => {
      const backend = await store(stored);
      const needed = stored.numbers.filter((number) => isNeeded(number));
      const blocks = await backend.read(async (tx) =>
        readBlocks(tx, "t", { needs: toRuns(needed), segments: await segmentKeys(tx, "t") }),
      );
      expect(blocks).toEqual(needed.map(block));
    }),
  );
});

test("what is read is in its order where a large block has a row of its own before a segment", async () => {
  const backend = createMemoryBackend();
  await backend.write(async (tx) => {
    putBlocks(tx, "t", [block(0), block(3)]);
    putSegment(tx, "t", [block(1), block(2)]);
  });
  const read = backend.read(async (tx) => readBlocks(tx, "t", { needs: [0, 4], segments: await segmentKeys(tx, "t") }));
  expect(await read).toEqual([0, 1, 2, 3].map(block));
});

describe("rows", () => {
  const numbers = [1, 2, 3, 7, 9];

  test("are read without those between them", async () => {
    const backend = await store({ numbers, segments: [] });
    const rows = await backend.read((tx) => readRows(tx, "t", [1, 2, 9]));
    expect(rows.map((row) => row.block)).toEqual([1, 2, 9]);
  });

  test("are deleted without those between them", async () => {
    const backend = await store({ numbers, segments: [] });
    await backend.write(async (tx) => deleteRows(tx, "t", [2, 3, 9]));
    expect((await backend.read((tx) => blocksIn(tx))).map((one) => one.block)).toEqual([1, 7]);
  });
});

test("what is missing, or no block, is left out", async () => {
  const backend = await store({ numbers: [0, 1, 2], segments: [2] });
  await backend.write(async (tx) => {
    tx.put("segments", { traceId: "t", last: 1, first: 0, count: 2, bytes: 21, blocks: "damaged" });
    tx.put("pieces", { traceId: "t", block: 3, bytes: 1, binary: 5 });
  });
  const read = await backend.read(async (tx) =>
    readBlocks(tx, "t", { needs: [0, 5], segments: await segmentKeys(tx, "t") }),
  );
  expect(read).toEqual([block(2)]);
});
