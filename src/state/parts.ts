/** Reads what an object of the caller's is made of, in whatever realm it was made, past whatever its class overrides. */
import type { CustomValues } from "../core/codec.ts";
import { errorClass, Refusal, type Holding, type Shape } from "./classify.ts";

/** What an object holds, in the order of reading. @throws Refusal. */
export function partsOf(value: object, shape: Shape, { custom }: Holding): unknown[] {
  switch (shape) {
    case "object":
    case "dict": {
      const keys = Object.keys(value);
      refuseLostProperties(value, keys);
      return keys.map((key) => (value as Record<string, unknown>)[key]);
    }
    case "error":
      return keysOfError(value).map((key) => (value as Record<string, unknown>)[key]);
    case "array":
      return everySecond(sparseEntries(value as unknown[])) ?? (value as unknown[]);
    case "map":
      return mapEntries(value);
    case "set":
      return setMembers(value);
    case "instance":
      return [takeApart(value, custom!).content];
    default:
      return [];
  }
}

/** An instance of a registered class as the name of that and what makes it up. @throws Refusal. */
export function takeApart(value: object, custom: CustomValues): { name: string; content: unknown } {
  const name = custom.nameOf(value)!;
  let content: unknown;
  try {
    content = custom.takeApart(name, value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`is an instance of ${name} that can't be taken apart: ${reason}`, { cause });
  }
  if (content === value) throw new Refusal(`is an instance of ${name} that is taken apart into itself`);
  return { name, content };
}

/** How one would write the way to a part in code: `.name`, `[3]`. */
export function stepTo(index: number, { value, shape }: { value: object; shape: Shape }): string {
  switch (shape) {
    case "array": {
      const entries = sparseEntries(value as unknown[]);
      return `[${entries === undefined ? index : String(entries[index * 2])}]`;
    }
    case "map": {
      const at = index >> 1;
      if (index % 2 === 0) return `.keys()[${at}]`;
      const key = mapEntries(value)[index - 1];
      return typeof key === "string" || typeof key === "number" ? `.get(${JSON.stringify(key)})` : `.values()[${at}]`;
    }
    case "set":
      return `.values()[${index}]`;
    case "instance":
      return "";
    default: {
      const key = (shape === "error" ? keysOfError(value) : Object.keys(value))[index]!;
      return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    }
  }
}

function everySecond(entries: unknown[] | undefined): unknown[] | undefined {
  return entries?.filter((_, i) => i % 2 === 1);
}

function keysOfError(value: object): string[] {
  return errorClass(value) === "DOMException" ? [] : errorKeys(value);
}

/**
 * Own properties of an object that a copy would lose: those named by symbols, hidden ones and accessors. Looked for in
 * what is new or changed alone, by the means that are fastest, since it takes longer than to compare all the rest.
 *
 * @throws Refusal.
 */
export function refuseLostProperties(value: object, keys: readonly string[]): void {
  if (Object.getOwnPropertySymbols(value).length > 0) throw new Refusal("has a symbol as a key");
  const names = Object.getOwnPropertyNames(value);
  if (names.length !== keys.length) {
    const hidden = names.find((name) => !keys.includes(name));
    throw new Refusal(`has the property ${JSON.stringify(hidden)}, which is not enumerable`);
  }
  for (let i = 0; i < keys.length; i += 1) {
    if (lookupGetter.call(value, keys[i]!) !== undefined) {
      throw new Refusal(`has the accessor ${JSON.stringify(keys[i])}`);
    }
  }
}

/** Takes a third of the time that a property's descriptor takes, which would double that of a first capture. */
const { __lookupGetter__: lookupGetter } = Object.prototype as unknown as {
  __lookupGetter__(this: object, key: string): unknown;
};

/**
 * The filled indexes of an array as [index, value, ...] if it has holes; `undefined` for a dense one. Hidden properties
 * of arrays are not looked for: that would take twice as long.
 *
 * @throws Refusal.
 */
export function sparseEntries(value: readonly unknown[]): unknown[] | undefined {
  if (Object.getOwnPropertySymbols(value).length > 0) throw new Refusal("has a symbol as a key");
  const keys = Object.keys(value);
  const { length } = value;
  // Indexes come first and in order, so that the last key tells whether there are others.
  if (keys.length === length && (length === 0 || keys[length - 1] === String(length - 1))) return undefined;
  const entries: unknown[] = [];
  for (const key of keys) {
    const index = Number(key);
    if (!(Number.isInteger(index) && index >= 0 && index < length && String(index) === key)) {
      throw new Refusal(`is an array with the property ${JSON.stringify(key)}`);
    }
    entries.push(index, value[index]);
  }
  return entries;
}

/** Whether an array has holes, told without listing its keys. */
export function hasHoles(list: readonly unknown[]): boolean {
  for (let i = 0; i < list.length; i += 1) if (list[i] === undefined && !(i in list)) return true;
  return false;
}

/** The content of a map, flat: key, value, key, value. */
export function mapEntries(value: object): unknown[] {
  const entries: unknown[] = [];
  Map.prototype.forEach.call(value as Map<unknown, unknown>, (item, key) => void entries.push(key, item));
  return entries;
}

/** The members of a set. */
export function setMembers(value: object): unknown[] {
  const members: unknown[] = [];
  Set.prototype.forEach.call(value as Set<unknown>, (member) => void members.push(member));
  return members;
}

/** Where an error was made, as some browsers tell beside the stack; each makes them anew. */
const PLACES_OF_ERRORS = new Set(["line", "column", "sourceURL", "fileName", "lineNumber", "columnNumber"]);
/** Properties of an error that are hidden by nature. */
export const HIDDEN_ON_ERRORS = new Set(["name", "message", "cause", "errors", "stack"]);

/**
 * The properties of an error that make it what it is, hidden ones included: these come first, in an order of their own,
 * since browsers differ in theirs.
 *
 * @throws Refusal for others that are hidden.
 */
export function errorKeys(value: object): string[] {
  const hidden: string[] = [];
  for (const key of HIDDEN_ON_ERRORS) if (Object.hasOwn(value, key)) hidden.push(key);
  // Firefox has the stack on the prototype, as an accessor.
  if (!Object.hasOwn(value, "stack") && typeof (value as Error).stack === "string") hidden.push("stack");
  const others: string[] = [];
  for (const key of Reflect.ownKeys(value)) {
    if (PLACES_OF_ERRORS.has(key as string)) continue;
    const { enumerable = false, get } = Object.getOwnPropertyDescriptor(value, key)!;
    // Chromium has the stack as an accessor.
    if (key !== "stack" && get !== undefined) throw new Refusal(`has the accessor ${JSON.stringify(String(key))}`);
    if (typeof key === "symbol") {
      // Node leaves hidden marks of its own on errors.
      if (enumerable) throw new Refusal("has a symbol as a key");
    } else if (!HIDDEN_ON_ERRORS.has(key)) {
      if (!enumerable) throw new Refusal(`has the property ${JSON.stringify(key)}, which is not enumerable`);
      others.push(key);
    }
  }
  return [...hidden, ...others];
}

/** What holds the bytes of a value. */
export function bufferOf(value: ArrayBuffer | ArrayBufferView): ArrayBufferLike {
  return ArrayBuffer.isView(value) ? value.buffer : value;
}
