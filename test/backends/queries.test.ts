import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openIndexedDbBackend } from "../../src/backends/indexeddb/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import type { Backend, Key, KeyRange, Query } from "../../src/core/backend.ts";
import { deleteRaw } from "./raw.ts";

const records = Array.from({ length: 60 }, (_, place) => ({
  traceId: `trace ${place % 7}`,
  seq: place,
  id: `id ${(place * 37) % 60}`,
  timestamp: 1_000 - place,
}));

const traceId = fc.integer({ min: -1, max: 7 }).map((at) => `trace ${at}`);
const number = fc.integer({ min: -2, max: 1_002 });

/** Keys and their beginnings, there or not, for each order in which checkpoints stand. */
const orders: readonly (readonly [index: Query["index"], key: fc.Arbitrary<Key>])[] = [
  [undefined, fc.oneof(fc.tuple(traceId), fc.tuple(traceId, number), fc.tuple(traceId, number, fc.constant("id 3")))],
  ["by_id", fc.tuple(fc.integer({ min: 0, max: 70 }).map((at) => `id ${at}`))],
  ["by_trace_timestamp", fc.oneof(fc.tuple(traceId), fc.tuple(traceId, number))],
];

const query: fc.Arbitrary<Query> = fc
  .constantFrom(...orders)
  .chain(([index, key]) =>
    fc
      .record({
        range: fc.option(rangeBetween(key), { nil: undefined }),
        limit: fc.option(fc.nat(12), { nil: undefined }),
        offset: fc.option(fc.nat(12), { nil: undefined }),
        reverse: fc.boolean(),
      })
      .map((asked) => ({ ...asked, index }) as Query),
  );

/** Any two ends, in the wrong order or at one key too: such ranges hold nothing. */
function rangeBetween(key: fc.Arbitrary<Key>): fc.Arbitrary<KeyRange> {
  const end = fc.option(key, { nil: undefined });
  const isOpen = fc.option(fc.boolean(), { nil: undefined });
  return fc.record({ lower: end, upper: end, lowerOpen: isOpen, upperOpen: isOpen });
}

async function fill(backend: Backend): Promise<void> {
  await backend.write(async (transaction) => records.forEach((record) => transaction.put("checkpoints", record)));
}

test("every query returns the same from memory and from IndexedDB, in the same order", async () => {
  const name = "queries";
  const memory = createMemoryBackend();
  const indexedDb = await openIndexedDbBackend(name, {
    durability: "relaxed",
    openTimeoutMs: 10_000,
    blockedTimeoutMs: 10_000,
  });
  try {
    await fill(memory);
    await fill(indexedDb);
    const answersOf = (backend: Backend, asked: Query) =>
      backend.read(async (transaction) => [
        await transaction.getAll("checkpoints", asked),
        await transaction.keys("checkpoints", asked),
      ]);
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        expect(await answersOf(indexedDb, asked)).toEqual(await answersOf(memory, asked));
      }),
      { numRuns: 500, seed: 20261124 },
    );
  } finally {
    await indexedDb.close();
    await deleteRaw(name);
  }
});
