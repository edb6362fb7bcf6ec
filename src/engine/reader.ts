import type { Codec, Place } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { capture } from "./capture.ts";
import { bytesOf, isIntact, type Note, type Piece } from "./piece.ts";
import { numbersOf, type Ranges } from "./ranges.ts";
import { Alias, Chunk, Node, weigh, type Anchor, type Kind, type Slot } from "./tree.ts";
import { assemble, containerFor, fillContainer } from "./value.ts";

/** The pieces of a trace by number, as far as they were read. */
export type Pieces = ReadonlyMap<number, Piece>;

/** What a root piece and those that it needs are read with. */
export interface Reading {
  readonly pieces: Pieces;
  readonly codec: Codec;
  /** Where the root stands, and a piece by its number. */
  placeOf(position: "root" | number): Omit<Place, "references">;
}

/** What reading as nodes answers: the root, and what the next save starts from. */
export interface StoredTree {
  readonly root: Slot;
  readonly rootChunk: Chunk;
  readonly hasShared: boolean;
}

/** The value that a root piece and the pieces it needs stand for: new objects throughout. @throws `corrupted`. */
export async function readValue(root: Piece, reading: Reading): Promise<unknown> {
  const reader = new Reader(await decodeAll(root, reading), reading.codec);
  return reader.value(root);
}

/** The same as private copies, each knowing the pieces it is stored in. @throws `corrupted`. */
export async function readTree(root: Piece, reading: Reading): Promise<StoredTree> {
  const reader = new Reader(await decodeAll(root, reading), reading.codec);
  return reader.tree(root);
}

/** What is wrong with stored data. */
export function damaged(message: string, cause?: unknown): CheckpointStoreError {
  return new CheckpointStoreError("corrupted", message, { cause });
}

interface Source {
  readonly pieces: Pieces;
  readonly contents: ReadonlyMap<Piece, unknown>;
}

async function decodeAll(root: Piece, { pieces, codec, placeOf }: Reading): Promise<Source> {
  const contents = new Map<Piece, unknown>();
  const waiting: Promise<void>[] = [];
  const decode = (piece: Piece, position: "root" | number): void => {
    if (!isIntact(piece, position === "root" ? undefined : position))
      throw damaged("a stored piece is not what was written");
    if (piece[1] === null && codec.bindsPlace !== true) return void contents.set(piece, null);
    try {
      const content = codec.decode(piece[1], { ...placeOf(position), references: piece[2] ?? [] });
      if (content instanceof Promise) {
        const decoding = content.then((value) => void contents.set(piece, value));
        // If a later piece fails at once, nobody waits for this one any more.
        decoding.catch(() => undefined);
        waiting.push(decoding);
      } else {
        contents.set(piece, content);
      }
    } catch (error) {
      throw damaged("a stored piece can't be decoded", error);
    }
  };
  decode(root, "root");
  for (const [number, piece] of pieces) decode(piece, number);
  try {
    if (waiting.length > 0) await Promise.all(waiting);
  } catch (error) {
    throw error instanceof CheckpointStoreError ? error : damaged("a stored piece can't be decoded", error);
  }
  return { pieces, contents };
}

/** In bytes: more than a state can be. A use counts as some, since it takes time even where it adds nothing. */
const MAX_COST = 2 ** 31;
const COST_OF_USE = 256;

class Reader {
  readonly #source: Source;
  readonly #codec: Codec;
  readonly #objects = new Map<number, object>();
  readonly #anchors = new Map<number, Anchor>();
  readonly #anchored = new Map<object, Anchor>();
  readonly #aliases: (() => void)[] = [];
  readonly #fills: (() => void)[] = [];
  readonly #carriedOut = new Set<Piece>();
  #cost = 0;
  #asNodes = false;
  #apart: Node[] = [];

  constructor(source: Source, codec: Codec) {
    this.#source = source;
    this.#codec = codec;
  }

  value(root: Piece): unknown {
    const [value] = this.#content(root) as [unknown];
    // Every object is there before the first reference is set, and every reference before a map or set is filled.
    for (const alias of this.#aliases) alias();
    for (const fill of this.#fills) fill();
    return (value as unknown[])[0];
  }

  tree(root: Piece): StoredTree {
    this.#asNodes = true;
    const rootChunk = this.#chunk("array", root, -1);
    return { root: rootChunk.items[0], rootChunk, hasShared: this.#anchors.size > 0 };
  }

  /** A piece's content with its notes carried out: `[value]`, or bytes as they are. */
  #content(piece: Piece): unknown {
    const content = this.#source.contents.get(piece);
    if (content instanceof Uint8Array) return content;
    if (!Array.isArray(content) || content.length < 1) throw damaged("a stored piece has no content");
    const [, notes] = content as [unknown, (readonly Note[])?];
    if (notes !== undefined) {
      if (this.#carriedOut.has(piece)) throw damaged("a stored piece is used in two places");
      this.#carriedOut.add(piece);
      for (const note of notes) this.#carryOut(note, content, piece);
    }
    return content;
  }

  #carryOut([kind, path, anchor, reference, detail]: Note, content: unknown[], piece: Piece): void {
    let holder = content as unknown as Record<string | number, unknown>;
    let step: string | number = 0;
    for (const next of path) {
      holder = holder[step] as Record<string | number, unknown>;
      step = next;
      // Own properties alone: a record made to harm could lead to a prototype that all objects share.
      if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, step)) {
        throw damaged("a stored piece refers to a place it has not");
      }
    }
    const put = (value: unknown): void => void (holder[step] = value);
    if (kind === "alias") {
      if (this.#asNodes) put(new Alias(this.#anchorOf(anchor)));
      else this.#aliases.push(() => put(this.#target(anchor)));
      return;
    }
    let value = holder[step];
    if (reference >= 0) {
      const ranges = piece[2]?.[reference];
      if (ranges === undefined) throw damaged("a stored piece lacks a reference");
      value = this.#asNodes ? this.#node(kind as Kind, ranges, detail) : this.#object(kind as Kind, ranges, detail);
    } else if (kind === "url" || kind === "invalid-date") {
      value = kind === "url" ? new URL(value as string) : new Date(NaN);
    } else if (kind !== "anchor") {
      const raw = value;
      const made = containerFor(kind, { detail });
      this.#fill(() => fillContainer(made, kind, [raw]));
      value = made;
    }
    put(value);
    if (anchor < 0) return;
    if (!this.#asNodes) this.#objects.set(anchor, value as object);
    else if (value instanceof Node) value.anchor = this.#anchorOf(anchor);
    else this.#anchored.set(value as object, this.#anchorOf(anchor));
  }

  #fill(fill: () => void): void {
    if (this.#asNodes) fill();
    else this.#fills.push(fill);
  }

  #target(anchor: number): object {
    const target = this.#objects.get(anchor);
    if (target === undefined) throw damaged("a stored piece refers to an object that is missing");
    return target;
  }

  #anchorOf(number: number): Anchor {
    let anchor = this.#anchors.get(number);
    if (anchor === undefined) this.#anchors.set(number, (anchor = { number }));
    return anchor;
  }

