import { bytesText, countText } from "../figures.ts";
import { formatKey, type PrimitiveKey } from "./path.ts";

/** Stands where an array has no element. No state can hold a symbol. */
export const HOLE: unique symbol = Symbol("hole");

/** What a value is, as far as it matters for how it is shown. */
export type Kind =
  | "string"
  | "number"
  | "bigint"
  | "boolean"
  | "nothing"
  | "date"
  | "regexp"
  | "url"
  | "error"
  | "blob"
  | "bytes"
  | "map"
  | "set"
  | "array"
  | "object"
  | "other";

const BY_TAG: Readonly<Record<string, Kind>> = {
  Date: "date",
  RegExp: "regexp",
  Map: "map",
  Set: "set",
  Error: "error",
  DOMException: "error",
  ArrayBuffer: "bytes",
  URL: "url",
  Blob: "blob",
  File: "blob",
};

/** Returns what a value is. It goes by tags, so that values of another realm are known, too. */
export function kindOf(value: unknown): Kind {
  if (value === null || value === undefined || value === HOLE) return "nothing";
  if (typeof value !== "object") {
    return typeof value === "symbol" || typeof value === "function" ? "other" : (typeof value as Kind);
  }
  if (Array.isArray(value)) return "array";
  if (ArrayBuffer.isView(value)) return "bytes";
  return BY_TAG[Object.prototype.toString.call(value).slice(8, -1)] ?? "object";
}

/** Returns the name of an object's class; `Object` and `null` for plain ones. */
export function classOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object | null;
  const maker = prototype && (Object.getOwnPropertyDescriptor(prototype, "constructor")?.value as unknown);
  return prototype === null ? "null" : typeof maker === "function" ? maker.name : "Object";
}

/** Returns the bytes of a typed array, a `DataView` or an `ArrayBuffer`, uncopied; `undefined` for anything else. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return kindOf(value) === "bytes" ? new Uint8Array(value as ArrayBuffer) : undefined;
}

/**
 * Returns a value in one line. Of a container, and of a long string, it looks at the beginning alone.
 *
 * @param value - The value to describe.
 * @param room - About how many characters there is room for. Default is 160.
 */
export function describe(value: unknown, room = 160): string {
  switch (kindOf(value)) {
    case "string":
      return describeString(value as string, room);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "nothing":
      return value === HOLE ? "empty" : String(value);
    case "bigint":
    case "boolean":
      return clip(formatKey(value as PrimitiveKey), room);
    case "date":
      return Number.isNaN((value as Date).getTime()) ? "Invalid Date" : (value as Date).toISOString();
    case "regexp":
    case "url":
      return clip(String(value), room);
    case "error":
      return clip(`${(value as Error).name}: ${(value as Error).message}`, room);
    case "blob":
      return describeBlob(value as Blob);
    case "bytes":
      return describeBytes(value as ArrayBuffer | ArrayBufferView);
    case "map":
    case "set":
    case "array":
    case "object":
      return describeContainer(value as object, room);
    default:
      return typeof value;
  }
}

/** Returns how much there is of a value in words, `3 items`, `12,345 characters`; `undefined` where it says nothing. */
export function measure(value: unknown): string | undefined {
  if (typeof value === "string") return value.length > 160 ? countText(value.length, "character") : undefined;
  if (Array.isArray(value)) return countText(value.length, "item");
  const kind = kindOf(value);
  if (kind === "map") return countText((value as Map<unknown, unknown>).size, "entry", "entries");
  return kind === "set" ? countText((value as Set<unknown>).size, "member") : undefined;
}

function clip(text: string, room: number): string {
  return text.length > room ? `${text.slice(0, Math.max(1, room))}…` : text;
}

function describeString(value: string, room: number): string {
  return value.length > room
    ? `${JSON.stringify(value.slice(0, Math.max(1, room))).slice(0, -1)}…"`
    : JSON.stringify(value);
}

function describeBlob(blob: Blob): string {
  const name = "name" in blob && typeof blob.name === "string" ? ` ${JSON.stringify(blob.name)}` : "";
  return `${classOf(blob)}${name}, ${blob.type === "" ? "" : `${blob.type}, `}${bytesText(blob.size)}`;
}

function describeBytes(value: ArrayBuffer | ArrayBufferView): string {
  const count = "length" in value && typeof value.length === "number" ? `(${value.length.toLocaleString()})` : "";
  return `${classOf(value)}${count}, ${bytesText(value.byteLength)}`;
}

const ROOM_INSIDE = 40;

function describeContainer(value: object, room: number): string {
  const parts: string[] = [];
  let length = 0;
  let isCut = false;
  for (const part of beginningOf(value)) {
    isCut = length > room - 10;
    if (isCut) break;
    parts.push(part);
    length += part.length + 2;
  }
  if (isCut) parts.push("…");
  const inside = parts.join(", ");
  if (Array.isArray(value)) return `[${inside}]`;
  const name = classOf(value);
  const isPlain = name === "Object" && kindOf(value) === "object";
  return `${isPlain ? "" : `${name === "null" ? "[no prototype]" : name} `}${inside === "" ? "{}" : `{ ${inside} }`}`;
}

/** What is in a container, part by part in a few words, made as it is asked for. */
function* beginningOf(value: object): Generator<string> {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) yield briefly(i in value ? value[i] : HOLE);
  } else if (kindOf(value) === "map") {
    for (const [key, held] of value as Map<unknown, unknown>) yield `${briefly(key)} => ${briefly(held)}`;
  } else if (kindOf(value) === "set") {
    for (const member of value as Set<unknown>) yield briefly(member);
  } else {
    for (const key in value) {
      if (Object.hasOwn(value, key)) yield `${key}: ${briefly((value as Record<string, unknown>)[key])}`;
    }
  }
}

function briefly(value: unknown): string {
  if (typeof value !== "object" || value === null) return describe(value, ROOM_INSIDE);
  const kind = kindOf(value);
  if (kind === "array") return (value as unknown[]).length === 0 ? "[]" : "[…]";
  if (kind === "map" || kind === "set") return `${classOf(value)}(${(value as Map<unknown, unknown>).size})`;
  if (kind !== "object") return describe(value, ROOM_INSIDE);
  const name = classOf(value);
  return name === "Object" || name === "null" ? "{…}" : `${name} {…}`;
}
