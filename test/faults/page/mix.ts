import { createCheckpoint, isCheckpointStoreError, type Change, type Store } from "waystone";
import { digestOf } from "./digest.ts";
import { advance, initialState, randomFrom, type AgentState } from "./state.ts";
import { storeOf, type StoreName } from "./stores.ts";

/** What an actor did to a trace, and what the store answered. */
export type Deed = { readonly trace: string } & (
  | { readonly kind: "save"; readonly id: string; readonly digest: string }
  | { readonly kind: "delete"; readonly id: string; readonly wasThere: boolean }
  | { readonly kind: "prune"; readonly keep: number; readonly removed: number }
  /** `trace` is the new one, `id` its first checkpoint. */
  | { readonly kind: "fork"; readonly id: string; readonly from: string; readonly digest: string }
  | { readonly kind: "delete-trace"; readonly removed: number }
);

/** One of several who do all sorts of things to the same traces. */
export interface MixInput extends StoreName {
  readonly actor: string;
  readonly count: number;
  readonly traces: readonly string[];
}

/** A trace as it is in the end. */
export interface FinalTrace {
  readonly trace: string;
  /** Oldest first. */
  readonly checkpoints: readonly { readonly id: string; readonly digest: string }[];
}

/** Does `count` things, each as soon as the one before is done, and answers what. */
export async function mix({ actor, count, traces, ...name }: MixInput): Promise<Deed[]> {
  const acting = new Actor(actor, traces, await storeOf<AgentState>(name));
  for (let n = 0; n < count; n += 1) await acting.act();
  return acting.deeds;
}

class Actor {
  readonly deeds: Deed[] = [];
  readonly #name: string;
  readonly #shared: readonly string[];
  readonly #store: Store<AgentState>;
  readonly #random: () => number;
  readonly #states = new Map<string, AgentState>();
  #forks: string[] = [];
  #made = 0;

  constructor(name: string, shared: readonly string[], store: Store<AgentState>) {
    this.#name = name;
    this.#shared = shared;
    this.#store = store;
    this.#random = randomFrom(name);
  }

  async act(): Promise<void> {
    const turn = this.#random() % 100;
    const trace = this.#oneOf([...this.#shared, ...this.#forks]);
    if (turn < 60) return this.#save(trace);
    const ids = await this.#store.list(trace);
    if (turn < 75) return this.#delete(trace, ids);
    if (turn < 85) return this.#prune(trace);
    if (turn < 95) return this.#fork(ids);
    return this.#deleteTrace();
  }

  async #save(trace: string): Promise<void> {
    const state = this.#states.get(trace) ?? initialState(`${this.#name} on ${trace}`);
    this.#states.set(trace, state);
    advance(state);
    const id = `${this.#name}:${(this.#made += 1)}`;
    await this.#store.saveWithTrace(trace, createCheckpoint(state, { id }));
    this.deeds.push({ kind: "save", trace, id, digest: digestOf(state) });
  }

  /** Never the newest, so that no trace comes to its end by it and begins anew. */
  async #delete(trace: string, ids: readonly string[]): Promise<void> {
    const others = ids.slice(1);
    if (others.length === 0) return;
    const id = this.#oneOf(others);
    this.deeds.push({ kind: "delete", trace, id, wasThere: await this.#store.delete(id) });
  }

  async #prune(trace: string): Promise<void> {
    const keep = 2 + (this.#random() % 12);
    this.deeds.push({ kind: "prune", trace, keep, removed: await this.#store.prune(trace, keep) });
  }

  async #fork(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const from = this.#oneOf(ids);
    const trace = `${this.#name}, fork ${(this.#made += 1)}`;
    try {
      const { id, state } = await this.#store.fork(from, trace);
      this.deeds.push({ kind: "fork", trace, id, from, digest: digestOf(state) });
      this.#forks.push(trace);
    } catch (error) {
      // Another one removed it meanwhile.
      if (!isCheckpointStoreError(error, "not-found")) throw error;
    }
  }

  /** One of its own forks: a shared trace that begins anew would count its changes anew. */
  async #deleteTrace(): Promise<void> {
    if (this.#forks.length === 0) return;
    const trace = this.#oneOf(this.#forks);
    this.#forks = this.#forks.filter((other) => other !== trace);
    this.deeds.push({ kind: "delete-trace", trace, removed: await this.#store.deleteTrace(trace) });
  }

  #oneOf<T>(items: readonly T[]): T {
    return items[this.#random() % items.length]!;
  }
}

let changes: Change[] = [];

/** Notes from now on what every actor changes. */
export async function watchChanges(name: StoreName): Promise<void> {
  (await storeOf(name)).watch((change) => changes.push(change));
}

/** What was noted since the last time. */
export async function takeChanges(_: object): Promise<Change[]> {
  const taken = changes;
  changes = [];
  return taken;
}

/** All traces as they are now, and what is wrong with their sums. */
export async function readAll(name: StoreName): Promise<{ traces: FinalTrace[]; problems: string[] }> {
  const store = await storeOf<AgentState>(name);
  const problems: string[] = [];
  const traces: FinalTrace[] = [];
  let bytes = 0;
  for (const summary of await store.traces()) {
    const { traceId: trace } = summary;
    const ids = (await store.list(trace)).reverse();
    const checkpoints: { id: string; digest: string }[] = [];
    for (const id of ids) checkpoints.push({ id, digest: digestOf((await store.load(id))?.state) });
    traces.push({ trace, checkpoints });
    bytes += summary.bytes;
    if (summary.checkpoints !== ids.length)
      problems.push(`${trace}: counted ${summary.checkpoints}, not ${ids.length}`);
    if (summary.latest.id !== ids.at(-1))
      problems.push(`${trace}: the latest is ${summary.latest.id}, not ${ids.at(-1)}`);
  }
  const { storedBytes } = await store.usage();
  if (storedBytes !== bytes) problems.push(`usage has ${storedBytes} bytes, the traces ${bytes}`);
  return { traces, problems };
}

/** Empties the store and answers how many records its database still has. */
export async function emptyAll(name: StoreName): Promise<number> {
  const store = await storeOf(name);
  for (const { traceId } of await store.traces()) await store.prune(traceId, 1);
  for (const { traceId } of await store.traces()) await store.deleteTrace(traceId);
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name.store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  let records = 0;
  for (const collection of database.objectStoreNames) {
    const request = database.transaction(collection).objectStore(collection).count();
    records += await new Promise<number>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
  database.close();
  return records;
}