  /** The contents of the pieces in `ranges`, those that gather others looked through. */
  *#leaves(ranges: Ranges, gathering = new Set<number>()): Generator<Piece> {
    for (const number of numbersOf(ranges)) {
      const piece = this.#piece(number);
      if (!this.#gathersOthers(piece)) yield piece;
      else {
        if (gathering.has(number)) throw damaged(`piece ${number} gathers others twice`);
        yield* this.#leaves(piece[2]![0]!, gathering.add(number));
      }
    }
  }

  #gathersOthers(piece: Piece): boolean {
    return this.#source.contents.get(piece) === null;
  }

  #piece(number: number): Piece {
    const piece = this.#source.pieces.get(number);
    if (piece === undefined) throw damaged(`piece ${number} is missing`);
    // Equal texts may be one piece, which is used often. But a few bytes could ask for more than there is memory for.
    this.#cost += COST_OF_USE + bytesOf(piece);
    if (this.#cost > MAX_COST) throw damaged("its pieces make more than a state can be");
    return piece;
  }

  #object(kind: Kind, ranges: Ranges, detail: unknown): unknown {
    const parts: unknown[] = [];
    for (const piece of this.#leaves(ranges)) {
      const content = this.#content(piece);
      parts.push(content instanceof Uint8Array ? content : (content as [unknown])[0]);
    }
    if (kind === "text" || kind === "bytes" || kind === "blob") return assemble(kind, { parts, detail });
    const made = containerFor(kind, { detail });
    // Parts are read at the end, when what they hold is in its place.
    this.#fills.push(() => fillContainer(made, kind, parts));
    return made;
  }

  #node(kind: Kind, ranges: Ranges, detail: unknown): Node {
    const outer = this.#apart;
    const chunks = this.#chunks(kind, ranges);
    this.#apart = outer;
    const leaves = leavesOf(chunks);
    const keys = leaves[0]?.keys === undefined ? undefined : leaves.flatMap((leaf) => leaf.keys!);
    const isContent = kind === "text" || kind === "bytes" || kind === "blob";
    const node = new Node(kind, isContent ? [] : leaves.flatMap((leaf) => leaf.items), keys);
    if (isContent) {
      node.content = assemble(kind === "text" ? "text" : "raw", {
        parts: leaves.map((leaf) => leaf.items[0]),
        detail,
      }) as string;
    }
    node.detail = detail;
    weigh(node);
    node.apart = true;
    node.planned = true;
    node.chunks = chunks;
    this.#apart.push(node);
    return node;
  }

  #chunks(kind: Kind, ranges: Ranges): Chunk[] {
    const chunks: Chunk[] = [];
    for (const number of numbersOf(ranges)) {
      const piece = this.#piece(number);
      let chunk: Chunk;
      if (this.#gathersOthers(piece)) {
        chunk = new Chunk([], undefined, this.#chunks(kind, piece[2]![0]!));
        chunk.piece = number;
        chunk.bytes = bytesOf(piece);
      } else {
        chunk = this.#chunk(kind, piece, number);
      }
      chunks.push(chunk);
    }
    return chunks;
  }

  #chunk(kind: Kind, piece: Piece, number: number): Chunk {
    this.#apart = [];
    // Before the notes are carried out: a codec may hand over the very object that the piece holds.
    const bytes = bytesOf(piece);
    const content = this.#content(piece);
    let chunk: Chunk;
    if (content instanceof Uint8Array) {
      chunk = new Chunk([content as unknown as Slot]);
    } else {
      const [value] = content as [unknown];
      if (kind === "text") chunk = new Chunk([value as string]);
      else {
        const tree = capture(value, { holding: this.#codec, anchors: this.#anchored });
        const root = tree.root as Node;
        plan(root);
        chunk = new Chunk(root.children, root.keys);
      }
    }
    chunk.apart = this.#apart;
    chunk.piece = number;
    chunk.bytes = bytes;
    return chunk;
  }
}

/** Marks what was captured from a stored piece as stored. */
function plan(node: Node): void {
  if (node.planned) return;
  node.planned = true;
  // What is small enough to stand in its parent was stored there, whatever it would weigh today.
  node.apart = false;
  for (const child of node.children) if (child instanceof Node) plan(child);
}

function leavesOf(chunks: readonly Chunk[]): Chunk[] {
  return chunks.flatMap((chunk) => (chunk.members === undefined ? [chunk] : leavesOf(chunk.members)));
}
