import { expect, test } from "vitest";
import { createEncryptedCodec } from "../../src/codecs/encrypted.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { createMemoryRemote } from "../../src/remotes/memory.ts";
import { difference } from "../../src/testing/index.ts";
import { createDevice, type Device } from "./devices.ts";

interface State {
  readonly messages: unknown[];
}

async function save(device: Device, count: number, traceId = "run"): Promise<string[]> {
  const run = device.store.trace(traceId);
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const state = ((await run.loadLatest())?.state as State | undefined) ?? { messages: [] };
    state.messages.push({ by: device.name, at: new Date(i), text: "x".repeat(500) });
    ids.push((await run.save(state, { nextNode: "ask", metadata: { by: device.name } })).id);
  }
  return ids;
}

async function expectSame(one: Device, other: Device, traceId = "run"): Promise<void> {
  const ids = await one.store.list(traceId);
  expect(await other.store.list(traceId)).toEqual(ids);
  for (const id of ids) {
    const [a, b] = await Promise.all([one, other].map(({ store }) => store.load(id, { notes: true })));
    expect(await difference(b, a), id).toBeUndefined();
  }
}

test("a run goes on elsewhere, and back again", async () => {
  const remote = createMemoryRemote();
  const [a, b] = [createDevice("a", remote), createDevice("b", remote)];
  await save(a, 5);
  await a.sync();
  await b.sync();
  await expectSame(a, b);
  await save(b, 5);
  await b.sync();
  await a.sync();
  await expectSame(a, b);
  expect((await a.store.list("run")).length).toBe(10);
  // Nothing is left to do.
  const { version } = await a.sync();
  expect((await b.sync()).version).toBe(version);
  expect(version).toBe(10);
});

test("of two that went on apart, one wins, and the other's are in a fork", async () => {
  const remote = createMemoryRemote();
  const [a, b] = [createDevice("a", remote), createDevice("b", remote)];
  await save(a, 3);
  await a.sync();
  await b.sync();
  const winning = await save(a, 2);
  const losing = await save(b, 3);
  await a.sync();
  await b.sync();
  await expectSame(a, b);
  expect((await b.store.list("run")).slice(0, 2)).toEqual([...winning].reverse());
  expect(b.diverged).toEqual([{ traceId: "run", fork: `run~b~${losing[2]}`, ids: [...losing].reverse() }]);
  expect(await b.store.list(b.diverged[0]!.fork)).toEqual([...losing].reverse());
  await b.sync(b.diverged[0]!.fork);
  await a.sync(b.diverged[0]!.fork);
  await expectSame(a, b, b.diverged[0]!.fork);
  expect(a.diverged).toEqual([]);
});

test("whoever owns the trace is told by its next save", async () => {
  const remote = createMemoryRemote();
  const [a, b] = [createDevice("a", remote), createDevice("b", remote)];
  await save(a, 1);
  await a.sync();
  await b.sync();
  await save(a, 1);
  await a.sync();
  const owned = b.store.trace("run").takeOver(async ({ trace }) => {
    await b.sync();
    await trace.save({ messages: [] });
  });
  await expect(owned).rejects.toMatchObject({ code: "conflict" });
});

test("notes travel, those that were written later, too", async () => {
  const remote = createMemoryRemote();
  const [a, b] = [createDevice("a", remote), createDevice("b", remote)];
  const [id] = await save(a, 1);
  await a.store.trace("run").note(id!, { early: 1 });
  await a.sync();
  await a.store.trace("run").note(id!, { late: new Date(5) });
  await a.sync();
  await b.sync();
  await expectSame(a, b);
  await b.store.trace("run").note(id!, { early: 2, other: [3] });
  await b.sync();
  await a.sync();
  expect([...(await a.store.load(id!, { notes: true }))!.notes!]).toEqual([
    ["late", new Date(5)],
    ["early", 2],
    ["other", [3]],
  ]);
  const { version } = await a.sync();
  expect((await b.sync()).version).toBe(version);
  expect((await remote.read("run", { after: 0 })).entries).toHaveLength(3);
});

