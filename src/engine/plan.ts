import type { Codec, Place, PlacedHead } from "../core/codec.ts";
import type { Tree } from "./capture.ts";
import { packNode } from "./pack.ts";
import { bytesOf, ContentBuilder, encodePiece, type Piece } from "./piece.ts";
import type { StoredSize } from "./records.ts";
import { Chunk, Node, type Kind, type Slot } from "./tree.ts";

/**
 * A part that weighs more is stored apart where what surrounds it is written again: at once in the root, which every
 * save writes; elsewhere once it has proven the stabler one.
 */
const STABLE_BYTES = 512;

/** What a save has to write. */
export interface Plan {
  /** The piece that the checkpoint's record holds itself. */
  readonly root: Piece;
  readonly rootChunk: Chunk;
  readonly pieces: readonly NumberedPiece[];
  /** Pieces that the save before used and this one does not. */
  readonly dropped: readonly StoredSize[];
  readonly nextPiece: number;
}

export interface NumberedPiece {
  readonly number: number;
  readonly piece: Piece;
  readonly bytes: number;
}

/** What a plan starts from. */
export interface PlanOptions {
  /** What the save before stored; `undefined` where nothing of it can be shared. */
  readonly base: Chunk | undefined;
  /** In that case, the pieces that it used. */
  readonly foreign: readonly StoredSize[];
  readonly nextPiece: number;
  readonly codec: Codec;
  readonly store: string;
  readonly lineage: number;
  readonly head: PlacedHead;
  /** What of the checkpoint it is; its state unless told otherwise. */
  readonly part?: "state" | "metadata";
}

let lastMark = 0;

/**
 * Works out which pieces store `tree`, given that those of `base` are stored.
 *
 * It numbers the tree's new chunks: if the plan isn't carried out, the tree is of no further use.
 */
export async function planSave(
  tree: Tree,
  { base, foreign, nextPiece, codec, store, lineage, head, part = "state" }: PlanOptions,
): Promise<Plan> {
  let next = nextPiece;
  const rootChunk = new Chunk([tree.root]);
  const fresh: { chunk: Chunk; kind: Kind }[] = [];
  layOut(rootChunk, (chunk, kind) => {
    chunk.piece = next;
    next += 1;
    fresh.push({ chunk, kind });
  });

  const numberOf = (anchor: { number: number }): number => {
    if (anchor.number < 0) {
      anchor.number = next;
      next += 1;
    }
    return anchor.number;
  };
  const encode = (chunk: Chunk, kind: Kind, position: Place["position"]): Piece | Promise<Piece> =>
    encodePiece(new ContentBuilder(numberOf).build(kind, chunk), { codec, place: { store, lineage, position } });
  // Without an await where the codec needs none: each would cost every save a turn of the event loop.
  const encoding = fresh.map(({ chunk, kind }) => encode(chunk, kind, chunk.piece));
  const encoded = encoding.some(isPromise) ? await Promise.all(encoding) : (encoding as Piece[]);
  const encodingRoot = encode(rootChunk, "array", { part, head });
  const root = isPromise(encodingRoot) ? await encodingRoot : encodingRoot;
  const pieces = fresh.map(({ chunk }, i): NumberedPiece => {
    const piece = encoded[i]!;
    chunk.bytes = bytesOf(piece);
    return { number: chunk.piece, piece, bytes: chunk.bytes };
  });
  const dropped = base === undefined ? foreign : findDropped(base, rootChunk);
  return { root, rootChunk, pieces, dropped, nextPiece: next };
}

/** Cuts every new node that is stored apart into chunks and hands each new chunk to `number`. */
function layOut(rootChunk: Chunk, number: (chunk: Chunk, kind: Kind) => void): void {
  const open: Node[] = [];
  const enter = (items: readonly Slot[], apart: Node[], within: "root" | "rewritten" | "kept"): void => {
    for (const item of items) {
      if (!(item instanceof Node)) continue;
      if (
        !item.apart &&
        item.weight > STABLE_BYTES &&
        (within === "root" || (within === "rewritten" && item.planned))
      ) {
        item.apart = true;
      }
      if (item.apart) {
        apart.push(item);
        if (!isStored(item.chunks)) open.push(item);
      } else if (item.planned) {
        enter(item.children, apart, within === "root" ? "root" : "kept");
      } else {
        item.planned = true;
        item.base = undefined;
        enter(item.children, apart, within);
      }
    }
  };

  const enterChunk = (chunk: Chunk): void => {
    const apart: Node[] = [];
    enter(chunk.items, apart, chunk === rootChunk ? "root" : "rewritten");
    chunk.apart = apart;
  };
  enterChunk(rootChunk);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isStored(node.chunks)) continue;
    node.chunks = packNode(node);
    node.planned = true;
    // Kept, it would hold on to the node that it replaced, and so on to the first.
    node.base = undefined;
    const fresh: Chunk[] = [];
    collectFresh(node.chunks, fresh);
    // All of a node's chunks are numbered in a row, so that few ranges name them.
    for (const chunk of fresh) number(chunk, node.kind);
    for (const chunk of fresh) if (chunk.members === undefined) enterChunk(chunk);
  }
}

function collectFresh(chunks: readonly Chunk[], fresh: Chunk[]): void {
  for (const chunk of chunks) if (chunk.members !== undefined && !chunk.isStored) collectFresh(chunk.members, fresh);
  for (const chunk of chunks) if (!chunk.isStored) fresh.push(chunk);
}

function isStored(chunks: readonly Chunk[] | undefined): boolean {
  return chunks !== undefined && chunks.every((chunk) => chunk.isStored);
}

function findDropped(base: Chunk, root: Chunk): StoredSize[] {
  const mark = ++lastMark;
  eachChunk(root, (chunk) => {
    if (chunk.mark === mark) return false;
    chunk.mark = mark;
    return true;
  });
  const dropped: StoredSize[] = [];
  eachChunk(base, (chunk) => {
    if (chunk.mark === mark) return false;
    chunk.mark = mark;
    if (chunk !== base) {
      dropped.push([chunk.piece, chunk.bytes]);
      chunk.piece = -1;
    }
    return true;
  });
  return dropped;
}

/** Visits a chunk and all below it, as far as `visit` says so. */
function eachChunk(root: Chunk, visit: (chunk: Chunk) => boolean): void {
  const open: Chunk[] = [root];
  for (let chunk = open.pop(); chunk !== undefined; chunk = open.pop()) {
    if (!visit(chunk)) continue;
    if (chunk.members !== undefined) open.push(...chunk.members);
    for (const node of chunk.apart) open.push(...node.chunks!);
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}
