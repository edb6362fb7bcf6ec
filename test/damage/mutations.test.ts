import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStore } from "../../src/backend.ts";
import { openIndexedDbBackend } from "../../src/backends/indexeddb/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { COLLECTIONS, type Backend, type CollectionName } from "../../src/core/backend.ts";
import { createCheckpoint, type Checkpoint } from "../../src/core/checkpoint.ts";
import type { Codec } from "../../src/core/codec.ts";
import { isCheckpointStoreError } from "../../src/core/errors.ts";
import type { Store } from "../../src/core/store.ts";
import { noise, noiseBytes, numbers } from "../../src/testing/steps.ts";
import { difference } from "../../src/testing/index.ts";
import { mutate } from "./mutation.ts";
import { readRecords, writeRecords, type Records } from "./records.ts";

const SEED = 20_261_124;

interface Sample {
  readonly records: Records;
  readonly checkpoints: readonly { readonly traceId: string; readonly checkpoint: Checkpoint }[];
}

/** Two traces with all that a store keeps: small pages and volumes, lists of what was dropped, forks, gaps. */
async function makeSample(codec: Codec): Promise<Sample> {
  const backend = createMemoryBackend();
  const store = createStore(backend, { codec });
  const state = { log: [] as object[], scratch: "", when: new Date(5), big: 2n ** 80n, seen: new Map<string, unknown>() };
  for (let step = 0; step < 14; step++) {
    state.log.push({ step, text: noise(step, 900), at: new Date(step), bytes: noiseBytes(step, step === 3 ? 150_000 : 700) });
    state.scratch = noise(100 + step, 700);
    state.seen.set(`key ${step}`, step % 2 ? undefined : { nested: [step] });
    const parent = { nextNode: "act", graphHash: "g", metadata: { step, tags: ["a"] } };
    await store.saveWithTrace("trace", createCheckpoint(state, { id: `c${step}`, createdAt: 1_000 + step, ...parent }));
  }
  await store.delete("c5");
  await store.delete("c6");
  await store.prune("trace", 10);
  await store.fork("c8", "fork");
  await store.trace("fork").save({ ...state, scratch: "forked" }, { id: "f2", createdAt: 5 });
  const checkpoints: { traceId: string; checkpoint: Checkpoint }[] = [];
  for (const traceId of ["trace", "fork"]) {
    for (const id of await store.list(traceId)) checkpoints.push({ traceId, checkpoint: (await store.load(id))! });
  }
  return { records: await readRecords(backend), checkpoints };
}

/** Which of the checkpoints load as they were saved; fails where one loads as anything else, or fails in any other way. */
async function soundIn(store: Store, { checkpoints }: Sample, about: string): Promise<string[]> {
  const sound: string[] = [];
  for (const { checkpoint } of checkpoints) {
    const outcome = await store.load(checkpoint.id).catch((error: unknown) => error);
    if (isCheckpointStoreError(outcome)) {
      expect(["corrupted", "codec-mismatch"], about).toContain(outcome.code);
      expect(outcome.checkpointId, about).toBe(checkpoint.id);
    } else if (outcome !== undefined) {
      expect(await difference(outcome, checkpoint), about).toBeUndefined();
      sound.push(checkpoint.id);
    }
  }
  return sound;
}

function hasKey(record: object, collection: CollectionName): boolean {
  const { key, indexes } = COLLECTIONS[collection];
  const fields = [...key, ...Object.values(indexes as Record<string, readonly string[]>).flat()];
  return fields.every((field) => {
    const value = (record as Record<string, unknown>)[field];
    return typeof value === "string" || (typeof value === "number" && !Number.isNaN(value));
  });
}

/** What may be lost to the damage of one record. */
function mayLose(collection: CollectionName, count: number): number {
  if (collection === "pieces") return count;
  return collection === "checkpoints" ? 1 : 0;
}

