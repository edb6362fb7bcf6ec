import { concatBytes } from "../../core/bytes.ts";
import type { Place } from "../../core/codec.ts";

/** Returns a place and a codec's name as bytes, which differ whenever any part differs. Encryption is bound to them. */
export function bytesOfPlace(codec: string, { store, position }: Place): Uint8Array<ArrayBuffer> {
  const writer = new PlaceWriter();
  for (const value of [codec, store, position.part]) writer.write(value);
  if (position.part === "bytes") writer.write(position.binary);
  if (position.part === "note") writer.write(position.note);
  if ("contents" in position) writer.write(position.contents);
  if ("head" in position) {
    // By name: a fork's head has the same fields in another order.
    for (const field of Object.entries(position.head).sort(([a], [b]) => (a < b ? -1 : 1))) writer.write(field);
  }
  return writer.finish();
}

const encoder = new TextEncoder();

/**
 * Writes values as bytes. Each part is preceded by its length or count, so that different values give different bytes.
 */
class PlaceWriter {
  readonly #parts: Uint8Array[] = [];
  /**
   * Objects already written, with their number. That number is written instead the second time, which also ends cycles.
   */
  readonly #known = new Map<object, number>();

  write(value: unknown): void {
    // Without recursion, since metadata may be deep.
    const open = [value];
    while (open.length > 0) open.push(...this.#begin(open.pop()).reverse());
  }

  finish(): Uint8Array<ArrayBuffer> {
    return concatBytes(this.#parts);
  }

  /** Writes the kind of a value, and returns the parts that must be written next. */
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
    // Not noted as known: WebKit's structured clone turns one date or expression in two places into two.
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

/**
 * Returns a text with its length in front. Lone surrogates are written as numbers, since UTF-8 makes all of them alike.
 */
function unitsOf(text: string): string {
  if (!/[\ud800-\udfff]/u.test(text)) return `text ${text.length}:${text}`;
  return `units ${text.length}:${Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).join()};`;
}
