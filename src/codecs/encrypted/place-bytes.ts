import type { Place } from "../../core/codec.ts";

/** A place as bytes: equal for equal places, and different for different ones. What encryption is bound to. */
export function bytesOfPlace({ store, lineage, position, references }: Place): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(textOf([store, lineage, position, references]));
}

/** Every part says how long it is or where it ends, so that no two values read the same. */
function textOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `s${value.length}:${escaped(value)}`;
    case "number":
      return `n${Object.is(value, -0) ? "-0" : value};`;
    case "bigint":
      return `i${value};`;
    case "object":
      return value === null ? "0" : textOfObject(value);
    default:
      return `p${String(value)};`;
  }
}

function textOfObject(value: object): string {
  if (Array.isArray(value)) return list("a", Array.from(value as unknown[]));
  if (value instanceof Date) return `d${value.getTime()};`;
  if (value instanceof RegExp) return list("r", [value.source, value.flags]);
  if (value instanceof Map) return list("m", [...value].flat());
  if (value instanceof Set) return list("t", [...value]);
  if (value instanceof ArrayBuffer) return list("b", [...new Uint8Array(value)]);
  if (ArrayBuffer.isView(value)) {
    const kind = Object.prototype.toString.call(value);
    return list("v", [kind, ...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]);
  }
  // A clone keeps the order of the keys, but nothing hangs on it.
  const keys = Object.keys(value).filter((key) => (value as Record<string, unknown>)[key] !== undefined).sort();
  return list("o", keys.flatMap((key) => [key, (value as Record<string, unknown>)[key]]));
}

function list(kind: string, items: readonly unknown[]): string {
  return `${kind}${items.length}[${items.map(textOf).join("")}]`;
}

/** UTF-8 has no lone surrogates: two different ones would be the same bytes. */
function escaped(text: string): string {
  return text.replace(/[\ud800-\udfff%]/gu, (unit) => `%${unit.charCodeAt(0).toString(16)};`);
}
