import { beforeAll, describe, expect, test } from "vitest";
import { createStore } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import {
  createEncryptedCodec,
  createKeyRing,
  openManagedKeys,
  openPassphraseKeys,
} from "../../src/codecs/encrypted.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Codec } from "../../src/core/codec.ts";
import type { Backend, CollectionName } from "../../src/core/backend.ts";
import type { Store } from "../../src/core/store.ts";
import { seal, type CheckpointRecord, type PageRecord } from "../../src/engine/records.ts";
import { checksum } from "../../src/engine/checksum.ts";
import { noise } from "../../src/testing/steps.ts";
import { readRecords } from "../damage/records.ts";

const SECRET = "the eagle lands at midnight";
const superjson = createSuperjsonCodec();
const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

let key: CryptoKey;
let other: CryptoKey;
beforeAll(async () => {
  [key, other] = await Promise.all([newKey(), newKey()]);
});

interface Open {
  readonly backend?: Backend;
  readonly keys?: CryptoKey;
  readonly name?: string;
  readonly encryptMetadata?: boolean;
}

function open({ backend = createMemoryBackend(), keys = key, name = "store", encryptMetadata = false }: Open = {}) {
  const codec = createEncryptedCodec({ codec: superjson, keys, encryptMetadata });
  return { backend, store: createStore<unknown>(backend, { codec, name, readCodecs: [superjson] }) };
}

/** Three checkpoints that share a log of several pieces. */
async function fill(store: Store<unknown>, traceId = "t"): Promise<void> {
  const state = { log: [] as string[], note: "" };
  for (let step = 0; step < 3; step++) {
    state.log.push(`${SECRET} ${noise(step, 900)}`);
    state.note = `${SECRET}, step ${step}`;
    const metadata = { title: `a title of ${step}`, when: new Date(step) };
    await store.saveWithTrace(traceId, { id: `${traceId}${step}`, createdAt: step, nextNode: "act", metadata, state });
  }
}

function edit<R extends object>(
  backend: Backend,
  collection: CollectionName,
  change: (records: R[]) => R[],
): Promise<void> {
  return backend.write(async (transaction) => {
    const records = await transaction.getAll<R>(collection);
    transaction.delete(collection, { lower: [""] });
    for (const record of change(records)) transaction.put(collection, record);
  });
}

/** As one would who knows the format, but not the key: every checksum is right again. */
function resealed({ root, ...record }: CheckpointRecord, changes: Partial<CheckpointRecord>): CheckpointRecord {
  const { sum: _, ...rest } = { root, ...record, ...changes } as CheckpointRecord & { sum: number };
  return seal(
    Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as unknown as CheckpointRecord,
  );
}

const corrupted = (id: string) => ({ code: "corrupted", checkpointId: id });

describe("what is encrypted", () => {
  test("shows nothing of the states, and nothing of metadata if told so", async () => {
    for (const encryptMetadata of [false, true]) {
      const { backend, store } = open({ encryptMetadata });
      await fill(store);
      const text = new TextDecoder("latin1");
      const raw = JSON.stringify([...(await readRecords(backend))], (_, value: unknown) =>
        value instanceof Uint8Array ? text.decode(value) : value,
      );
      expect(raw).not.toContain("eagle");
      expect(raw.includes("a title of")).toBe(!encryptMetadata);
      expect(raw).toContain("act");
    }
  });

  test("does not show as equal where it is", async () => {
    const { backend, store } = open();
    for (const traceId of ["a", "b"])
      await store.saveWithTrace(traceId, { id: traceId, createdAt: 0, state: { text: noise(1, 5_000) } });
    const pages = (await readRecords(backend)).get("pieces") as PageRecord[];
    const payloads = pages.flatMap(({ pieces }) => pieces.map((piece) => String(piece?.[1])));
    expect(payloads.length).toBeGreaterThan(1);
    expect(new Set(payloads).size).toBe(payloads.length);
  });

  test("lists its heads to those without the key, their metadata if it is in the open", async () => {
    for (const encryptMetadata of [false, true]) {
      const { backend, store } = open({ encryptMetadata });
      await fill(store);
      const locked = open({ backend, keys: other, encryptMetadata }).store;
      for (const [reader, isReadable] of [
        [store, true],
        [locked, !encryptMetadata],
      ] as const) {
        const heads = [];
        for await (const head of reader.history("t")) heads.push(head);
        expect(heads.map(({ id, nextNode }) => `${id} ${nextNode}`)).toEqual(["t2 act", "t1 act", "t0 act"]);
        expect(heads[0]?.metadata).toEqual(isReadable ? { title: "a title of 2", when: new Date(2) } : undefined);
        expect((await reader.traces())[0]?.latest.metadata !== undefined).toBe(isReadable);
      }
    }
  });

  test("metadata of any size comes back", async () => {
    const { store } = open({ encryptMetadata: true });
    const metadata = {
      text: noise(1, 20_000),
      bytes: new Uint8Array(9_000).fill(7),
      map: new Map([[1n, new Set(["a"])]]),
    };
    await store.saveWithTrace("t", { id: "c", createdAt: 0, metadata, state: 1 });
    expect((await store.load("c"))?.metadata).toEqual(metadata);
  });

  test("pinned checkpoints stay, although nobody can read that they are", async () => {
    const { backend, store } = open({ encryptMetadata: true });
    const run = store.trace("t", { retention: { keepLast: 1 } });
    await run.save(1, { id: "pinned", metadata: { pinned: true } });
    await run.save(2);
    await run.save(3, { id: "last" });
    expect(await run.list()).toEqual(["last", "pinned"]);
    const locked = open({ backend, keys: other, encryptMetadata: true }).store;
    for (const id of ["pinned", "last"]) await locked.trace("t").fork(id, `fork of ${id}`);
    const lengths = ["pinned", "last"].map(async (id) => {
      const fork = store.trace(`fork of ${id}`, { retention: { keepLast: 1 } });
      await fork.save(4);
      await fork.save(5);
      return (await fork.list()).length;
    });
    expect(await Promise.all(lengths)).toEqual([2, 1]);
  });
});