async function expectRest(store: Store, sample: Sample, { collection, about, draw }: {
  collection: CollectionName; about: string; draw: (bound: number) => number;
}): Promise<void> {
  const sound = await soundIn(store, sample, about);
  expect(sample.checkpoints.length - sound.length, about).toBeLessThanOrEqual(mayLose(collection, sample.checkpoints.length));
  // Whatever is left can be listed, and the newest sound one found.
  const traces = await store.traces();
  expect(traces.length, about).toBeGreaterThan(0);
  for (const traceId of ["trace", "fork"]) {
    const heads: string[] = [];
    for await (const { id } of store.history(traceId)) heads.push(id);
    const ids = sample.checkpoints.filter((one) => one.traceId === traceId).map(({ checkpoint }) => checkpoint.id);
    const newest = ids.find((id) => sound.includes(id));
    const latest = await store.loadLatest(traceId, { skipDamaged: true }).catch((error: unknown) => error);
    if (isCheckpointStoreError(latest)) expect(newest, `${about}: ${latest.message}`).toBeUndefined();
    else expect((latest as Checkpoint | undefined)?.id, about).toBe(newest);
  }
  if (draw(4) > 0) return;
  // Going on takes nothing that is sound with it.
  const next = createCheckpoint({ after: "damage" }, { id: "next" });
  const saved = await store.saveWithTrace("trace", next).then(() => true, (error: unknown) => {
    expect(isCheckpointStoreError(error), `${about}: ${String(error)}`).toBe(true);
    return false;
  });
  if (saved) expect((await store.load("next"))?.state, about).toEqual({ after: "damage" });
  const keep = 1 + draw(6);
  const pruned = await store.prune("trace", keep).then(() => true, (error: unknown) => {
    expect(isCheckpointStoreError(error), `${about}: ${String(error)}`).toBe(true);
    return false;
  });
  const left = pruned ? new Set(await store.list("trace")) : undefined;
  const still = await soundIn(store, sample, `${about}, and then a save and a prune`);
  const lost = sound.filter((id) => !still.includes(id) && (left === undefined || left.has(id) || id.startsWith("f")));
  expect(lost, `${about}, and then a save and a prune`).toEqual([]);
  await store.deleteTrace("trace");
}

describe.each([
  ["superjson", () => createSuperjsonCodec()],
  ["structured clone", () => createStructuredCloneCodec()],
] as const)("records of %s, one place of which was changed", (_, createCodec) => {
  let sample: Sample;
  beforeAll(async () => {
    sample = await makeSample(createCodec());
  });

  async function damage(backend: Backend, draw: (bound: number) => number): Promise<{ collection: CollectionName; about: string }> {
    const records = new Map([...sample.records].map(([name, list]) => [name, list.map((record) => structuredClone(record))]));
    const filled = [...records].filter(([, list]) => list.length > 0);
    for (;;) {
      const [collection, list] = filled[draw(filled.length)]!;
      const index = draw(list.length);
      const mutated = structuredClone(list[index]!);
      const about = `${collection}[${index}]${mutate(mutated, draw)}`;
      // Without a key, or under that of another, no engine could hold it.
      if (!hasKey(mutated, collection)) continue;
      try {
        await writeRecords(backend, new Map(records).set(collection, list.map((record, i) => (i === index ? mutated : record))));
        return { collection, about };
      } catch (error) {
        if (!isCheckpointStoreError(error, "conflict")) throw error;
      }
    }
  }

  test("in memory, 500 times: damage is told, and takes nothing else with it", { timeout: 240_000 }, async () => {
    const draw = numbers(SEED);
    for (let time = 0; time < 500; time++) {
      const backend = createMemoryBackend();
      const { collection, about } = await damage(backend, draw);
      await expectRest(createStore(backend, { codec: createCodec() }), sample, { collection, about, draw });
    }
  });

  const name = `damage-${crypto.randomUUID()}`;
  afterAll(() => void indexedDB.deleteDatabase(name));
  test("in IndexedDB, 40 times", { timeout: 240_000 }, async () => {
    const draw = numbers(SEED + 1);
    for (let time = 0; time < 40; time++) {
      const backend = await openIndexedDbBackend(name, { durability: "relaxed", blockedTimeoutMs: 1_000 });
      const { collection, about } = await damage(backend, draw);
      const store = createStore(backend, { codec: createCodec() });
      await expectRest(store, sample, { collection, about, draw });
      await store.close();
    }
  });
});
