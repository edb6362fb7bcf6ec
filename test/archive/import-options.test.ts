import { expect, test } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { createCheckpoint } from "../../src/core/checkpoint.ts";
import type { Store } from "../../src/core/store.ts";
import { createStore } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { assertSameTrace, bytesOf, streamOf } from "../../src/testing/archiving.ts";
import { noise } from "../../src/testing/steps.ts";
import { archiveOf, linesOf } from "./lines.ts";

async function save(store: Store, traceId: string, { from = 0, count = 3 } = {}): Promise<void> {
  for (let step = from; step < from + count; step++) {
    const state = { text: noise(step, 400_000), step };
    await store.saveWithTrace(traceId, createCheckpoint(state, { id: `${traceId}${step}`, createdAt: step }));
  }
}

/** Imports an archive whose source fails when so much of it was read. */
async function importPart(store: Store, bytes: Uint8Array, part: number): Promise<void> {
  const failAt = Math.floor(bytes.length * part);
  await expect(importTraces(store, streamOf(bytes, { chunkBytes: 60_000, failAt }))).rejects.toThrow(
    "the source failed",
  );
}

test("a trace that is there is extended only where the import is told to", async () => {
  const store = createMemoryStore();
  await save(store, "t");
  const copy = createMemoryStore();
  await importTraces(copy, exportTraces(store));
  await save(store, "t", { from: 3 });
  const bytes = await bytesOf(exportTraces(store));
  const before = await copy.list("t");
  await expect(importTraces(copy, streamOf(bytes))).rejects.toMatchObject({ code: "conflict", traceId: "t" });
  const { skipped } = await importTraces(copy, streamOf(bytes), { onConflict: "skip" });
  expect(skipped).toEqual(["t"]);
  expect(await copy.list("t")).toEqual(before);
  expect(await importTraces(copy, streamOf(bytes), { onConflict: "extend" })).toEqual({
    traces: 1,
    checkpoints: 3,
    present: 3,
    skipped: [],
  });
  await assertSameTrace(copy, store, "t");
});

test("one that is another is a conflict even for an import that may extend", async () => {
  const store = createMemoryStore();
  await save(store, "t");
  const copy = createMemoryStore();
  await copy.saveWithTrace("t", createCheckpoint("mine", { id: "mine" }));
  const extending = importTraces(copy, exportTraces(store), { onConflict: "extend" });
  await expect(extending).rejects.toMatchObject({ code: "conflict" });
  expect(await copy.list("t")).toEqual(["mine"]);
});

test("an import that failed goes on by itself, with the same archive alone, and only where nobody saved meanwhile", async () => {
  const store = createMemoryStore();
  await save(store, "t", { count: 10 });
  const bytes = await bytesOf(exportTraces(store));
  await save(store, "t", { from: 10, count: 1 });
  const longer = await bytesOf(exportTraces(store));

  const copy = createMemoryStore();
  await importPart(copy, bytes, 0.7);
  const present = (await copy.list("t")).length;
  expect(present).toBeGreaterThan(0);
  await expect(importTraces(copy, streamOf(longer))).rejects.toMatchObject({ code: "conflict" });
  expect(await importTraces(copy, streamOf(bytes))).toMatchObject({ present, checkpoints: 10 - present });
  // It is complete: from here on it is a trace like any other.
  await expect(importTraces(copy, streamOf(longer))).rejects.toMatchObject({ code: "conflict" });

  const other = createMemoryStore();
  await importPart(other, bytes, 0.7);
  await other.saveWithTrace("t", createCheckpoint("mine", { id: "mine" }));
  await expect(importTraces(other, streamOf(bytes))).rejects.toMatchObject({ code: "conflict" });
  expect((await other.loadLatest("t"))!.state).toBe("mine");
});

test("a conflict that comes late takes back what this import stored, not what another one did", async () => {
  const store = createMemoryStore();
  await save(store, "t", { count: 10 });
  const bytes = await bytesOf(exportTraces(store));
  const copy = createMemoryStore();
  await copy.saveWithTrace("elsewhere", createCheckpoint("taken", { id: "t9" }));
  await importPart(copy, bytes, 0.5);
  const before = await copy.list("t");
  expect(before.length).toBeGreaterThan(0);
  await expect(importTraces(copy, streamOf(bytes))).rejects.toMatchObject({ code: "conflict", checkpointId: "t9" });
  expect(await copy.list("t")).toEqual(before);
  await copy.deleteTrace("elsewhere");
  await importTraces(copy, streamOf(bytes), { onConflict: "extend" });
  await assertSameTrace(copy, store, "t");
});

