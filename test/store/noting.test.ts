import { expect, test, vi } from "vitest";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createStore } from "../../src/backend.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Backend, Scope } from "../../src/core/backend.ts";
import { CheckpointStoreError } from "../../src/core/errors.ts";
import { seal, type NoteRecord, type TraceRecord } from "../../src/log/records.ts";
import { Codecs } from "../../src/pieces/codecs.ts";
import { writeNotes } from "../../src/verbs/note.ts";
import { encryptedCodec } from "../conformance/encrypted-codec.ts";
import { readRecords, writeRecords } from "../damage/records.ts";

const CODECS = { superjson: createSuperjsonCodec(), encrypted: encryptedCodec };

/** Changes the notes that a backend holds, as somebody could who has the database. */
async function changeNotes(backend: Backend, change: (notes: readonly NoteRecord[]) => object[]): Promise<void> {
  const records = await readRecords(backend);
  await writeRecords(backend, new Map([...records, ["notes", change(records.get("notes") as NoteRecord[])]]));
}

/** A record with another content, and the checksum that belongs to it. */
function forged({ sum: _, ...note }: NoteRecord, change: Partial<NoteRecord>): object {
  return seal({ ...note, ...change });
}

async function filled(codec: keyof typeof CODECS) {
  const backend = createMemoryBackend();
  const store = createStore(backend, { codec: CODECS[codec] });
  for (const traceId of ["one", "two"]) {
    for (const step of [1, 2]) {
      const { id } = await store.trace(traceId).save({ step }, { id: `${traceId}-${step}` });
      await store.trace(traceId).note(id, { a: `a of ${id}`, b: `b of ${id}` });
    }
  }
  return { backend, store };
}

test.each([
  ["under another key", "one", 2, "b"],
  ["beside another checkpoint", "one", 1, "a"],
  ["in another trace", "two", 2, "a"],
])("an encrypted note that was put %s is damage, and takes nothing with it", async (_, traceId, seq, key) => {
  const { backend, store } = await filled("encrypted");
  const isAt = (note: NoteRecord) => note.traceId === traceId && note.seq === seq && note.key === key;
  await changeNotes(backend, (notes) => {
    const moved = notes.find((note) => note.traceId === "one" && note.seq === 2 && note.key === "a")!;
    return notes.map((note) => (isAt(note) ? forged(moved, { traceId, seq, key, bytes: note.bytes }) : note));
  });
  const id = `${traceId}-${seq}`;
  await expect(store.load(id, { notes: true })).rejects.toMatchObject({ code: "corrupted", checkpointId: id });
  expect((await store.load(id))?.state).toEqual({ step: seq });
  await expect(store.fork(id, "fork")).rejects.toMatchObject({ code: "corrupted" });
  const other = `${traceId}-${3 - seq}`;
  expect((await store.load(other, { notes: true }))?.notes?.get("a")).toBe(`a of ${other}`);
  await store.trace(traceId).note(id, { [key]: "mended" });
  expect((await store.load(id, { notes: true }))?.notes?.get(key)).toBe("mended");
});

test("a note whose record was changed is damage that names the note", async () => {
  const { backend, store } = await filled("superjson");
  await changeNotes(backend, (notes) => notes.map((note) => (note.key === "b" ? { ...note, place: 7 } : note)));
  const loading = store.load("one-1", { notes: true });
  await expect(loading).rejects.toMatchObject({ code: "corrupted", message: expect.stringContaining('note "b"') });
});

test("a store with a plain codec keeps no note beside an encrypted checkpoint, and an encrypted one reads no plain note", async () => {
  const { backend, store } = await filled("encrypted");
  const plain = createStore(backend, { codec: CODECS.superjson, readCodecs: [encryptedCodec] });
  await expect(plain.trace("one").note("one-1", { a: 1 })).rejects.toMatchObject({ code: "codec-mismatch" });
  const careless = createStore(backend, { codec: CODECS.superjson });
  await careless.trace("one").note("one-1", { a: "forged" });
  await expect(store.load("one-1", { notes: true })).rejects.toMatchObject({ code: "codec-mismatch" });
});