test("what was deleted goes elsewhere, too, and is forgotten once it was passed on", async () => {
  const remote = createMemoryRemote();
  const [a, b] = [createDevice("a", remote), createDevice("b", remote)];
  const ids = await save(a, 4);
  await a.sync();
  await b.sync();
  await a.store.delete(ids[1]!);
  await a.store.delete(ids[3]!);
  await a.sync();
  await b.sync();
  await expectSame(a, b);
  expect(await b.store.list("run")).toEqual([ids[2], ids[0]]);
  await save(a, 2);
  await a.sync();
  await b.sync();
  await expectSame(a, b);
  await b.store.deleteTrace("run");
  const [anew] = await save(b, 1);
  await b.sync();
  await a.sync();
  expect(await a.store.list("run")).toEqual([anew]);
  await a.store.deleteTraces({ prefix: "r" });
  await a.sync();
  await b.sync();
  expect(await b.store.list("run")).toEqual([]);
});

test("a trace that was deleted comes back where others went on", async () => {
  const remote = createMemoryRemote();
  const [a, b] = [createDevice("a", remote), createDevice("b", remote)];
  await save(a, 3);
  await a.sync();
  await b.sync();
  await a.store.deleteTrace("run");
  const [went] = await save(b, 1);
  await b.sync();
  await a.sync();
  expect(await a.store.list("run")).toContain(went);
  expect(await difference(await a.store.load(went!), await b.store.load(went!))).toBeUndefined();
});

test("each device keeps what its own retention says", async () => {
  const remote = createMemoryRemote();
  const a = createDevice("a", remote, { store: createMemoryStore({ retention: { keepLast: 2 } }) });
  const b = createDevice("b", remote);
  const ids: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    ids.push(...(await save(a, 3)));
    await a.sync();
  }
  await b.sync();
  expect((await a.store.list("run")).length).toBe(2);
  // What was gone before it was passed on, nobody else has.
  expect(await b.store.list("run")).toEqual(ids.filter((_, i) => i % 3 > 0).reverse());
  const states = await Promise.all(ids.slice(-2).map(async (id) => (await b.store.load(id))?.state as State));
  expect(states.map(({ messages }) => messages.length)).toEqual([14, 15]);
});

test("a log that was lost is filled again, and one that was cut short", async () => {
  const remote = createMemoryRemote();
  const [a, b, c] = ["a", "b", "c"].map((name) => createDevice(name, remote)) as [Device, Device, Device];
  await save(a, 3);
  await a.sync();
  await b.sync();
  await save(a, 2);
  await a.sync();
  const anew = createMemoryRemote();
  await b.sync("run", anew);
  expect((await anew.read("run", { after: 0 })).entries).toHaveLength(3);
  await a.sync("run", anew);
  await b.sync("run", anew);
  await c.sync("run", anew);
  await expectSame(a, b);
  await expectSame(a, c);
  expect([...a.diverged, ...b.diverged, ...c.diverged]).toEqual([]);
});

test("one that lags behind follows a log that was compacted", async () => {
  const remote = createMemoryRemote();
  const [a, b, c] = ["a", "b", "c"].map((name) => createDevice(name, remote)) as [Device, Device, Device];
  await save(a, 3);
  await a.sync();
  await b.sync();
  await save(a, 520);
  await a.sync();
  expect((await remote.read("run", { after: 0 })).entries).toHaveLength(1);
  await c.sync();
  const [latest] = await a.store.list("run");
  expect(await c.store.list("run")).toEqual([latest]);
  await b.sync();
  expect((await b.store.list("run")).length).toBe(4);
  expect(b.diverged).toEqual([]);
  for (const device of [b, c])
    expect(await difference(await device.store.load(latest!), await a.store.load(latest!))).toBeUndefined();
  await save(b, 1);
  await b.sync();
  await a.sync();
  expect((await a.store.list("run")).length).toBe(524);
});

test("stores of different codecs, encrypted on the way", async () => {
  const generate = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const remote = createMemoryRemote();
  const codec = createEncryptedCodec({ codec: createSuperjsonCodec(), keys: await generate() });
  const own = createEncryptedCodec({ codec: createSuperjsonCodec(), keys: await generate(), encryptMetadata: true });
  const a = createDevice("a", remote, { codec });
  const b = createDevice("b", remote, { codec, store: createMemoryStore({ codec: own }) });
  await save(a, 6);
  await a.sync();
  await b.sync();
  await save(b, 6);
  await b.sync();
  await a.sync();
  await expectSame(a, b);
  const text = new TextDecoder();
  for (const { bytes } of (await remote.read("run", { after: 0 })).entries)
    expect(text.decode(bytes)).not.toContain("xxx");
  const stranger = createDevice("c", remote, {
    codec: createEncryptedCodec({ codec: createSuperjsonCodec(), keys: await generate() }),
  });
  await expect(stranger.sync()).rejects.toMatchObject({ code: "codec-mismatch" });
});
