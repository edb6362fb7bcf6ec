import fc from "fast-check";
import { expect, test } from "vitest";
import { LiveBlocks } from "../../src/pieces/layout/blocks.ts";
import { Chunk } from "../../src/pieces/layout/chunk.ts";
import { toRuns } from "../../src/pieces/runs.ts";

function chunkIn(block: number, bytes = 100): Chunk {
  const chunk = new Chunk({});
  chunk.block = block;
  chunk.bytes = bytes;
  return chunk;
}

const blockOf = (number: number, bytes = 100) => ({ number, bytes, sum: 2 ** number, fingerprint: undefined });

test("needed are the blocks of which a chunk is in use, and no others", () => {
  const anyUses = fc.array(fc.record({ block: fc.nat(11), isReleased: fc.boolean() }), { maxLength: 40, size: "max" });
  fc.assert(
    fc.property(anyUses, (uses) => {
      const blocks = new LiveBlocks();
      for (let number = 0; number < 12; number += 1) blocks.add(blockOf(number));
      const chunks = uses.map((use) => ({ ...use, chunk: chunkIn(use.block) }));
      for (const { chunk } of chunks) blocks.use(chunk);
      for (const { chunk, isReleased } of chunks) if (isReleased) blocks.release(chunk);
      blocks.dropUnused();
      const needed = [...new Set(chunks.filter(({ isReleased }) => !isReleased).map(({ block }) => block))];
      expect(blocks.needs()).toEqual(toRuns(needed.sort((a, b) => a - b)));
      expect(blocks.sums).toBe(needed.reduce((sum, number) => sum + 2 ** number, 0));
    }),
  );
});

test("a block that was added stays until it is told that nothing uses it", () => {
  const blocks = new LiveBlocks();
  blocks.add(blockOf(3));
  expect(blocks.needs()).toEqual([3, 1]);
  blocks.dropUnused();
  expect(blocks.needs()).toEqual([]);
  expect(blocks.sums).toBe(0);
});

test("blocks are outworn once more is not needed than is, and only those that are mostly not needed", () => {
  const blocks = new LiveBlocks({ minGarbageBytes: 500 });
  for (let number = 0; number < 10; number += 1) blocks.add(blockOf(number, 200));
  const first = Array.from({ length: 10 }, (_, number) => chunkIn(number, 80));
  const second = Array.from({ length: 10 }, (_, number) => chunkIn(number, 120));
  for (const chunk of [...first, ...second]) blocks.use(chunk);
  for (const chunk of second.slice(0, 6)) blocks.release(chunk);
  expect(blocks.outworn()).toEqual([]);
  for (const chunk of second.slice(6, 8)) blocks.release(chunk);
  for (const chunk of first.slice(8)) blocks.release(chunk);
  // Not needed: 8 times 120 and twice 80, in all 1,120; needed: 880.
  expect(blocks.outworn()).toEqual([]);
  for (const chunk of first.slice(1, 8)) blocks.release(chunk);
  expect(blocks.needs()).toEqual([0, 1, 8, 2]);
  expect(blocks.outworn()).toEqual([]);
  const patient = new LiveBlocks({ minGarbageBytes: 0 });
  patient.add(blockOf(0, 200));
  patient.add(blockOf(1, 200));
  for (const chunk of [chunkIn(0, 20), chunkIn(1, 150)]) patient.use(chunk);
  expect(patient.outworn().map(({ number }) => number)).toEqual([0]);
});

test("too many runs wear out all blocks that are small", () => {
  const blocks = new LiveBlocks({ maxRuns: 3 });
  for (let number = 0; number < 8; number += 2) {
    blocks.add(blockOf(number, number === 4 ? 100_000 : 100));
    blocks.use(chunkIn(number, number === 4 ? 100_000 : 100));
  }
  expect(blocks.outworn().map(({ number }) => number)).toEqual([0, 2, 6]);
  const inARow = new LiveBlocks({ maxRuns: 3 });
  for (let number = 0; number < 8; number += 1) {
    inARow.add(blockOf(number));
    inARow.use(chunkIn(number));
  }
  expect(inARow.outworn()).toEqual([]);
});
