import { expect, test } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { createCheckpoint } from "../../src/core/checkpoint.ts";
import type { Store } from "../../src/core/store.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { assertSameTrace, bytesOf, streamOf } from "../../src/testing/archiving.ts";
import { archiveOf, BARE, BLOCK, CHECKPOINT, END, HEADER, linesOf, TRACE } from "./lines.ts";

const MEGABYTE = "x".repeat(1024 * 1024);
const BYTES = btoa(MEGABYTE);

/** A state of so many parts that are stored once, all of them. */
function repeated(kind: string, detail: unknown, count: number): object {
  const annotations = Array.from({ length: count }, (_, n) => [kind, [0, 0, n], -1, detail, [3, 1]]);
  return { ...CHECKPOINT, root: { json: { json: [[Array(count).fill(null)], annotations] } } };
}

function many<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

/** What was imported goes on: later saves are stored and read, whatever became of the state that was imported. */
async function goesOn(store: Store): Promise<void> {
  for (let step = 0; step < 20; step++) {
    const state = { step, list: Array.from({ length: step }, (_, n) => ({ n, text: "x".repeat(300) })) };
    await store.saveWithTrace("t", createCheckpoint(state, { id: `next ${step}` }));
    expect((await store.loadLatest("t"))!.state).toEqual(state);
  }
  const copy = createMemoryStore();
  await importTraces(copy, exportTraces(store));
  expect(await copy.list("t")).toEqual(await store.list("t"));
  expect((await copy.loadLatest("t"))!.state).toEqual((await store.loadLatest("t"))!.state);
}

const EXPANDING: Readonly<Record<string, readonly object[]>> = {
  "a text in many places": [{ ...BLOCK, json: { json: [[3, 0, [MEGABYTE]]] } }, repeated("text", null, 4_000)],
  "bytes in many places": [
    { kind: "block", block: 0, binary: [3, 0], bytes: BYTES },
    repeated("bytes", "Uint8Array", 4_000),
  ],
  "groups of groups": [
    {
      ...BLOCK,
      json: {
        json: [
          [0, 0, [""]],
          [1, 0, [many(200, [0, 1]).flat()], [], 0],
          [2, 0, [many(200, [0, 1]).flat()], [], 1],
          [3, 0, [many(200, [0, 1]).flat()], [], 2],
        ],
      },
    },
    { ...CHECKPOINT, root: { json: { json: [[null], [["text", [0, 0], -1, null, [3, 1]]]] } } },
  ],
  "much that is said of each of many": [
    { ...BLOCK, json: { json: [[3, 0, [many(30_000, { a: [] })], many(30_000, ["anchor", ["*", "a"], 0])]] } },
    CHECKPOINT,
  ],
};
for (const [what, lines] of Object.entries(EXPANDING)) {
  test(`${what}: few bytes never ask for gigabytes, nor for minutes`, { timeout: 20_000 }, async () => {
    const store = createMemoryStore();
    await importTraces(store, archiveOf(HEADER, TRACE, ...lines, END));
    const begun = performance.now();
    await expect(store.load("a")).rejects.toMatchObject({ code: "corrupted", checkpointId: "a" });
    // Neither does an export expand anything, nor a second import.
    const bytes = await bytesOf(exportTraces(store));
    expect(bytes.length).toBeLessThan(8_000_000);
    await importTraces(store, streamOf(bytes, { chunkBytes: 100_000 }));
    await goesOn(store);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
}

test("chunks that nothing refers to don't get in the way of later ones", async () => {
  const store = createMemoryStore();
  const block = {
    ...BLOCK,
    json: {
      json: [
        [3, 0, [["text ".repeat(100)]]],
        [3, 2, [["hidden"], ["hidden"], ["hidden"]]],
      ],
    },
  };
  await importTraces(store, archiveOf(HEADER, TRACE, block, CHECKPOINT, END));
  const state = (await store.load("a"))!.state as string[];
  for (let step = 0; step < 12; step++) {
    state.push(`${step} `.repeat(2_000));
    await store.saveWithTrace("t", createCheckpoint(state, { id: `${step}` }));
  }
  for (let step = 0; step < 12; step++) expect((await store.load(`${step}`))!.state).toEqual(state.slice(0, step + 2));
});

test("the last numbers that are taken leave room for what comes after them", async () => {
  const store = createMemoryStore();
  const max = 2 ** 40;
  const end = { seq: max, timestamp: 8.64e15 + max, nextBlock: max, nextNumber: max };
  const checkpoint = { ...BARE, ...end, createdAt: 8.64e15 };
  await importTraces(store, archiveOf(HEADER, { ...TRACE, ...end }, checkpoint, END));
  for (let n = 0; n < 3; n++) {
    const state = { n, text: MEGABYTE.slice(0, 20_000 + n) };
    await store.saveWithTrace("t", createCheckpoint(state, { id: `${n}`, createdAt: 8.64e15 }));
    expect((await store.load(`${n}`))!.state).toEqual(state);
  }
  expect(await store.list("t")).toEqual(["2", "1", "0", "a"]);
  expect(linesOf(await bytesOf(exportTraces(store))).filter(({ kind }) => kind === "checkpoint").length).toBe(4);
  expect(await store.prune("t", 1)).toBe(3);
  expect((await store.loadLatest("t"))!.id).toBe("2");
});

test("a trace at the end of all times comes through, and goes on there", async () => {
  const store = createMemoryStore();
  for (let n = 0; n < 3; n++) await store.saveWithTrace("t", createCheckpoint(n, { createdAt: 8.64e15 }));
  const copy = createMemoryStore();
  await importTraces(copy, exportTraces(store));
  await assertSameTrace(copy, store, "t");
  await copy.saveWithTrace("t", createCheckpoint(3));
  expect(await importTraces(createMemoryStore(), exportTraces(copy))).toMatchObject({ checkpoints: 4 });
});
