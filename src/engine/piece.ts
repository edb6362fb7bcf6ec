import type { Codec, Place } from "../core/codec.ts";
import { roughBytes } from "../core/rough-bytes.ts";
import { checksum } from "./checksum.ts";
import { toRanges, type Ranges } from "./ranges.ts";
import { Alias, Atom, type Chunk, type Kind, type Slot } from "./tree.ts";

/**
 * A piece as a page holds it: a checksum of the rest and of its number, so that it is not taken for another; what the codec made of the content, or `null` for a piece that
 * does nothing but gather others (unless the codec binds its place); for each reference in the content, the numbers of
 * the pieces referred to.
 */
export type Piece = readonly [sum: number, payload: unknown, references?: readonly Ranges[]];

/**
 * What JSON-like content can't say, and where: stored beside the content, inside the payload. Children come before
 * what holds them. `reference` is an index into the piece's references; `anchor` is -1 where there is none.
 */
export type Note = readonly [
  kind: Kind | "anchor" | "alias" | "entries" | "url" | "invalid-date",
  path: readonly (string | number)[],
  anchor: number,
  reference: number,
  detail?: unknown,
];

/** Keys under which `JSON` or a codec would reach into a prototype. */
const UNSAFE_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/** The payload's content for a chunk of a node of this kind, and what it refers to. */
export interface Content {
  readonly value: unknown;
  readonly references: readonly Ranges[];
}

/** Builds the content of one piece from private copies, afresh, so that a codec may keep what it is given. */
export class ContentBuilder {
  readonly #notes: Note[] = [];
  readonly #references: Ranges[] = [];
  readonly #path: (string | number)[] = [];
  readonly #numberOf: (anchor: { number: number }) => number;

  /** @param numberOf - Answers an anchor's number, giving it one if it has none. */
  constructor(numberOf: (anchor: { number: number }) => number) {
    this.#numberOf = numberOf;
  }

  build(kind: Kind, chunk: Chunk): Content {
    if (chunk.members !== undefined) return { value: null, references: [rangesOf(chunk.members)] };
    if (kind === "bytes" || kind === "blob") return { value: chunk.items[0], references: [] };
    const value =
      kind === "record" || kind === "dict" || kind === "error"
        ? this.#record(chunk.keys!, chunk.items)
        : kind === "text"
          ? chunk.items[0]
          : this.#list(chunk.items);
    return { value: this.#notes.length === 0 ? [value] : [value, this.#notes], references: this.#references };
  }

  #plain(slot: Slot): unknown {
    if (typeof slot !== "object" || slot === null) return slot;
    if (slot instanceof Atom) return this.#atom(slot);
    if (slot instanceof Alias) return this.#note("alias", this.#numberOf(slot.anchor));
    const anchor = slot.anchor === undefined ? -1 : this.#numberOf(slot.anchor);
    if (slot.apart) {
      this.#references.push(rangesOf(slot.chunks!));
      return this.#note(slot.kind, anchor, this.#references.length - 1, slot.detail);
    }
    switch (slot.kind) {
      case "text":
        return slot.content;
      case "record": {
        const value = this.#record(slot.keys!, slot.children);
        if (anchor >= 0) this.#note("anchor", anchor);
        return value;
      }
      case "array": {
        const value = this.#list(slot.children);
        if (anchor >= 0) this.#note("anchor", anchor);
        return value;
      }
      case "dict":
      case "error": {
        const value = this.#record(slot.keys!, slot.children);
        this.#note(slot.kind, anchor, -1, slot.detail);
        return value;
      }
      default: {
        const value = this.#list(slot.children);
        this.#note(slot.kind, anchor, -1, slot.detail);
        return value;
      }
    }
  }

  /** What JSON or structured clone can't hold is noted, so that no codec has to care. */
  #atom({ key, value, anchor }: Atom): unknown {
    const number = anchor === undefined ? -1 : this.#numberOf(anchor);
    if (value instanceof URL) this.#note("url", number);
    else if (Number.isNaN(key)) return this.#note("invalid-date", number);
    else if (anchor !== undefined) this.#note("anchor", number);
    return value instanceof URL ? key : value;
  }

  #record(keys: readonly string[], children: readonly Slot[]): unknown {
    if (keys.some((key) => UNSAFE_KEYS.has(key))) {
      const entries = this.#list(keys.flatMap((key, i): Slot[] => [key, children[i]]));
      this.#note("entries", -1);
      return entries;
    }
    const value: Record<string, unknown> = {};
    for (let i = 0; i < keys.length; i += 1) {
      this.#path.push(keys[i]!);
      value[keys[i]!] = this.#plain(children[i]);
      this.#path.pop();
    }
    return value;
  }

  #list(items: readonly Slot[]): unknown[] {
    const list: unknown[] = [];
    for (let i = 0; i < items.length; i += 1) {
      this.#path.push(i);
      list.push(this.#plain(items[i]));
      this.#path.pop();
    }
    return list;
  }

  #note(kind: Note[0], anchor: number, reference = -1, detail?: unknown): null {
    this.#notes.push(
      detail === undefined
        ? [kind, [...this.#path], anchor, reference]
        : [kind, [...this.#path], anchor, reference, detail],
    );
    return null;
  }
}

/** Encodes content into a piece. A promise only where the codec needs one. */
export function encodePiece(
  { value, references }: Content,
  { codec, place }: { codec: Codec; place: Omit<Place, "references"> },
): Piece | Promise<Piece> {
  const payload = value === null && codec.bindsPlace !== true ? null : codec.encode(value, { ...place, references });
  const number = typeof place.position === "number" ? place.position : NO_NUMBER;
  const sealed = (encoded: unknown): Piece => {
    const sum = sumOf(encoded, references, number);
    return references.length === 0 ? [sum, encoded] : [sum, encoded, references];
  };
  return payload instanceof Promise ? payload.then(sealed) : sealed(payload);
}

/** What stands in a checkpoint's record is no piece of its trace. */
const NO_NUMBER = -1;

/** Whether a piece is what was stored under this number; none is given for what stands in a checkpoint's record. */
export function isIntact(piece: Piece, number = NO_NUMBER): boolean {
  if (!Array.isArray(piece)) return false;
  const [sum, payload, references = []] = piece;
  return Array.isArray(references) && sum === sumOf(payload, references, number);
}

function sumOf(payload: unknown, references: readonly Ranges[], number: number): number {
  return checksum([checksum(payload), number, ...references]);
}

/** About how much a piece takes, in bytes. */
export function bytesOf([, payload, references]: Piece): number {
  let bytes = 16;
  if (typeof payload === "string" || payload instanceof Uint8Array) bytes += payload.length;
  else if (payload !== null) bytes += roughBytes(payload);
  if (references !== undefined) for (const ranges of references) bytes += ranges.length * 4 + 4;
  return bytes;
}

function rangesOf(chunks: readonly Chunk[]): number[] {
  return toRanges(chunks.map((chunk) => chunk.piece));
}