describe("a record that is not what it was", () => {
  test("another key is told", async () => {
    const { backend, store } = open();
    await fill(store);
    const mismatch = { code: "codec-mismatch", checkpointId: "t1" };
    await expect(open({ backend, keys: other }).store.load("t1")).rejects.toMatchObject(mismatch);
    const codec = createEncryptedCodec({
      codec: superjson,
      keys: createKeyRing({ current: "new", keys: { new: other } }),
    });
    const ringed = createStore(backend, { codec, name: "store" });
    await expect(ringed.load("t1")).rejects.toMatchObject({
      ...mismatch,
      actual: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
    await expect(ringed.loadLatest("t", { skipDamaged: true })).rejects.toMatchObject({ code: "codec-mismatch" });
    await ringed.saveWithTrace("t", { id: "next", createdAt: 9, state: "goes on" });
    expect((await ringed.loadLatest("t"))?.state).toBe("goes on");
  });

  test("in another store it is told", async () => {
    const { backend, store } = open();
    await fill(store);
    await expect(open({ backend, name: "another" }).store.load("t1")).rejects.toMatchObject(corrupted("t1"));
  });

  test.each<readonly [string, Partial<CheckpointRecord>]>([
    ["nextNode", { nextNode: "delete everything" }],
    ["createdAt", { createdAt: 77 }],
    ["parentId", { parentId: "t0" }],
    ["graphHash", { graphHash: "another" }],
    ["metadata", { metadata: { title: "a title of 1", when: new Date(2) } }],
    ["lineages", { lineages: [[0, 0.5]] }],
  ])("an altered %s is told", async (_, changes) => {
    const { backend, store } = open();
    await fill(store);
    await edit<CheckpointRecord>(backend, "checkpoints", (records) =>
      records.map((record) => (record.id === "t1" ? resealed(record, changes) : record)),
    );
    await expect(store.load("t1")).rejects.toMatchObject(corrupted("t1"));
    expect(await store.load("t2")).toBeDefined();
  });

  test("the root of another checkpoint in its place is told, also of another trace", async () => {
    for (const from of ["t0", "u1"]) {
      const { backend, store } = open();
      await fill(store);
      await fill(store, "u");
      await edit<CheckpointRecord>(backend, "checkpoints", (records) => {
        const { root } = records.find(({ id }) => id === from)!;
        return records.map((record) => (record.id === "t1" ? resealed(record, { root }) : record));
      });
      await expect(store.load("t1")).rejects.toMatchObject(corrupted("t1"));
    }
  });

  test("a checkpoint renamed or moved to another trace is told", async () => {
    for (const changes of [{ id: "renamed" }, { traceId: "u" }]) {
      const { backend, store } = open();
      await fill(store);
      await edit<CheckpointRecord>(backend, "checkpoints", (records) =>
        records.map((record) => (record.id === "t1" ? resealed(record, changes) : record)),
      );
      await expect(store.load(changes.id ?? "t1")).rejects.toMatchObject({ code: "corrupted" });
    }
  });

  test("encrypted metadata that was taken out, exchanged, or put in the open is told", async () => {
    const { backend, store } = open({ encryptMetadata: true });
    await fill(store);
    const records = (await readRecords(backend)).get("checkpoints") as CheckpointRecord[];
    const { sealed } = records.find(({ id }) => id === "t2")!;
    for (const changes of [{ sealed: undefined }, { sealed }, { sealed: undefined, metadata: { title: "forged" } }]) {
      await edit<CheckpointRecord>(backend, "checkpoints", () =>
        records.map((record) => (record.id === "t1" ? resealed(record, changes as Partial<CheckpointRecord>) : record)),
      );
      await expect(store.load("t1")).rejects.toMatchObject(corrupted("t1"));
    }
  });

  test("one codec's content under the name of another is told", async () => {
    const [one, two] = ["one", "two"].map((name) =>
      createEncryptedCodec({ codec: { ...superjson, name }, keys: key }),
    ) as [Codec, Codec];
    const backend = createMemoryBackend();
    const store = createStore<unknown>(backend, { codec: one, readCodecs: [two] });
    await store.saveWithTrace("t", { id: "c", createdAt: 0, state: "x" });
    await edit<CheckpointRecord>(backend, "checkpoints", (records) =>
      records.map((record) => resealed(record, { codec: two.name })),
    );
    await expect(store.load("c")).rejects.toMatchObject(corrupted("c"));
  });

  test("damage beside pieces that can't be decrypted leaves no rejection unhandled", async () => {
    const { backend, store } = open();
    await store.saveWithTrace("t", { id: "c", createdAt: 0, state: [noise(1, 30_000), noise(2, 30_000)] });
    await edit<PageRecord>(backend, "pieces", (pages) =>
      pages.map((page) => ({
        ...page,
        pieces: page.pieces.map((piece, at) =>
          at === page.pieces.length - 1 ? ([1, ...piece!.slice(1)] as unknown as typeof piece) : piece,
        ),
      })),
    );
    // The runner fails the run for a rejection that nobody handles.
    await expect(open({ backend, keys: other }).store.load("c")).rejects.toMatchObject({ code: "corrupted" });
    await new Promise((resolve) => setTimeout(resolve, 50));
  });

  test("pieces that changed places are told", async () => {
    const { backend, store } = open();
    await store.saveWithTrace("t", { id: "c", createdAt: 0, state: [1, 2, 3].map((n) => noise(n, 30_000)) });
    let swapped = 0;
    await edit<PageRecord>(backend, "pieces", (pages) =>
      pages.map((page) => {
        const payloads = page.pieces.map((piece) => piece?.[1]);
        swapped += page.pieces.length;
        const pieces = page.pieces.map((piece, i) => {
          const [, , references = []] = piece!;
          const payload = payloads[(i + 1) % payloads.length];
          const sum = checksum([checksum(payload), page.first + i, ...references]);
          return references.length === 0 ? ([sum, payload] as const) : ([sum, payload, references] as const);
        });
        return { ...page, pieces };
      }),
    );
    expect(swapped).toBeGreaterThan(1);
    await expect(store.load("c")).rejects.toMatchObject(corrupted("c"));
  });

  test("a bit that was changed anywhere in a payload is told", async () => {
    const { backend, store } = open();
    await store.saveWithTrace("t", { id: "c", createdAt: 0, state: "x" });
    const [record] = (await readRecords(backend)).get("checkpoints") as CheckpointRecord[];
    const payload = record!.root[1] as Uint8Array;
    for (let at = 0; at < payload.length; at++) {
      const altered = payload.slice();
      altered[at]! ^= 1;
      const root = [checksum([checksum(altered), -1]), altered] as const;
      await edit<CheckpointRecord>(backend, "checkpoints", () => [resealed(record!, { root })]);
      await expect(store.load("c"), `byte ${at}`).rejects.toMatchObject({ checkpointId: "c" });
    }
    expect(payload.length).toBeGreaterThan(30);
  });
});

describe("forks", () => {
  test("are made without the key and read with it, forks of forks too, and go on", async () => {
    const { backend, store } = open({ encryptMetadata: true });
    await fill(store);
    const locked = createStore(backend, { codec: superjson, name: "store" });
    await locked.trace("t").fork("t1", "fork");
    const [forkId] = await store.list("fork");
    expect((await store.load(forkId!))?.state).toEqual((await store.load("t1"))?.state);
    expect((await store.load(forkId!))?.metadata).toEqual({ title: "a title of 1", when: new Date(1) });
    const again = await store.fork(forkId!, "again");
    await store.trace("again").save({ ...(again.state as object), more: noise(7, 2_000) }, { id: "more" });
    expect((await store.load("more"))?.state).toMatchObject({ log: (again.state as { log: unknown }).log });
    await store.deleteTrace("t");
    await store.deleteTrace("fork");
    expect(await store.load("more")).toBeDefined();
  });
});

describe("keys", () => {
  test("another can take over without a stop; older records stay readable", async () => {
    const keys = await openManagedKeys(`ring-${crypto.randomUUID()}`);
    const store = createStore<unknown>(createMemoryBackend(), {
      codec: createEncryptedCodec({ codec: superjson, keys }),
    });
    const before = keys.current();
    await store.saveWithTrace("t", { id: "before", createdAt: 0, state: { text: noise(1, 2_000) } });
    const saving = store.saveWithTrace("t", { id: "during", createdAt: 0, state: { text: noise(1, 2_000), n: 1 } });
    await keys.rotate();
    await saving;
    await store.saveWithTrace("t", { id: "after", createdAt: 0, state: { text: noise(1, 2_000), n: 2 } });
    expect(keys.current().id).not.toBe(before.id);
    for (const id of ["before", "during", "after"])
      expect((await store.load(id))?.state).toMatchObject({ text: noise(1, 2_000) });
  });

  test("that two make at once are the same, stay, and can't be read out", async () => {
    const name = `ring-${crypto.randomUUID()}`;
    const [one, two] = await Promise.all([openManagedKeys(name), openManagedKeys(name)]);
    const backend = createMemoryBackend();
    const storeOf = (keys: typeof one) =>
      createStore(backend, { codec: createEncryptedCodec({ codec: superjson, keys }) });
    expect(one.current().id).toBe(two.current().id);
    expect(one.current().key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("raw", one.current().key)).rejects.toMatchObject({
      name: expect.stringMatching(/^InvalidAccess/) as string,
    });
    await one.rotate();
    await storeOf(one).saveWithTrace("t", { id: "c", createdAt: 0, state: SECRET });
    expect((await storeOf(two).load("c"))?.state).toBe(SECRET);
    expect((await storeOf(await openManagedKeys(name)).load("c"))?.state).toBe(SECRET);
  });

  test("from a passphrase: the same opens, another one is told at once", async () => {
    const name = `pass-${crypto.randomUUID()}`;
    const options = { name, iterations: 100_000 };
    const backend = createMemoryBackend();
    const storeOf = async (passphrase: string) =>
      createStore(backend, {
        codec: createEncryptedCodec({ codec: superjson, keys: await openPassphraseKeys(passphrase, options) }),
      });
    await (await storeOf("correct horse")).saveWithTrace("t", { id: "c", createdAt: 0, state: SECRET });
    expect((await (await storeOf("correct horse")).load("c"))?.state).toBe(SECRET);
    await expect(openPassphraseKeys("battery staple", options)).rejects.toMatchObject({ code: "codec-mismatch" });
    await expect(openPassphraseKeys("", options)).rejects.toThrow(TypeError);
    await expect(openPassphraseKeys("correct horse", { name, iterations: 1_000 })).rejects.toThrow(RangeError);
    expect((await openManagedKeys(`passphrase:${name}`)).current().key).toBeInstanceOf(CryptoKey);
  });

  test("of the wrong kind are bad input", async () => {
    const hmac = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const short = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, false, ["encrypt", "decrypt"]);
    for (const keys of [hmac, short]) expect(() => createEncryptedCodec({ codec: superjson, keys })).toThrow(TypeError);
    expect(() => createKeyRing({ current: "none", keys: { key } })).toThrow(TypeError);
  });
});

test("records from before encryption are read, and the next save encrypts", async () => {
  const backend = createMemoryBackend();
  await fill(createStore<unknown>(backend, { codec: superjson, name: "store" }));
  const { store } = open({ backend });
  expect((await store.loadLatest("t"))?.state).toMatchObject({ note: `${SECRET}, step 2` });
  await store.trace("t").save({ log: SECRET }, { id: "next" });
  expect((await store.load("next"))?.state).toEqual({ log: SECRET });
  await expect(createStore(backend, { codec: superjson, name: "store" }).load("next")).rejects.toMatchObject({
    code: "codec-mismatch",
  });
});

test("a codec that makes neither text nor bytes can't be encrypted", async () => {
  const codec = createEncryptedCodec({ codec: createStructuredCloneCodec(), keys: key });
  await expect(
    createStore(createMemoryBackend(), { codec }).saveWithTrace("t", { id: "c", createdAt: 0, state: 1 }),
  ).rejects.toThrow(TypeError);
});
