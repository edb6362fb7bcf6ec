import { concatBytes } from "../../core/bytes.ts";
import type { Place } from "../../core/codec.ts";

/** A place, and the codec that encodes there, as bytes: different for whatever differs. What encryption is bound to. */
export function bytesOfPlace(codec: string, { store, lineage, position, references }: Place): Uint8Array<ArrayBuffer> {
  const writer = new PlaceWriter();
  for (const value of [codec, store, lineage, references]) writer.write(value);
  if (typeof position === "number") writer.write(position);
  else {
    writer.write(position.part);
    // By name: a fork's head has the same fields in another order.
    for (const field of Object.entries(position.head).sort(([a], [b]) => (a < b ? -1 : 1))) writer.write(field);
  }
  return writer.finish();
}

const encoder = new TextEncoder();

/** Every part says how long it is or how many follow, so that no two values read the same. */
class PlaceWriter {
  readonly #parts: Uint8Array[] = [];
  /** Objects that were written, by when: a second time their number is enough, and a cycle ends. */
  readonly #known = new Map<object, number>();

  write(value: unknown): void {
    // Not by recursion: metadata may be deep.
    const open = [value];
    while (open.length > 0) open.push(...this.#begin(open.pop()).reverse());
  }

  finish(): Uint8Array<ArrayBuffer> {
    return concatBytes(this.#parts);
  }

  /** Writes what a value is, and answers the parts that follow. */
  #begin(value: unknown): unknown[] {
    if (typeof value === "object" && value !== null) return this.#beginObject(value);
    if (typeof value === "string") this.#text(unitsOf(value));
    else this.#text(`${typeof value} ${Object.is(value, -0) ? "-0" : String(value)};`);
    return [];
  }

  #beginObject(value: object): unknown[] {
    const kind = Object.prototype.toString.call(value);
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      const bytes = ArrayBuffer.isView(value)
        ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        : new Uint8Array(value);
      this.#text(`${kind} ${bytes.length};`);
      this.#parts.push(bytes);
      return [];
    }
    // WebKit's structured clone makes two of a date or expression that is in two places.
    if (!(value instanceof Date || value instanceof RegExp)) {
      const known = this.#known.get(value);
      if (known !== undefined) {
        this.#text(`again ${known};`);
        return [];
      }
      this.#known.set(value, this.#known.size);
    }
    const parts = partsOf(value);
    this.#text(`${kind} ${Array.isArray(value) ? value.length : ""} ${parts.length};`);
    return parts;
  }

  #text(text: string): void {
    this.#parts.push(encoder.encode(text));
  }
}

function partsOf(value: object): unknown[] {
  if (value instanceof Date) return [value.getTime()];
  if (value instanceof RegExp) return [value.source, value.flags];
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  return Object.entries(value).flat();
}

/** A text behind its length. UTF-8 has no lone surrogates: two different ones would be the same bytes. */
function unitsOf(text: string): string {
  if (!/[\ud800-\udfff]/u.test(text)) return `text ${text.length}:${text}`;
  return `units ${text.length}:${Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).join()};`;
}
