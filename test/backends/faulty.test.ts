import { afterEach, expect, test } from "vitest";
import { createCheckpoint, type Checkpoint } from "../../src/core/checkpoint.ts";
import { isCheckpointStoreError } from "../../src/core/errors.ts";
import { deleteStore, openStore, type Store } from "../../src/index.ts";
import { assert, assertHas } from "../../src/testing/assertions.ts";
import { noise, numbers } from "../../src/testing/steps.ts";
import { times } from "../length.ts";
import { makeFaulty, type FaultRates, type Strikes } from "./faulty-indexeddb.ts";

const SEEDS = times({ short: 25, long: 5_000 });
/** Longer than any call may take. */
const SETTLE_MS = 8_000;
const MAX_TRIES = 200;

const RATES: FaultRates = { request: 40, abort: 40, unknownOutcome: 6, connection: 15, slowOpen: 4, endlessOpen: 40 };

const struck: Strikes = { request: 0, abort: 0, unknownOutcome: 0, connection: 0, slowOpen: 0, endlessOpen: 0 };

let mend = (): void => undefined;
afterEach(() => mend());

/** Returns what a call came to; fails if it does not settle. */
async function settled<T>(call: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not settle within ${SETTLE_MS} ms`)), SETTLE_MS);
  });
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
}

/** Calls again until it works, as an agent would; any other error than the store's own fails. */
async function insisting<T>(call: () => Promise<T>, what: string): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await settled(call(), what);
    } catch (error) {
      assert(isCheckpointStoreError(error), `${what}: ${String(error)}`);
      assert(tries < MAX_TRIES, `${what} failed ${tries} times: ${error.message}`);
    }
  }
}

/** What one seed's agent did, step by step, with whatever goes wrong on the way. */
async function run(seed: number): Promise<void> {
  const draw = numbers(seed);
  const name = `faulty-${seed}-${crypto.randomUUID()}`;
  const expected: Checkpoint[] = [];
  mend = makeFaulty(RATES, { draw, struck });
  const open = (): Promise<Store> => insisting(() => openStore(name, { openTimeoutMs: 60 }), `seed ${seed}: opening`);
  const stores = [await open(), await open()];
  const state = { log: [] as string[], scratch: "" };
  for (let step = 0; step < 10; step++) {
    const store = stores[draw(2)]!;
    const what = `seed ${seed}, step ${step}`;
    state.log.push(noise(step, 300));
    state.scratch = noise(100 + step, 700);
    const checkpoint = createCheckpoint(structuredClone(state), { id: `c${step}`, createdAt: 1 });
    await insisting(() => store.saveWithTrace("t", checkpoint), `${what}: a save`);
    expected.push(checkpoint);
    if (draw(5) === 0) {
      const [gone] = expected.splice(draw(expected.length), 1);
      await insisting(() => store.delete(gone!.id), `${what}: a delete`);
    }
    if (draw(7) === 0) {
      const keep = 1 + draw(4);
      await insisting(() => store.prune("t", keep), `${what}: a prune`);
      expected.splice(0, Math.max(0, expected.length - keep));
    }
    const latest = await insisting(() => stores[draw(2)]!.loadLatest("t"), `${what}: loadLatest`);
    assert(latest?.id === expected.at(-1)?.id, `${what}: the latest is ${latest?.id}`);
  }
  mend();
  for (const store of stores) await settled(store.close(), `seed ${seed}: closing`);
  const store = await openStore(name);
  await assertHas(store, "t", expected);
  await store.prune("t", 0);
  assert((await store.usage()).storedBytes === 0, `seed ${seed}: something is left behind`);
  await store.close();
  await deleteStore(name);
}

test(
  `${SEEDS} runs on an IndexedDB that fails: every call settles, nothing lost, nothing doubled`,
  { timeout: 1_800_000 },
  async () => {
    let runs = 0;
    for (let seed = 1; seed <= SEEDS; seed++, runs++) await run(seed);
    expect(runs).toBe(SEEDS);
    for (const [fault, count] of Object.entries(struck)) expect(count, fault).toBeGreaterThan(0);
  },
);
