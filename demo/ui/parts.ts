/** A part of a value: how it is named within it, and what it is. */
export interface Part {
  /** As one would write it after the value in code: `.goal`, `[3]`. */
  readonly step: string;
  readonly label: string;
  readonly value: unknown;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** The parts of a value that has any; `undefined` for one that stands for itself. */
export function partsOf(value: unknown): Part[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    return value.map((part: unknown, index) => ({ step: `[${index}]`, label: String(index), value: part }));
  }
  if (value instanceof Map) {
    return [...value].map(([key, part]) => ({
      step: `.get(${preview(key)})`,
      label: preview(key),
      value: part as unknown,
    }));
  }
  if (value instanceof Set) {
    // Named by what it is, since a set has no places.
    return [...value].map((part) => ({ step: `{${preview(part)}}`, label: "•", value: part as unknown }));
  }
  if (!isPlain(value)) return undefined;
  return Object.entries(value).map(([key, part]) => ({
    step: IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    label: key,
    value: part as unknown,
  }));
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What kind of value it is, for its colour. */
export type Kind = "string" | "number" | "boolean" | "nothing" | "date" | "other" | "group";

export function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") return "string";
  if (typeof value === "number" || typeof value === "bigint") return "number";
  if (typeof value === "boolean") return "boolean";
  if (value instanceof Date) return "date";
  return partsOf(value) ? "group" : "other";
}

/** A value in a few words, groups included, cut where it gets long. */
export function digest(value: unknown, maxLength = 180): string {
  const parts = partsOf(value);
  if (!parts || parts.length === 0) return preview(value);
  const isNamed = !Array.isArray(value) && !(value instanceof Set);
  let text = "";
  for (const { label, value: part } of parts) {
    text += `${text ? ", " : ""}${isNamed ? `${label}: ` : ""}${digest(part, maxLength - text.length - 8)}`;
    if (text.length >= maxLength) {
      text = `${text.slice(0, Math.max(0, maxLength)).trimEnd()}…`;
      break;
    }
  }
  return isNamed ? `{ ${text} }` : `[ ${text} ]`;
}

const MAX_STRING = 400;
const MAX_KEYS = 4;

/** A value in one line: leaves whole, groups by what is in them. */
export function preview(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > MAX_STRING ? `${value.slice(0, MAX_STRING)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[ ${value.length} ]`;
  if (value instanceof Map || value instanceof Set) return `${value.constructor.name}(${value.size})`;
  if (!isPlain(value)) return value.constructor.name;
  const keys = Object.keys(value);
  if (keys.length === 0) return "{}";
  return `{ ${keys.slice(0, MAX_KEYS).join(", ")}${keys.length > MAX_KEYS ? ", …" : ""} }`;
}
