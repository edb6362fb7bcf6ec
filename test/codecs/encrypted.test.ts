import { beforeAll, describe, expect, test } from "vitest";
import { createStore, type CreateStoreOptions } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import {
  createEncryptedCodec,
  createKeyRing,
  openManagedKeys,
  openPassphraseKeys,
} from "../../src/codecs/encrypted.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Codec, Place } from "../../src/core/codec.ts";
import type { Backend, CollectionName } from "../../src/core/backend.ts";
import { deleteStore, openStore } from "../../src/index.ts";
import type { StoredHead } from "../../src/core/checkpoint.ts";
import type { Store } from "../../src/core/store.ts";
import { seal, type CheckpointRecord, type PieceRecord, type TraceRecord } from "../../src/log/records.ts";
import { sumOf } from "../../src/pieces/encode.ts";
import { numbersIn } from "../../src/pieces/runs.ts";
import { noise } from "../../src/testing/steps.ts";
import { readRecords, writeRecords } from "../damage/records.ts";

const SECRET = "the eagle lands at midnight";
const superjson = createSuperjsonCodec();
const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

let key: CryptoKey;
let other: CryptoKey;
beforeAll(async () => {
  [key, other] = await Promise.all([newKey(), newKey()]);
});

interface Open extends Pick<CreateStoreOptions, "allowPlainRecords" | "allowUnreadableLatest"> {
  readonly backend?: Backend;
  readonly keys?: CryptoKey;
  readonly name?: string;
  readonly encryptMetadata?: boolean;
}

function open({
  backend = createMemoryBackend(),
  keys = key,
  name = "store",
  encryptMetadata = false,
  ...allowed
}: Open = {}) {
  const codec = createEncryptedCodec({ codec: superjson, keys, encryptMetadata });
  return { backend, store: createStore<unknown>(backend, { codec, name, readCodecs: [superjson], ...allowed }) };
}

