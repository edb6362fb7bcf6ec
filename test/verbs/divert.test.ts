import { expect, test } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { createEncryptedCodec } from "../../src/codecs/encrypted.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { divertTrace } from "../../src/replicate.ts";
import { coreOf } from "../../src/store/store-core.ts";
import { difference } from "../../src/testing/index.ts";
import type { Store } from "../../src/index.ts";

interface State {
  readonly messages: string[];
}

async function saveMessages(store: Store<State>, from: number, to: number): Promise<Map<string, State>> {
  const saved = new Map<string, State>();
  const run = store.trace("run");
  const state = (await run.loadLatest())?.state ?? { messages: [] };
  for (let i = from; i < to; i += 1) {
    state.messages.push(`message ${i} ${"x".repeat(300)}`);
    saved.set((await run.save(state)).id, structuredClone(state));
  }
  return saved;
}

async function expectStates(store: Store<State>, states: ReadonlyMap<string, State>): Promise<void> {
  for (const [id, state] of states) expect(await difference((await store.load(id))?.state, state)).toBeUndefined();
}

test("blocks that were folded together part, and their numbers can be given out anew", async () => {
  const origin = createMemoryStore<State>();
  const states = await saveMessages(origin, 0, 120);
  const store = createMemoryStore<State>();
  // An import folds at once.
  await importTraces(store, exportTraces(origin));
  const ids = (await store.list("run")).reverse();
  const bytes = (await store.usage()).storedBytes;
  await divertTrace(store, "run", { after: ids[109]!, fork: "fork" });
  const other = await saveMessages(store, 1_000, 1_120);
  await expectStates(store, new Map([...states, ...other]));
  expect((await store.list("run")).length).toBe(230);
  await store.trace("run").prune(1);
  await store.trace("fork").prune(1);
  const left = new Map([...states, ...other]);
  const latest = [(await store.list("run"))[0]!, (await store.list("fork"))[0]!];
  await expectStates(store, new Map(latest.map((id) => [id, left.get(id)!])));
  await store.deleteTrace("fork");
  await store.deleteTrace("run");
  expect(bytes).toBeGreaterThan(0);
  expect((await store.usage()).storedBytes).toBe(0);
});

test("what a trace is said to take is what it takes", async () => {
  const store = createMemoryStore<State>();
  await saveMessages(store, 0, 20);
  const ids = (await store.list("run")).reverse();
  const [before] = await store.traces();
  await divertTrace(store, "run", { after: ids[9]!, fork: "fork" });
  await divertTrace(store, "fork", { fork: "moved" });
  const sizes = new Map((await store.traces()).map(({ traceId, bytes }) => [traceId, bytes]));
  expect([...sizes.keys()].sort()).toEqual(["moved", "run"]);
  expect(sizes.get("run")).toBeLessThan(before!.bytes);
  for (const traceId of sizes.keys()) {
    const { bytes } = (await coreOf(store as Store).read((transaction) =>
      transaction.get<{ bytes: number }>("traces", [traceId]),
    ))!;
    const records = await coreOf(store as Store).read(async (transaction) => [
      ...(await transaction.getAll<{ traceId: string; recordBytes: number }>("checkpoints")).map((record) => ({
        traceId: record.traceId,
        bytes: record.recordBytes,
      })),
      ...(await transaction.getAll<{ traceId: string; bytes: number }>("pieces")),
      ...(await transaction.getAll<{ traceId: string; bytes: number }>("segments")),
    ]);
    const sum = records.reduce((total, record) => total + (record.traceId === traceId ? record.bytes : 0), 0);
    expect(bytes, traceId).toBe(sum);
  }
});

test("an encrypted tail is bound to the fork", async () => {
  const keys = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const codec = createEncryptedCodec({ codec: createSuperjsonCodec(), keys, encryptMetadata: true });
  const store = createMemoryStore<State>({ codec });
  const states = await saveMessages(store, 0, 12);
  const ids = (await store.list("run")).reverse();
  await divertTrace(store, "run", { after: ids[5]!, fork: "fork" });
  await expectStates(store, new Map([...states, ...(await saveMessages(store, 50, 53))]));
  expect((await store.loadLatest("fork"))?.id).toBe(ids[11]);
});

test("a save that was called before is diverted, too, and one that comes after is not", async () => {
  const store = createMemoryStore<State>();
  const states = await saveMessages(store, 0, 3);
  const ids = (await store.list("run")).reverse();
  const run = store.trace("run");
  const early = run.save({ messages: ["early"] });
  const diverting = divertTrace(store, "run", { after: ids[1]!, fork: "fork" });
  const late = run.save({ messages: ["late"] });
  expect(await diverting).toEqual([(await early).id, ids[2]]);
  const { id } = await late;
  expect((await store.list("run"))[0]).toBe(id);
  await expectStates(store, states);
});

test("watchers are told", async () => {
  const store = createMemoryStore<State>();
  await saveMessages(store, 0, 4);
  const ids = (await store.list("run")).reverse();
  const changes: unknown[] = [];
  store.watch((change) => changes.push([change.kind, change.traceId, "ids" in change ? change.ids : undefined]));
  await divertTrace(store, "run", { after: ids[1]!, fork: "fork" });
  expect(changes).toEqual([
    ["deleted", "run", [ids[3], ids[2]]],
    ["saved", "fork", undefined],
    ["saved", "fork", undefined],
  ]);
});
