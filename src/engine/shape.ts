import type { CustomValues } from "../core/codec.ts";
import type { Kind } from "./tree.ts";

/** What an object is to the engine: a node of some kind, or one of the values that have no parts. */
export type Shape = Kind | "date" | "regexp" | "url" | "custom";

/** Why a value can't be stored; reads on from the value's path: "is a function". */
export class Refusal extends Error {}

const toTag = Object.prototype.toString;
/** The error classes of the language; stored by name. */
export const ERROR_CLASSES = new Set([
  "Error",
  "TypeError",
  "RangeError",
  "SyntaxError",
  "ReferenceError",
  "EvalError",
  "URIError",
  "AggregateError",
]);
/** What holds bytes; stored by name. */
export const VIEW_CLASSES = new Set([
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
  "ArrayBuffer",
]);
const SIMPLE: Readonly<Record<string, Shape>> = {
  Map: "map",
  Set: "set",
  Date: "date",
  RegExp: "regexp",
  URL: "url",
  Blob: "blob",
  File: "blob",
  DOMException: "error",
};

/** What a copy may hold beyond, or may not hold of, what the engine knows. */
export interface Holding {
  /** What the codec can hold beyond. */
  readonly custom?: CustomValues | undefined;
  /** Nothing but what a structured clone gives back equal. */
  readonly isCloneable?: boolean;
}

/** The shape of an object. @throws Refusal for what could not be given back equal. */
export function shapeOf(value: object, { custom, isCloneable = false }: Holding): Shape {
  if (custom === undefined && Object.getPrototypeOf(value) === Object.prototype) return "record";
  if (custom !== undefined && custom.holds(value)) return "custom";
  const shape = shapeOfKnown(value);
  if (isCloneable && LOST_IN_CLONES.has(shape)) throw new Refusal(`is a ${shape}, which can be part of a state alone`);
  return shape;
}

/** Structured clones lose prototypes and properties of these, or refuse them (HTML, section 2.7.3). */
const LOST_IN_CLONES = new Set<Shape>(["dict", "error", "url", "blob"]);

function shapeOfKnown(value: object): Shape {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return "record";
  if (prototype === Array.prototype) return "array";
  if (prototype === null) return "dict";
  const tag = toTag.call(value).slice(8, -1);
  const name = builtinName(prototype as object);
  if (name !== undefined) {
    if (name === "Object" && tag === "Object") return "record";
    if (name === "Array" && Array.isArray(value)) return "array";
    if (ERROR_CLASSES.has(name) && tag === "Error") return "error";
    if (VIEW_CLASSES.has(name) && tag === name) return "bytes";
    const simple = SIMPLE[name];
    if (simple !== undefined && tag === name) {
      const [extra] = simple === "error" ? [] : Object.keys(value);
      if (extra !== undefined) throw new Refusal(`is a ${name} with the property ${JSON.stringify(extra)}`);
      return simple;
    }
  }
  throw new Refusal(`is an instance of ${className(prototype as object)}, for which the codec has no transform`);
}

/** The name of the platform class whose instances have this prototype, in whatever realm it was made. */
function builtinName(prototype: object): string | undefined {
  const maker: unknown = Object.hasOwn(prototype, "constructor")
    ? (prototype as { constructor: unknown }).constructor
    : undefined;
  if (typeof maker !== "function" || maker.prototype !== prototype) return undefined;
  if ((globalThis as Record<string, unknown>)[maker.name] === maker) return maker.name;
  // An iframe has its own Map and Object; their source is as native as ours.
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(maker)) ? maker.name : undefined;
}

function className(prototype: object): string {
  const maker = (prototype as { constructor?: { name?: unknown } }).constructor;
  return typeof maker?.name === "string" && maker.name !== "" ? maker.name : "an unnamed class";
}

/** @throws Refusal where a plain object has a symbol as a key. */
export function refuseSymbolKeys(value: object): void {
  if (Object.getOwnPropertySymbols(value).length > 0) throw new Refusal("has a symbol as a key");
}

/** The filled indexes of an array as [index, value, ...] if it has holes; `undefined` for a dense one. */
export function sparseEntries(value: readonly unknown[]): unknown[] | undefined {
  const keys = Object.keys(value);
  const { length } = value;
  // Index keys come first and in order, so that the last key tells whether there are others.
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

/** Where an error was made, as some engines tell beside the stack; each makes them anew. */
const PLACES_OF_ERRORS = new Set(["line", "column", "sourceURL", "fileName", "lineNumber", "columnNumber"]);

/** The properties of an error that make it what it is, hidden ones included. */
export function errorKeys(value: object): string[] {
  if (toTag.call(value) === "[object DOMException]") return ["name", "message"];
  const keys = Object.getOwnPropertyNames(value).filter((key) => !PLACES_OF_ERRORS.has(key));
  // Firefox has the stack on the prototype, as an accessor.
  if (!keys.includes("stack") && typeof (value as Error).stack === "string") keys.push("stack");
  return keys;
}

/** The children of a map, flat: key, value, key, value. */
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

/** Why a value is refused whose bytes are another's too: given back, each would have bytes of its own. */
export const SHARED_BUFFER = "shares its buffer with another part";

/** What holds the bytes of a value. */
export function bufferOf(value: ArrayBuffer | ArrayBufferView): object {
  return ArrayBuffer.isView(value) ? value.buffer : value;
}

/** Whether an array has holes, told without listing its keys. */
export function hasHoles(list: readonly unknown[]): boolean {
  for (let i = 0; i < list.length; i += 1) if (list[i] === undefined && !(i in list)) return true;
  return false;
}

/** The name of the class that makes errors like this one again. */
export function errorClass(value: object): string {
  return (Object.getPrototypeOf(value) as { constructor: { name: string } }).constructor.name;
}