async function headsOf(store: Store<unknown>, traceId = "t"): Promise<StoredHead[]> {
  const heads = [];
  for await (const head of store.history(traceId)) heads.push(head);
  return heads;
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
function resealed<R extends object>(record: R, changes: Partial<R>): R {
  const { sum: _, ...rest } = { ...record, ...changes } as R & { sum: number };
  return seal(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as R);
}

/** Puts other blocks in the places of those that are there, with every checksum right again. */
async function exchange(backend: Backend, change: (blocks: PieceRecord[]) => PieceRecord[]): Promise<void> {
  await edit<PieceRecord>(backend, "pieces", (blocks) =>
    change(blocks).map((block) => ({ ...block, sum: sumOf(block) })),
  );
  const blocks = (await readRecords(backend)).get("pieces") as PieceRecord[];
  await edit<CheckpointRecord>(backend, "checkpoints", (records) =>
    records.map((record) => {
      const needed = new Set(numbersIn(record.needs));
      const own = blocks.filter(({ traceId, block }) => traceId === record.traceId && needed.has(block));
      return resealed(record, { contents: own.reduce((sum, block) => sum + block.sum, 0) });
    }),
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
    const blocks = (await readRecords(backend)).get("pieces") as PieceRecord[];
    const payloads = blocks.map(({ payload }) => String(payload));
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
        const heads = await headsOf(reader);
        expect(heads.map(({ id, nextNode }) => `${id} ${nextNode}`)).toEqual(["t2 act", "t1 act", "t0 act"]);
        expect(heads[0]?.metadata).toEqual(isReadable ? { title: "a title of 2", when: new Date(2) } : undefined);
        const [trace] = await reader.traces();
        expect(trace?.latest.metadata !== undefined).toBe(isReadable);
        for (const head of [...heads, trace?.latest]) {
          expect(head?.isUnverified).toBe(reader === store ? undefined : true);
          expect(head?.isDamaged).toBeUndefined();
        }
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
    const { store } = open({ encryptMetadata: true });
    const run = store.trace("t", { retention: { keepLast: 1 } });
    await run.save(1, { id: "pinned", metadata: { pinned: true } });
    await run.save(2);
    await run.save(3, { id: "last" });
    expect(await run.list()).toEqual(["last", "pinned"]);
    for (const id of ["pinned", "last"]) await store.trace("t").fork(id, `fork of ${id}`);
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

  test("damage beside blocks that can't be decrypted leaves no rejection unhandled", async () => {
    const { backend, store } = open();
    await store.saveWithTrace("t", { id: "c", createdAt: 0, state: [noise(1, 90_000), noise(2, 90_000)] });
    await edit<PieceRecord>(backend, "pieces", (blocks) =>
      blocks.map((block, at) => (at === blocks.length - 1 ? { ...block, payload: new Uint8Array(40) } : block)),
    );
    // The runner fails the run for a rejection that nobody handles.
    await expect(open({ backend, keys: other }).store.load("c")).rejects.toMatchObject({ code: "corrupted" });
    await exchange(backend, (blocks) => blocks);
    await expect(open({ backend, keys: other }).store.load("c")).rejects.toMatchObject({ checkpointId: "c" });
    await new Promise((resolve) => setTimeout(resolve, 50));
  });

  test("blocks that changed places are told", async () => {
    const { backend, store } = open();
    await store.saveWithTrace("t", { id: "c", createdAt: 0, state: [1, 2, 3].map((n) => noise(n, 90_000)) });
    let swapped = 0;
    await exchange(backend, (blocks) => {
      swapped = blocks.length;
      return blocks.map((block, i) => ({ ...block, payload: blocks[(i + 1) % blocks.length]!.payload }));
    });
    expect(swapped).toBeGreaterThan(1);
    await expect(store.load("c")).rejects.toMatchObject(corrupted("c"));
  });

  test("a bit that was changed anywhere in a payload is told", async () => {
    const { backend, store } = open();
    await store.saveWithTrace("t", { id: "c", createdAt: 0, state: "x" });
    const [record] = (await readRecords(backend)).get("checkpoints") as CheckpointRecord[];
    const payload = record!.root as Uint8Array;
    for (let at = 0; at < payload.length; at++) {
      const root = payload.slice();
      root[at]! ^= 1;
      await edit<CheckpointRecord>(backend, "checkpoints", () => [resealed(record!, { root })]);
      await expect(store.load("c"), `byte ${at}`).rejects.toMatchObject({ checkpointId: "c" });
    }
    expect(payload.length).toBeGreaterThan(30);
  });
});

describe("forks", () => {
  test("are bound to their own place, forks of forks too, go on, and outlive what they were made from", async () => {
    for (const encryptMetadata of [false, true]) {
      const { backend, store } = open({ encryptMetadata });
      await fill(store);
      const fork = await store.trace("t").fork("t1", "fork");
      const [forkId] = await fork.list();
      expect((await store.load(forkId!))?.state).toEqual((await store.load("t1"))?.state);
      expect((await store.load(forkId!))?.metadata).toEqual({ title: "a title of 1", when: new Date(1) });
      expect((await headsOf(store, "fork")).map(({ isDamaged, isUnverified }) => isDamaged ?? isUnverified)).toEqual([
        undefined,
      ]);
      const again = await store.fork(forkId!, "again");
      await store.trace("again").save({ ...(again.state as object), more: noise(7, 2_000) }, { id: "more" });
      expect((await store.load("more"))?.state).toMatchObject({ log: (again.state as { log: unknown }).log });
      await store.deleteTrace("t");
      await store.deleteTrace("fork");
      expect(await store.load("more")).toBeDefined();
      const raw = (await readRecords(backend)).get("checkpoints") as CheckpointRecord[];
      expect(raw.every(({ metadata }) => (metadata === undefined) === encryptMetadata || metadata === undefined)).toBe(
        true,
      );
    }
  });

  test("need the key, and leave nothing behind without it", async () => {
    const { backend, store } = open();
    await fill(store);
    const plain = createStore(backend, { codec: superjson, name: "store" });
    for (const locked of [open({ backend, keys: other }).store, plain]) {
      await expect(locked.trace("t").fork("t1", "fork")).rejects.toMatchObject({
        code: "codec-mismatch",
        checkpointId: "t1",
      });
      expect(await store.list("fork")).toEqual([]);
    }
  });

  test("of a codec that binds nothing need neither codec nor key", async () => {
    const backend = createMemoryBackend();
    const writer = createStore<unknown>(backend, { codec: superjson });
    await fill(writer);
    const other = createStore<unknown>(backend, { codec: createStructuredCloneCodec() });
    const fork = await other.trace("t").fork("t2", "fork");
    const [id] = await fork.list();
    expect((await writer.load(id!))?.state).toEqual((await writer.load("t2"))?.state);
  });

  test("of what is damaged are refused, whatever the codec", async () => {
    for (const codec of [superjson, createEncryptedCodec({ codec: superjson, keys: key })]) {
      const backend = createMemoryBackend();
      const store = createStore<unknown>(backend, { codec });
      await fill(store);
      const sound = await readRecords(backend);
      const refused = async () => expect(store.trace("t").fork("t1", "fork")).rejects.toMatchObject(corrupted("t1"));
      const altered = (records: CheckpointRecord[]) =>
        records.map((record) => ({ ...record, nextNode: "delete everything" }));
      await edit<CheckpointRecord>(backend, "checkpoints", altered);
      await refused();
      await writeRecords(backend, sound);
      await edit<PieceRecord>(backend, "pieces", (blocks) => blocks.map((block) => ({ ...block, payload: "x" })));
      await refused();
      await edit<PieceRecord>(backend, "pieces", () => []);
      await refused();
    }
    const { backend, store } = open();
    await fill(store);
    await edit<CheckpointRecord>(backend, "checkpoints", (records) =>
      records.map((record) => resealed(record, { nextNode: "delete everything" })),
    );
    await expect(store.trace("t").fork("t1", "fork")).rejects.toMatchObject(corrupted("t1"));
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

describe("plain records", () => {
  test("from before encryption are read where that is allowed, and the next save encrypts", async () => {
    const backend = createMemoryBackend();
    await fill(createStore<unknown>(backend, { codec: superjson, name: "store" }));
    const { store } = open({ backend, allowPlainRecords: true });
    expect((await store.loadLatest("t"))?.state).toMatchObject({ note: `${SECRET}, step 2` });
    await store.trace("t").save({ log: SECRET }, { id: "next" });
    expect((await store.load("next"))?.state).toEqual({ log: SECRET });
    expect((await headsOf(store)).map(({ id, isUnverified }) => `${id} ${isUnverified}`)).toEqual([
      "next undefined",
      "t2 true",
      "t1 true",
      "t0 true",
    ]);
    const plain = createStore(backend, { codec: superjson, name: "store" });
    await expect(plain.load("next")).rejects.toMatchObject({ code: "codec-mismatch" });
  });

  test("are refused otherwise, forged ones too, and not saved on top of", async () => {
    const { backend, store } = open();
    await fill(store);
    const forger = createStore<unknown>(backend, { codec: superjson, name: "store", allowUnreadableLatest: true });
    await forger.saveWithTrace("t", { id: "forged", createdAt: 9, nextNode: "delete everything", state: "forged" });
    const refused = { code: "codec-mismatch", checkpointId: "forged", actual: "superjson" };
    const { store: opened } = open({ backend });
    await expect(opened.load("forged")).rejects.toMatchObject(refused);
    await expect(opened.loadLatest("t", { skipDamaged: true })).rejects.toMatchObject(refused);
    await expect(opened.trace("t").save("next")).rejects.toMatchObject(refused);
    expect((await headsOf(opened))[0]).toMatchObject({ id: "forged", isUnverified: true });
    expect((await opened.traces())[0]?.latest).toMatchObject({ id: "forged", isUnverified: true });
    expect(await opened.load("t2")).toBeDefined();
  });

  test("are not put on top of encrypted ones, unless that is allowed", async () => {
    const { backend, store } = open();
    await fill(store);
    const readCodecs = [createEncryptedCodec({ codec: superjson, keys: key })];
    const plain = createStore<unknown>(backend, { codec: superjson, readCodecs, name: "store" });
    expect((await plain.loadLatest("t"))?.state).toMatchObject({ note: `${SECRET}, step 2` });
    await expect(plain.trace("t").save("in the open")).rejects.toMatchObject({
      code: "codec-mismatch",
      checkpointId: "t2",
    });
    const allowed = createStore<unknown>(backend, {
      codec: superjson,
      readCodecs,
      name: "store",
      allowPlainRecords: true,
    });
    await allowed.trace("t").save("in the open", { id: "next" });
    expect((await plain.load("next"))?.state).toBe("in the open");
  });
});

test("a codec that need not be awaited goes on where one had to be", async () => {
  const name = `store ${crypto.randomUUID()}`;
  const encrypted = createEncryptedCodec({ codec: superjson, keys: key });
  const before = await openStore<unknown>(name, { codec: encrypted });
  await before.trace("t").save(noise(1, 5_000));
  await before.close();
  const store = await openStore<unknown>(name, { codec: superjson, readCodecs: [encrypted], allowPlainRecords: true });
  await store.trace("t").save("goes on", { id: "next" });
  expect((await store.load("next"))?.state).toBe("goes on");
  await store.close();
  await deleteStore(name);
});

describe("a trace whose newest checkpoint can't be read", () => {
  test.each<readonly [string, () => Codec]>([
    ["another key", () => createEncryptedCodec({ codec: superjson, keys: other })],
    ["another codec", () => superjson],
    ["another codec that makes no promises", () => createStructuredCloneCodec()],
  ])("is not saved to with %s, unless that is allowed", async (_, codecOf) => {
    const { backend, store } = open();
    await fill(store);
    const codec = codecOf();
    const stranger = createStore<unknown>(backend, { codec, name: "store" });
    const refused = { code: "codec-mismatch", checkpointId: "t2", traceId: "t" };
    const saves = [1, 2, 3].map((n) => stranger.trace("t").save({ n }));
    for (const save of saves) await expect(save).rejects.toMatchObject(refused);
    await expect(stranger.loadLatest("t")).rejects.toMatchObject(refused);
    // What that load has read is made ready for a save in a moment of rest.
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(stranger.trace("t").save({ n: 4 })).rejects.toMatchObject(refused);
    await stranger.trace("u").save("elsewhere");
    expect((await stranger.loadLatest("u"))?.state).toBe("elsewhere");
    await store.trace("t").save("goes on", { id: "next" });
    expect(await store.list("t")).toEqual(["next", "t2", "t1", "t0"]);

    const told = createStore<unknown>(backend, { codec, name: "store", allowUnreadableLatest: true });
    await told.trace("t").save({ n: 5 });
    expect((await told.loadLatest("t"))?.state).toEqual({ n: 5 });
  });
});

describe("somebody who can write to the database and has no key", () => {
  const root = (record: CheckpointRecord) => ({ root: record.root, needs: record.needs, contents: record.contents });

  test("can't have an old or a foreign checkpoint load in another's place by calling it the origin", async () => {
    for (const from of ["t0", "u1"]) {
      const { backend, store } = open();
      await fill(store);
      await fill(store, "u");
      await edit<CheckpointRecord>(backend, "checkpoints", (records) => {
        const { id, parentId, traceId, seq, timestamp, sealed, ...other } = records.find(({ id }) => id === from)!;
        const origin = { id, ...(parentId !== undefined && { parentId }), traceId, seq, timestamp };
        return records.map((record) =>
          record.id === "t1" ? resealed(record, { ...root(other as never), sealed, origin } as never) : record,
        );
      });
      await expect(store.load("t1")).rejects.toMatchObject({ code: "corrupted" });
    }
  });

  test("can't splice single blocks of one trace into another", async () => {
    const { backend, store } = open();
    for (const traceId of ["a", "b"]) {
      const text = traceId === "a" ? 1 : 2;
      await store.saveWithTrace(traceId, { id: traceId, createdAt: 0, state: { log: [noise(text, 9_000)], n: 1 } });
      await store.saveWithTrace(traceId, {
        id: `${traceId}2`,
        createdAt: 0,
        state: { log: [noise(text, 9_000), noise(text + 2, 9_000)], n: 2 },
      });
    }
    const numbers = ((await readRecords(backend)).get("pieces") as PieceRecord[])
      .filter(({ traceId }) => traceId === "a")
      .map(({ block }) => block);
    expect(numbers.length).toBeGreaterThan(1);
    const before = await readRecords(backend);
    for (const number of numbers) {
      await writeRecords(backend, before);
      await exchange(backend, (blocks) => {
        const donor = blocks.find(({ traceId, block }) => traceId === "b" && block === number)!;
        return blocks.map((one) => (one.traceId === "a" && one.block === number ? { ...donor, traceId: "a" } : one));
      });
      await expect(store.load("a2"), `block ${number}`).rejects.toMatchObject(corrupted("a2"));
      expect(await store.load("b2")).toBeDefined();
    }
  });

  test("can't roll back, let one more save come, and put a block of the future that was in it", async () => {
    const { backend, store } = open();
    const save = async (step: number, text: string) =>
      open({ backend }).store.saveWithTrace("t", {
        id: `${step}${text[0]}`,
        createdAt: step,
        state: { log: Array.from({ length: step + 1 }, (_, n) => (n === step ? text : noise(n, 3_000))), step },
      });
    await save(0, noise(0, 3_000));
    const past = await readRecords(backend);
    await save(1, `y${noise(8, 3_000)}`);
    const future = (await readRecords(backend)).get("pieces") as PieceRecord[];
    await writeRecords(backend, past);
    await save(1, `n${noise(9, 3_000)}`);
    expect((await store.load("1n"))?.state).toMatchObject({ step: 1 });
    const fresh = future.filter(
      ({ block }) => !(past.get("pieces") as PieceRecord[]).some((one) => one.block === block),
    );
    expect(fresh.length).toBeGreaterThan(0);
    await exchange(backend, (blocks) => blocks.map((one) => fresh.find(({ block }) => block === one.block) ?? one));
    await expect(store.load("1n")).rejects.toMatchObject(corrupted("1n"));
  });

  test("can't choose blocks whose fingerprints add up to those that were there", async () => {
    // Any sum, also of hundreds of bits, can be met by choosing among known blocks: so there must be none. What is in the
    // place of the root is all of them, in their order.
    const codec = createEncryptedCodec({ codec: superjson, keys: key });
    const places: Place[] = [];
    const spy: Codec = { ...codec, encode: (value, place) => (places.push(place), codec.encode(value, place)) };
    const store = createStore<unknown>(createMemoryBackend(), { codec: spy });
    await store.saveWithTrace("t", { id: "c", createdAt: 0, state: [1, 2, 3, 4].map((n) => noise(n, 60_000)) });
    const { position } = places.find(({ position }) => position.part === "state")!;
    const blocks = places.filter(({ position }) => position.part === "pieces").length;
    expect(blocks).toBeGreaterThan(3);
    expect((position as { contents: Uint8Array }).contents).toHaveLength(16 * (blocks + 1));
  });

  test.each<readonly [string, object]>([
    ["nextNode", { nextNode: "delete everything" }],
    ["createdAt", { createdAt: 77 }],
    ["metadata", { metadata: { title: "forged" } }],
    ["id", { id: "forged" }],
    ["timestamp", { timestamp: 99 }],
    ["what vouches for it, gone", { sealed: undefined, nextNode: "delete everything" }],
  ])("can't forge heads without a sign: %s", async (_, changes) => {
    for (const encryptMetadata of [false, true]) {
      const { backend, store } = open({ encryptMetadata });
      await fill(store);
      await edit<CheckpointRecord>(backend, "checkpoints", (records) =>
        records.map((record) => (record.seq === 2 ? resealed(record, changes) : record)),
      );
      await edit<TraceRecord>(backend, "traces", (records) =>
        records.map((record) => resealed(record, { latest: { ...record.latest, ...changes } })),
      );
      const marks = (await headsOf(store)).map(({ isDamaged, isUnverified }) => isDamaged ?? isUnverified);
      expect(marks).toEqual([undefined, true, undefined]);
      const [trace] = await store.traces();
      expect(trace?.latest.isDamaged ?? trace?.latest.isUnverified).toBe(true);
    }
  });

  test("can't have a forged head of the newest stand beside its state in memory", async () => {
    const { backend, store } = open();
    await fill(store);
    await edit<TraceRecord>(backend, "traces", (records) =>
      records.map((record) => resealed(record, { latest: { ...record.latest, nextNode: "delete everything" } })),
    );
    const { store: opened } = open({ backend });
    for (let n = 0; n < 2; n += 1) {
      expect(await opened.loadLatest("t")).toMatchObject({ id: "t2", nextNode: "act" });
      // From the second time on, it is made of what is in memory.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
});

describe("two stores that save to one trace at once, without awaiting", () => {
  test("have no save refused for having company", async () => {
    const backend = createMemoryBackend();
    const stores = [open({ backend }).store, open({ backend }).store];
    const saves = Array.from({ length: 200 }, (_, n) =>
      stores[n % 2]!.saveWithTrace("t", { id: `c${n}`, createdAt: n, state: { n, log: [noise(n, 300)] } }),
    );
    expect((await Promise.allSettled(saves)).filter(({ status }) => status === "rejected")).toEqual([]);
    expect((await stores[0]!.list("t")).length).toBe(200);
    for (const n of [0, 1, 99, 198, 199]) {
      expect((await open({ backend }).store.load(`c${n}`))?.state).toMatchObject({ n });
    }
  });
});

test("a codec that makes neither text nor bytes can't be encrypted", async () => {
  const codec = createEncryptedCodec({ codec: createStructuredCloneCodec(), keys: key });
  await expect(
    createStore(createMemoryBackend(), { codec }).saveWithTrace("t", { id: "c", createdAt: 0, state: 1 }),
  ).rejects.toThrow(TypeError);
});
