import { DeltaSnapshot } from "@langchain/langgraph-checkpoint";
import { load } from "@langchain/core/load";

/** Turns what LangGraph hands over into what a store keeps, and back. */
export interface Values {
  /**
   * Copies values before it returns.
   *
   * @returns A record of the same names, to be stored; a promise of it if that can't be had at once.
   */
  store(values: Record<string, unknown>): Record<string, unknown> | Promise<Record<string, unknown>>;
  /** Makes values of what was stored, which belongs to them afterwards. */
  revive(stored: Record<string, unknown>): Promise<Record<string, unknown>>;
}

/** What LangChain writes of an object of its own. */
interface Serialized {
  readonly lc: 1;
  readonly type: string;
}

/** What stands for an object of somebody else that has a property `lc`: it must not come back as LangChain's. */
const PLAIN = "plain";
const SNAPSHOT = "delta_snapshot";

/**
 * Values as they are: dates, maps, bytes and references stay what they are, and the store keeps them. LangChain's objects
 * are stored as the records that LangChain itself writes of them, LangGraph's own as plain objects. All else is left to the
 * store, which refuses it with its path if it can't keep it.
 */
export const plainValues: Values = {
  store: (values) => copy(values, new Map()) as Record<string, unknown>,
  async revive(stored) {
    const root = { stored };
    const loading: Promise<void>[] = [];
    reviveIn(root, { met: new Map(), loading });
    await Promise.all(loading);
    return root.stored;
  },
};

function copy(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (copies.has(value)) return copies.get(value);
  const keep = <C extends object>(container: C): C => (copies.set(value, container), container);
  const inner = (part: unknown) => copy(part, copies);

  if (Array.isArray(value)) {
    const list = keep(new Array<unknown>(value.length));
    // Leaves holes as they are.
    value.forEach((part, at) => (list[at] = inner(part)));
    return list;
  }
  if (value instanceof Map) {
    const map = keep(new Map<unknown, unknown>());
    for (const [key, part] of value) map.set(key, inner(part));
    return map;
  }
  if (value instanceof Set) {
    const set = keep(new Set<unknown>());
    for (const part of value) set.add(inner(part));
    return set;
  }
  if (isPlain(value)) {
    const own = Object.create(Object.getPrototypeOf(value) as object | null) as object;
    const stored = keep("lc" in value ? { lc: PLAIN, value: own } : own);
    // Symbols are copied too, for the store to refuse.
    for (const key of Reflect.ownKeys(value)) setOwn(own, key, inner((value as Record<PropertyKey, unknown>)[key]));
    return stored;
  }
  if (value instanceof DeltaSnapshot) {
    const snapshot = keep({ lc: SNAPSHOT, value: undefined as unknown });
    snapshot.value = inner(value.value);
    return snapshot;
  }
  if (!("toJSON" in value) || typeof value.toJSON !== "function") return value;
  if ("lg_name" in value) return inner(value.toJSON());
  if (!("lc_serializable" in value)) return value;
  // As text and back: LangChain writes the objects within an object by their own toJSON.
  const serialized = JSON.parse(JSON.stringify(value)) as Serialized;
  // What LangChain itself can't write would come back as something else: the store refuses it.
  return serialized.type === "constructor" ? keep(serialized) : value;
}

/** Sets a property of any name, `__proto__` too. */
function setOwn(holder: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}

interface Reviving {
  /** What became of an object that stands in several places. */
  readonly met: Map<object, unknown>;
  /** What LangChain is making. */
  readonly loading: Promise<void>[];
}

/** Makes values of all that a stored object or array holds, in their places. */
function reviveIn(holder: object, reviving: Reviving): void {
  for (const [key, stored] of Object.entries(holder)) {
    revivePart(stored, (value) => setOwn(holder, key, value), reviving);
  }
}

function revivePart(stored: unknown, put: (value: unknown) => void, reviving: Reviving): void {
  if (typeof stored !== "object" || stored === null) return;
  const { met, loading } = reviving;
  const before = met.get(stored);
  if (before instanceof Promise) loading.push(before.then(put));
  else if (before !== undefined) put(before);
  else if (stored instanceof Map) {
    met.set(stored, stored);
    for (const [key, part] of stored) revivePart(part, (value) => stored.set(key, value), reviving);
  } else if (stored instanceof Set) {
    met.set(stored, stored);
    const parts = [...stored] as unknown[];
    reviveIn(parts, reviving);
    // Anew when all are there, in their order.
    loading.push(Promise.all(loading.slice()).then(() => (stored.clear(), parts.forEach((part) => stored.add(part)))));
  } else if (Array.isArray(stored) || isPlain(stored)) reviveContainer(stored, put, reviving);
}

function reviveContainer(stored: object, put: (value: unknown) => void, reviving: Reviving): void {
  const { met, loading } = reviving;
  const { lc, value } = stored as { lc?: unknown; value?: unknown };
  if (lc === 1) {
    const made = load(JSON.stringify(stored));
    met.set(stored, made);
    loading.push(made.then(put));
  } else if (lc === PLAIN) {
    met.set(stored, value);
    put(value);
    reviveIn(value as object, reviving);
  } else if (lc === SNAPSHOT) {
    const snapshot = new DeltaSnapshot(value);
    met.set(stored, snapshot);
    put(snapshot);
    revivePart(value, (inner) => (snapshot.value = inner), reviving);
  } else {
    met.set(stored, stored);
    reviveIn(stored, reviving);
  }
}