test("a record of a trace that is built again counts the notes", async () => {
  const { backend, store } = await filled("superjson");
  const before = await store.usage();
  const records = await readRecords(backend);
  const traces = (records.get("traces") as TraceRecord[]).map((trace) => ({ ...trace, bytes: 1 }));
  await writeRecords(backend, new Map([...records, ["traces", traces]]));
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const again = createStore(backend, { codec: CODECS.superjson });
  for (const traceId of ["one", "two"]) await again.trace(traceId).note(`${traceId}-1`, { a: `a of ${traceId}-1` });
  expect((await again.usage()).storedBytes).toBe(before.storedBytes);
  for (const traceId of ["one", "two"]) await again.prune(traceId, 1);
  expect((await readRecords(backend)).get("notes")).toHaveLength(4);
});

test("saves, and loads that ask for none, open no notes", async () => {
  const { backend } = await filled("superjson");
  const scopes: (Scope | undefined)[] = [];
  const watched: Backend = {
    ...backend,
    read: (work, scope) => (scopes.push(scope), backend.read(work, scope)),
    write: (work, scope) => (scopes.push(scope), backend.write(work, scope)),
  };
  const store = createStore(watched, { codec: CODECS.superjson });
  const run = store.trace("one");
  await run.loadLatest({ notes: true });
  await run.save({ step: 3 });
  scopes.length = 0;
  await run.save({ step: 4 }, { ifLatest: (await run.list())[0]! });
  await run.loadLatest();
  await run.load("one-1");
  expect(scopes.length).toBeGreaterThan(3);
  for (const scope of scopes) expect(scope).not.toContain("notes");
});

test("notes that wait in a row go into one transaction, and none fails because of another", async () => {
  const { backend } = await filled("superjson");
  let writes = 0;
  const write: Backend["write"] = (work, scope) => ((writes += 1), backend.write(work, scope));
  const store = createStore({ ...backend, write }, { codec: CODECS.superjson });
  const run = store.trace("one");
  await Promise.all(Array.from({ length: 20 }, (_, i) => run.note("one-1", { [`n${i}`]: i })));
  expect(writes).toBe(1);
  const notes = ["one-1", "unknown", "one-2"].map((id) => run.note(id, { last: id }));
  const outcomes = await Promise.allSettled(notes);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("a former owner's notes are refused", async () => {
  const { backend, store } = await filled("superjson");
  await backend.write(async (transaction) => transaction.put("owners", { traceId: "one", owner: "now" }));
  const codecs = new Codecs([CODECS.superjson], { store: "" });
  const calls = [{ id: "one-1", notes: [], once: false, owner: "before" }];
  const writing = backend.write((transaction) => writeNotes(transaction, { traceId: "one", calls, codecs }));
  await expect(writing).rejects.toMatchObject({ code: "conflict" });
  expect(await store.trace("one").note("one-1", { any: 1 })).toEqual(["any"]);
});

test("on a full disk, room is made for notes as for saves", async () => {
  const backend = createMemoryBackend();
  let isFull = false;
  const write: Backend["write"] = (work, scope) =>
    backend.write(async (transaction) => {
      const put: typeof transaction.put = (collection, record) => {
        if (isFull && collection === "notes") throw new CheckpointStoreError("quota-exceeded", "full");
        transaction.put(collection, record);
      };
      const result = await work(
        Object.assign(Object.create(transaction) as typeof transaction, bound(transaction), { put }),
      );
      return result;
    }, scope);
  let asked = 0;
  const onQuotaExceeded = () => {
    asked += 1;
    isFull = false;
    return { keepLast: 1 };
  };
  const store = createStore({ ...backend, write }, { codec: CODECS.superjson, onQuotaExceeded });
  const run = store.trace("one");
  for (const step of [1, 2, 3]) await run.save({ step }, { id: `${step}` });
  isFull = true;
  await run.note("3", { a: 1 });
  expect(asked).toBe(1);
  expect(await run.list()).toEqual(["3"]);
  expect((await run.loadLatest({ notes: true }))?.notes?.get("a")).toBe(1);
});

function bound<T extends object>(transaction: T): Partial<T> {
  const names = ["get", "getAll", "keys", "delete"] as (keyof T)[];
  return Object.fromEntries(
    names.map((name) => [name, (transaction[name] as () => unknown).bind(transaction)]),
  ) as never;
}
