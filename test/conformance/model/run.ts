import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import { isCheckpointStoreError } from "../../../src/core/errors.ts";
import type { Store } from "../../../src/core/store.ts";
import { assertEqual } from "../../../src/testing/assertions.ts";
import { difference } from "../../../src/testing/index.ts";
import type { ConformanceSubject } from "../../../src/testing/index.ts";
import { ReferenceDisk } from "../known-bad/reference-disk.ts";
import { ReferenceStore } from "../known-bad/reference-store.ts";
import { startState } from "./edits.ts";
import type { LiveState } from "./edits.ts";

export const TRACES = ["one", "two", "three"] as const;

/** What is expected: a plain store, and the states that the caller holds and changes. */
export class Model {
  readonly store = new ReferenceStore(new ReferenceDisk());
  readonly live = new Map<string, LiveState>();
  readonly ids: string[] = [];
  lastId = 0;

  state(traceId: string): LiveState {
    const state = this.live.get(traceId) ?? startState();
    this.live.set(traceId, state);
    return state;
  }

  nextId(): string {
    this.ids.push(`checkpoint ${++this.lastId}`);
    return this.ids.at(-1)!;
  }

  /** An id that was given out, most likely of late. */
  someId(at: number): string {
    return this.ids.at(-1 - (at % Math.max(1, this.ids.length))) ?? "none";
  }
}

/** The store under test, opened as often as the subject allows. */
export class Real {
  readonly #subject: ConformanceSubject;
  readonly #name: string;
  #stores: Store[] = [];

  constructor(subject: ConformanceSubject, name: string) {
    this.#subject = subject;
    this.#name = name;
  }

  get canReopen(): boolean {
    return this.#subject.provides.includes("persistence");
  }

  async open(): Promise<this> {
    const count = this.#subject.provides.includes("connections") ? 2 : 1;
    for (let n = 0; n < count; n++) this.#stores.push((await this.#subject.open(this.#name)) as Store);
    return this;
  }

  async close(): Promise<void> {
    for (const store of this.#stores.splice(0)) await store.close();
  }

  via(at: number): Store {
    return this.#stores[at % this.#stores.length]!;
  }

  async destroy(): Promise<void> {
    await this.close();
    await this.#subject.destroy(this.#name);
  }
}

interface Outcome {
  readonly answer: unknown;
  readonly error?: unknown;
}

/** What came of a call: its answer, or the code of its error. */
async function outcomeOf(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { answer: await call() };
  } catch (error) {
    if (isCheckpointStoreError(error)) return { answer: `refused as ${error.code}`, error };
    throw error;
  }
}

/** Does the same with both, and compares what comes of it. */
export async function both(
  { model, real, at = 0 }: { model: Model; real: Real; at?: number },
  call: (store: Store) => Promise<unknown>,
): Promise<unknown> {
  const store = real.via(at);
  // The calls copy what they are given before they await anything, so both see the state as it is now.
  const calls = [outcomeOf(() => call(store)), outcomeOf(() => call(model.store))] as const;
  const [{ answer, error }, expected] = await Promise.all(calls);
  const found = await difference(answer, expected.answer, "what the store answered");
  if (found !== undefined) throw new Error(found, { cause: error ?? expected.error });
  return answer;
}

/** Compares all there is: every trace, its order, and every checkpoint. */
export async function compareAll(model: Model, real: Real): Promise<void> {
  for (const [index, traceId] of TRACES.entries()) {
    const store = real.via(index);
    const ids = await model.store.list(traceId);
    await assertEqual(await store.list(traceId), ids, `list of trace ${traceId}`);
    for (const id of ids) await compareOne(store, model, id);
    const latest = await store.loadLatest(traceId);
    await assertEqual(latest?.id, ids[0], `the latest of trace ${traceId}`);
  }
}

async function compareOne(store: Store, model: Model, id: string): Promise<void> {
  const [answer, expected] = [await store.load(id), await model.store.load(id)];
  await assertEqual(answer && inOrder(answer), expected && inOrder(expected), id);
}

/** The order of a checkpoint's own fields says nothing. */
export function inOrder(checkpoint: Checkpoint): object {
  const { state, ...head } = checkpoint;
  return { head: sorted(head), state };
}

/** The fields of a head by name. */
export function sorted(head: object): (readonly [string, unknown])[] {
  return Object.entries(head).sort(([one], [other]) => (one < other ? -1 : 1));
}
