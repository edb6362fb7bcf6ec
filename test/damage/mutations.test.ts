import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStore } from "../../src/backend.ts";
import { openIndexedDbBackend } from "../../src/backends/indexeddb/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { COLLECTIONS, type Backend, type CollectionName } from "../../src/core/backend.ts";
import { createCheckpoint, type Checkpoint } from "../../src/core/checkpoint.ts";
import type { Codec } from "../../src/core/codec.ts";
import { isCheckpointStoreError, type CheckpointStoreError } from "../../src/core/errors.ts";
import type { Store } from "../../src/core/store.ts";
import { assert, assertEqual } from "../../src/testing/assertions.ts";
import { noise, noiseBytes, numbers } from "../../src/testing/steps.ts";
import { times } from "../length.ts";
import { mutate } from "./mutation.ts";
import { readRecords, writeRecords, type Records } from "./records.ts";

const SEED = 20_261_124;

type Draw = (bound: number) => number;

interface Sample {
  readonly records: Records;
  readonly checkpoints: readonly { readonly traceId: string; readonly checkpoint: Checkpoint }[];
}

/** Two traces with all that a store keeps: blocks alone and in segments, forks, gaps. */
async function makeSample(codec: Codec): Promise<Sample> {
  const backend = createMemoryBackend();
  const store = createStore(backend, { codec });
  const state = {
    log: [] as object[],
    scratch: "",
    when: new Date(5),
    big: 2n ** 80n,
    seen: new Map<string, unknown>(),
  };
  for (let step = 0; step < 14; step++) {
    state.log.push({
      step,
      text: noise(step, 900),
      at: new Date(step),
      bytes: noiseBytes(step, step === 3 ? 150_000 : 700),
    });
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
    const outcome = await outcomeOf(store.load(checkpoint.id), about);
    if (isCheckpointStoreError(outcome)) {
      assert(["corrupted", "codec-mismatch"].includes(outcome.code), `${about}: ${outcome.message}`);
      assert(
        outcome.checkpointId === checkpoint.id,
        `${about}: the error names ${outcome.checkpointId}, not ${checkpoint.id}`,
      );
    } else if (outcome !== undefined) {
      await assertEqual(outcome, checkpoint, about);
      sound.push(checkpoint.id);
    }
  }
  return sound;
}

/** Returns what a call resolves with, or the store's error; rejects with any other error. */
async function outcomeOf<T>(call: Promise<T>, about: string): Promise<T | CheckpointStoreError> {
  try {
    return await call;
  } catch (error) {
    assert(isCheckpointStoreError(error), `${about}: ${String(error)}`);
    return error;
  }
}

function hasKey(record: object, collection: CollectionName): boolean {
  const { key, indexes } = COLLECTIONS[collection];
  const fields = [...key, ...Object.values(indexes as Record<string, readonly string[]>).flat()];
  return fields.every((field) => {
    const value = (record as Record<string, unknown>)[field];
    return typeof value === "string" || (typeof value === "number" && !Number.isNaN(value));
  });
}

/** How many checkpoints the damage of one record may cost. */
function mayLose(collection: CollectionName, count: number): number {
  if (collection === "pieces" || collection === "segments") return count;
  return collection === "checkpoints" ? 1 : 0;
}

interface Damage {
  readonly collection: CollectionName;
  readonly about: string;
}

/** Fails unless damage is told and costs nothing else. */
async function assertRest(
  store: Store,
  sample: Sample,
  { collection, about, draw }: Damage & { draw: Draw },
): Promise<void> {
  const { checkpoints } = sample;
  const sound = await soundIn(store, sample, about);
  const lost = checkpoints.length - sound.length;
  assert(lost <= mayLose(collection, checkpoints.length), `${about}: ${lost} checkpoints don't load`);
  assert((await store.traces()).length > 0, `${about}: no trace is listed`);
  for (const traceId of ["trace", "fork"]) {
    let heads = 0;
    for await (const head of store.history(traceId)) heads += head.traceId === traceId ? 1 : 0;
    const ids = checkpoints.filter((one) => one.traceId === traceId).map(({ checkpoint }) => checkpoint.id);
    assert(heads >= ids.length - 1, `${about}: history of ${traceId} has ${heads} heads`);
    const newest = ids.find((id) => sound.includes(id));
    const latest = await outcomeOf(store.loadLatest(traceId, { skipDamaged: true }), about);
    const found = isCheckpointStoreError(latest) ? undefined : latest?.id;
    assert(found === newest, `${about}: the newest sound one of ${traceId} is ${newest}, not ${found}`);
  }
  if (draw(4) === 0) await assertGoesOn(store, sample, { about, draw, sound });
}

