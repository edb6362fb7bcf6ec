import type { CustomValues } from "../core/codec.ts";
import { MAX_DEPTH, type ContainerKind } from "./snapshot.ts";

/** What an object is in a snapshot: a container of some kind, a binary, or one of the values that have no parts. */
export type Shape = ContainerKind | "bytes" | "blob" | "date" | "regexp" | "url";

/** Why a value can't be stored; reads on from the value's path: "is a function". */
export class Refusal extends Error {}

/** Why a value is refused whose bytes are another's too: given back, each would have bytes of its own. */
export const SHARED_BUFFER = "shares its buffer with another part";
export const TOO_DEEP_TO_KEEP = `is nested more than ${MAX_DEPTH.toLocaleString("en")} levels deep`;

/** A bigint of more digits takes some browsers minutes to read, and others refuse it: the time grows with the square. */
export const MAX_BIGINT_DIGITS = 100_000;
/** A little less than the first number of more digits. */
const MAX_BIGINT = 1n << 332_192n;

/** Returns a value that is neither an object nor a text, as it is. @throws Refusal for what can't be stored. */
export function storable<T>(value: T): T {
  if (typeof value === "function" || typeof value === "symbol") throw new Refusal(`is a ${typeof value}`);
  if (typeof value === "bigint" && (value > MAX_BIGINT || value < -MAX_BIGINT)) {
    throw new Refusal(`is a bigint of more than ${MAX_BIGINT_DIGITS.toLocaleString("en")} digits`);
  }
  return value;
}

/** What a snapshot may hold beyond, or may not hold of, what this room knows. */
export interface Holding {
  /** Classes that were registered with the codec. */
  readonly custom?: CustomValues | undefined;
  /** Nothing but what a structured clone gives back equal. */
  readonly isCloneable?: boolean;
}

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

const WITHOUT_PARTS = new Set<Shape>(["bytes", "blob", "date", "regexp", "url"]);

/** Whether an object of this shape holds others. */
export function isContainer(shape: Shape): shape is ContainerKind {
  return !WITHOUT_PARTS.has(shape);
}

const WITHOUT_PROPERTIES: Readonly<Record<string, Shape>> = {
  Map: "map",
  Set: "set",
  Date: "date",
  RegExp: "regexp",
  URL: "url",
  Blob: "blob",
  File: "blob",
  DOMException: "error",
};

/** Structured clones lose prototypes and properties of these, or refuse them (HTML, section 2.7.3). */
const LOST_IN_CLONES = new Set<Shape>(["dict", "error", "url", "blob"]);

const toTag = Object.prototype.toString;

/** What an object is in a snapshot. @throws Refusal for what could not be given back equal. */
export function shapeOf(value: object, { custom, isCloneable = false }: Holding): Shape {
  if (custom === undefined && Object.getPrototypeOf(value) === Object.prototype) return "object";
  if (custom !== undefined && custom.nameOf(value) !== undefined) return "instance";
  const shape = shapeOfKnown(value);
  const isLost = LOST_IN_CLONES.has(shape) || (shape === "regexp" && (value as RegExp).lastIndex !== 0);
  if (isCloneable && isLost) throw new Refusal(`is a ${shape}, which can be part of a state alone`);
  return shape;
}

/**
 * The same for what an instance was taken apart into. A plain object is not asked for its class again: a transform may
 * claim such objects, and answer such ones.
 */
export function shapeOfContent(value: object, holding: Holding): Shape {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === Array.prototype || prototype === null;
  return shapeOf(value, isPlain ? { ...holding, custom: undefined } : holding);
}

function shapeOfKnown(value: object): Shape {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return "object";
  if (prototype === Array.prototype) return "array";
  if (prototype === null) return "dict";
  const tag = toTag.call(value).slice(8, -1);
  const name = builtinName(prototype as object);
  if (name !== undefined) {
    if (name === "Object" && tag === "Object") return "object";
    if (name === "Array" && Array.isArray(value)) return "array";
    if (ERROR_CLASSES.has(name) && tag === "Error") return "error";
    if (VIEW_CLASSES.has(name) && tag === name) {
      // Of a typed array, every element is a property: to look for others would take longer than to store it.
      if (name === "ArrayBuffer" || name === "DataView") refuseProperties(value, name);
      return bytesIn(value as ArrayBuffer | ArrayBufferView);
    }
    const shape = WITHOUT_PROPERTIES[name];
    if (shape !== undefined && tag === name) {
      refuseProperties(value, name);
      if (shape === "regexp" && !isIndex((value as RegExp).lastIndex)) {
        throw new Refusal("is a RegExp whose lastIndex is not the index of a character");
      }
      return shape;
    }
  }
  throw new Refusal(`is an instance of ${className(prototype as object)}, for which the codec has no transform`);
}

/** Node and browsers leave marks of their own on instances of other classes, under symbols. */
const OF_THE_LANGUAGE = new Set(["Map", "Set", "Date", "RegExp", "ArrayBuffer", "DataView"]);

/** @throws Refusal if an object has properties beside what its class is about. */
function refuseProperties(value: object, name: string): void {
  const what = name === "ArrayBuffer" ? "is an ArrayBuffer" : `is a ${name}`;
  if (OF_THE_LANGUAGE.has(name) && Object.getOwnPropertySymbols(value).length > 0) {
    throw new Refusal(`${what} with a symbol as a key`);
  }
  for (const key of Object.getOwnPropertyNames(value)) {
    if (name === "RegExp" && key === "lastIndex") continue;
    // Browsers leave hidden ones on a DOMException to tell where it was made.
    if (name === "DOMException" && key !== "cause" && !Object.prototype.propertyIsEnumerable.call(value, key)) continue;
    throw new Refusal(`${what} with the property ${JSON.stringify(key)}`);
  }
}

function isIndex(lastIndex: unknown): boolean {
  return Number.isSafeInteger(lastIndex) && (lastIndex as number) >= 0 && !Object.is(lastIndex, -0);
}

function bytesIn(value: ArrayBuffer | ArrayBufferView): Shape {
  const buffer: ArrayBufferLike = ArrayBuffer.isView(value) ? value.buffer : value;
  if (toTag.call(buffer) !== "[object ArrayBuffer]") throw new Refusal("is a view of shared memory");
  if ((buffer as { resizable?: boolean }).resizable === true) throw new Refusal("has a buffer that can be resized");
  return "bytes";
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

/** The name of the class that makes errors like this one again. */
export function errorClass(value: object): string {
  return (Object.getPrototypeOf(value) as { constructor: { name: string } }).constructor.name;
}