test("traces can be renamed, and found again under their new names", async () => {
  const store = createMemoryStore();
  await save(store, "a");
  await save(store, "b");
  const bytes = await bytesOf(exportTraces(store));
  const copy = createMemoryStore();
  const heard: string[] = [];
  const renameTrace = (traceId: string): string => `imported/${traceId}`;
  await importTraces(copy, streamOf(bytes), { renameTrace, onProgress: ({ traceId }) => void heard.push(traceId) });
  expect((await copy.traces()).map(({ traceId }) => traceId).sort()).toEqual(["imported/a", "imported/b"]);
  expect((await copy.load("a1"))!.state).toEqual((await store.load("a1"))!.state);
  expect(new Set(heard)).toEqual(new Set(["imported/a", "imported/b"]));
  expect(await importTraces(copy, streamOf(bytes), { renameTrace })).toMatchObject({ present: 6, checkpoints: 0 });
  for (const wrong of ["", 5]) {
    const renamed = importTraces(createMemoryStore(), streamOf(bytes), { renameTrace: () => wrong as string });
    await expect(renamed).rejects.toThrow(TypeError);
  }
  // Two that are given one name are a conflict.
  const both = createMemoryStore();
  await expect(importTraces(both, streamOf(bytes), { renameTrace: () => "one" })).rejects.toMatchObject({
    code: "conflict",
  });
  expect(await both.list("one")).toEqual(["a2", "a1", "a0"]);
});

test("pins can be dropped, and nothing else of the metadata", async () => {
  const store = createMemoryStore();
  const metadata = { pinned: true, note: "kept" };
  for (let n = 0; n < 3; n++) await store.saveWithTrace("t", createCheckpoint(n, { id: `${n}`, metadata }));
  const bytes = await bytesOf(exportTraces(store));
  const copy = createMemoryStore();
  await importTraces(copy, streamOf(bytes), { dropPins: true });
  expect((await copy.load("1"))!.metadata).toEqual({ note: "kept" });
  expect(await importTraces(copy, streamOf(bytes), { dropPins: true })).toMatchObject({ present: 3 });
  await copy.trace("t", { retention: { keepLast: 1 } }).save(3, { id: "3" });
  expect(await copy.list("t")).toEqual(["3"]);
  const pinned = createMemoryStore();
  await importTraces(pinned, streamOf(bytes));
  await pinned.trace("t", { retention: { keepLast: 1 } }).save(3, { id: "3" });
  expect((await pinned.list("t")).length).toBe(4);
});

test("what an import extends shares its blocks with what was there, and takes no more than the archive brings", async () => {
  const store = createMemoryStore();
  await save(store, "t", { count: 6 });
  const lines = linesOf(await bytesOf(exportTraces(store)));
  const copy = createMemoryStore();
  await importTraces(copy, archiveOf(...lines));
  const { storedBytes } = await store.usage();
  expect((await copy.usage()).storedBytes).toBeLessThan(storedBytes * 1.05);
  for (const id of ["t1", "t3"]) await copy.delete(id);
  for (const id of ["t0", "t2", "t4", "t5"])
    expect((await copy.load(id))!.state).toEqual((await store.load(id))!.state);
  await copy.prune("t", 0);
  expect((await copy.usage()).storedBytes).toBe(0);
});

test("a trace whose record is damaged can be extended like any other", async () => {
  const store = createMemoryStore();
  await save(store, "t");
  const backend = createMemoryBackend();
  const copy = createStore(backend, { codec: createSuperjsonCodec() });
  await importTraces(copy, exportTraces(store));
  await save(store, "t", { from: 3, count: 6 });
  await backend.write(async (transaction) => {
    const record = await transaction.get<object>("traces", ["t"]);
    transaction.put("traces", { ...record, checkpoints: 77 });
  });
  await importTraces(copy, exportTraces(store), { onConflict: "extend" });
  await assertSameTrace(copy, store, "t");
  expect((await copy.traces())[0]!.checkpoints).toBe(9);
});