/** Fails if saving and pruning after the damage take what is sound. */
async function assertGoesOn(
  store: Store,
  sample: Sample,
  { about, draw, sound }: { about: string; draw: Draw; sound: readonly string[] },
): Promise<void> {
  const saved = await outcomeOf(
    store.saveWithTrace("trace", createCheckpoint({ after: "damage" }, { id: "next" })),
    about,
  );
  if (saved === undefined) await assertEqual((await store.load("next"))?.state, { after: "damage" }, about);
  const pruned = await outcomeOf(store.prune("trace", 1 + draw(6)), about);
  const left = isCheckpointStoreError(pruned) ? undefined : await store.list("trace");
  const still = await soundIn(store, sample, `${about}, and then a save and a prune`);
  const lost = sound.filter(
    (id) => !still.includes(id) && (left === undefined || left.includes(id) || id.startsWith("f")),
  );
  await assertEqual(lost, [], `${about}, and then a save and a prune: what no longer loads`);
  await store.deleteTrace("trace");
  await assertEqual(await store.list("trace"), [], `${about}: a deleted trace`);
}

describe.each([
  ["superjson", () => createSuperjsonCodec()],
  ["structured clone", () => createStructuredCloneCodec()],
] as const)("records of %s, one place of which was changed", (_, createCodec) => {
  let sample: Sample;
  beforeAll(async () => {
    sample = await makeSample(createCodec());
  });

  async function damage(backend: Backend, draw: Draw): Promise<Damage> {
    const records = new Map(
      [...sample.records].map(([name, list]) => [name, list.map((record) => structuredClone(record))]),
    );
    const filled = [...records].filter(([, list]) => list.length > 0);
    for (;;) {
      const [collection, list] = filled[draw(filled.length)]!;
      const index = draw(list.length);
      const mutated = structuredClone(list[index]!);
      const about = `${collection}[${index}]${mutate(mutated, draw)}`;
      // Without a key, or under that of another, no browser could hold it.
      if (!hasKey(mutated, collection)) continue;
      try {
        await writeRecords(
          backend,
          new Map(records).set(
            collection,
            list.map((record, i) => (i === index ? mutated : record)),
          ),
        );
        return { collection, about };
      } catch (error) {
        if (!isCheckpointStoreError(error, "conflict")) throw error;
      }
    }
  }

  async function inMemory(count: number): Promise<number> {
    const draw = numbers(SEED);
    for (let time = 0; time < count; time++) {
      const backend = createMemoryBackend();
      const found = await damage(backend, draw);
      await assertRest(createStore(backend, { codec: createCodec() }), sample, { ...found, draw });
    }
    return count;
  }

  const inMemoryTimes = times({ short: 75, long: 500 });
  test(
    `in memory, ${inMemoryTimes} times: damage is told, and takes nothing else with it`,
    { timeout: 600_000 },
    async () => {
      expect(await inMemory(inMemoryTimes)).toBe(inMemoryTimes);
    },
  );

  const name = `damage-${crypto.randomUUID()}`;
  afterAll(() => void indexedDB.deleteDatabase(name));

  async function inIndexedDb(count: number): Promise<number> {
    const draw = numbers(SEED + 1);
    for (let time = 0; time < count; time++) {
      const backend = await openIndexedDbBackend(name, {
        durability: "relaxed",
        blockedTimeoutMs: 1_000,
        openTimeoutMs: 10_000,
      });
      const found = await damage(backend, draw);
      const store = createStore(backend, { codec: createCodec() });
      await assertRest(store, sample, { ...found, draw });
      await store.close();
    }
    return count;
  }

  const inIndexedDbTimes = times({ short: 20, long: 200 });
  test(`in IndexedDB, ${inIndexedDbTimes} times`, { timeout: 600_000 }, async () => {
    expect(await inIndexedDb(inIndexedDbTimes)).toBe(inIndexedDbTimes);
  });
});
