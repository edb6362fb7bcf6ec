import fc from "fast-check";
import { copyOf, sizeOf } from "../known-bad/copy.ts";
import { anyValue } from "./values.ts";

/** The state of an agent in the model: whole parts of it are replaced by anything at times. */
export interface LiveState {
  messages: unknown[];
  files: Record<string, unknown>;
  index: Map<unknown, unknown>;
  text: string;
  bytes: Uint8Array;
  deep: unknown;
}

export function startState(): LiveState {
  return { messages: [], files: {}, index: new Map(), text: "", bytes: new Uint8Array(100), deep: {} };
}

/** One change in place: what to do, roughly where, and a value to do it with. */
export interface Edit {
  readonly kind: keyof typeof EDITS;
  readonly at: number;
  readonly value: unknown;
}

function some<T>(items: readonly T[], at: number): T | undefined {
  return items[at % Math.max(1, items.length)];
}

/** Changes any object in place, in a way that suits it. */
function mutate(target: unknown, at: number, value: unknown): void {
  if (typeof target !== "object" || target === null) return;
  if (Array.isArray(target)) {
    if (at % 4 === 0) target.push(value);
    else if (at % 4 === 1) target.splice(at % (target.length + 1), 1, value);
    else if (at % 4 === 2) target.shift();
    else mutate(some(target, at >> 2), at >> 2, value);
  } else if (target instanceof Map) {
    if (at % 3 === 0) target.delete([...target.keys()][0]);
    else target.set(at % 3 === 1 ? `k${at}` : [...target.keys()].at(-1), value);
  } else if (target instanceof Set) {
    target.add(value);
    if (at % 2) target.delete([...target][0]);
  } else if (target instanceof Date) {
    target.setTime(at);
  } else if (target instanceof URL) {
    target.hash = `${at}`;
  } else if (target instanceof Uint8Array) {
    if (target.length > 0) target[at % target.length]! ^= 1;
  } else if (target instanceof Error) {
    target.message += at;
  } else if (!ArrayBuffer.isView(target) && !(target instanceof ArrayBuffer) && !(target instanceof RegExp)) {
    const fields = target as Record<string, unknown>;
    const keys = Object.keys(fields);
    if (at % 4 === 0) fields[`k${at % 5}`] = value;
    else if (at % 4 === 1 && keys.length > 0) delete fields[some(keys, at >> 2)!];
    else if (keys.length > 0) mutate(fields[some(keys, at >> 2)!], at >> 2, value);
  }
}

const EDITS = {
  append: (state: LiveState, at: number, value: unknown) => {
    for (let n = 0; n <= at % 7; n++) state.messages.push({ n, at: new Date(at), value: n ? n : value });
  },
  slide: (state: LiveState, at: number, value: unknown) => {
    state.messages.splice(0, at % 3);
    state.messages.push(value);
  },
  insert: (state: LiveState, at: number, value: unknown) => {
    state.messages.splice(at % (state.messages.length + 1), at % 2, value);
  },
  replace: (state: LiveState, at: number, value: unknown) => {
    if (state.messages.length > 0) state.messages[at % state.messages.length] = value;
  },
  mutate: (state: LiveState, at: number, value: unknown) => mutate(some(state.messages, at), at, value),
  mutateDeep: (state: LiveState, at: number, value: unknown) => mutate(state.deep, at, value),
  reverse: (state: LiveState) => void state.messages.reverse(),
  truncate: (state: LiveState, at: number) => void (state.messages.length = Math.min(state.messages.length, at % 9)),
  setFile: (state: LiveState, at: number, value: unknown) => void (state.files[`f${at % 40}`] = value),
  setFiles: (state: LiveState, at: number) => {
    for (let n = 0; n < 60; n++) state.files[`f${n}`] ??= { n, text: `${at}`.repeat(n) };
  },
  dropFile: (state: LiveState, at: number) => void delete state.files[some(Object.keys(state.files), at) ?? ""],
  mutateFile: (state: LiveState, at: number, value: unknown) => mutate(some(Object.values(state.files), at), at, value),
  setIndex: (state: LiveState, at: number, value: unknown) => void state.index.set(at % 2 ? `k${at % 30}` : value, at),
  dropIndex: (state: LiveState, at: number) => void state.index.delete(some([...state.index.keys()], at)),
  appendText: (state: LiveState, at: number) => void (state.text += `${at},`.repeat(at % 900)),
  editText: (state: LiveState, at: number) => {
    const place = at % (state.text.length + 1);
    state.text = `${state.text.slice(0, place)}\ud83d${at % 5 ? "\ude80" : ""}${state.text.slice(place + (at % 4))}`;
  },
  newBytes: (state: LiveState, at: number) => void (state.bytes = new Uint8Array(at % 50_000).fill(at)),
  paint: (state: LiveState, at: number) => mutate(state.bytes, at, undefined),
  share: (state: LiveState, at: number) => {
    const part = some(state.messages, at);
    if (at % 2) state.messages.push(part);
    else state.files[`f${at % 40}`] = part;
  },
  ring: (state: LiveState, at: number) => {
    state.files[`f${at % 5}`] = [state, state.messages, state.files][at % 3];
  },
  nest: (state: LiveState, at: number) => {
    state.deep = at % 2 ? { inner: state.deep, list: state.messages } : [state.deep, state.index];
  },
  unnest: (state: LiveState, _: number, value: unknown) => void (state.deep = value),
  twin: (state: LiveState) => void (state.deep = copyOf({ messages: state.messages, files: state.files })),
} satisfies Record<string, (state: LiveState, at: number, value: unknown) => void>;

export const anyEdit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...(Object.keys(EDITS) as (keyof typeof EDITS)[])),
  at: fc.nat(100_000),
  value: anyValue,
});

const MAX_STATE_BYTES = 300_000;

/** The value is copied, so that an edit does the same when it is tried once more. */
export function applyEdits(state: LiveState, edits: readonly Edit[]): void {
  for (const { kind, at, value } of edits) {
    mend(state);
    EDITS[kind](state, at, copyOf(value));
  }
  if (sizeOf(state) > MAX_STATE_BYTES) Object.assign(state, startState());
}

/** Replaces the parts that an edit made into something else; one may get at them through a state that holds itself. */
function mend(state: LiveState): void {
  const fresh = startState();
  if (!Array.isArray(state.messages)) state.messages = fresh.messages;
  if (!isRecord(state.files)) state.files = fresh.files;
  if (!(state.index instanceof Map)) state.index = fresh.index;
  if (typeof state.text !== "string") state.text = fresh.text;
  if (!(state.bytes instanceof Uint8Array)) state.bytes = fresh.bytes;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A state to go on from: the one given, or one that holds it. */
export function asLive(state: unknown): LiveState {
  return isRecord(state) ? (state as LiveState) : { ...startState(), deep: state };
}
