import type { Codec, HeadPosition, NotePosition, Place } from "../core/codec.ts";
import { roughBytes } from "../core/rough-bytes.ts";
import type { Snapshot } from "../state/snapshot.ts";
import { contentsOf } from "./binding.ts";
import { checksum } from "./checksum.ts";
import type { Chunk } from "./chunk.ts";
import { ContentBuilder, type Piece } from "./content.ts";
import type { Layout } from "./layout.ts";
import type { Placings } from "./placing.ts";

/** A block is closed at this size. Chromium puts records of more than 64 kB into files of their own. */
const MAX_BLOCK_BYTES = 48 * 1024;

/** Pieces that were encoded together, or a single stretch of bytes; as records hold it. */
export interface EncodedBlock {
  /** Its number in its trace. */
  readonly block: number;
  /** What the codec made of a list of {@link Piece}, or of a single stretch of bytes. */
  readonly payload: unknown;
  /** Which chunk the bytes are, if it holds bytes: the stream, and the number in it. */
  readonly binary?: readonly [stream: number, number: number];
  /** About how many bytes it takes. */
  readonly bytes: number;
  /** Its checksum: see {@link sumOf}. */
  readonly sum: number;
}

/** A state as it is stored: what it adds to its trace, and what it needs. */
export interface Encoded {
  /** What the codec made of the root, which stands in the checkpoint's record. */
  readonly root: unknown;
  /** The new blocks. */
  readonly blocks: readonly EncodedBlock[];
  /** All blocks that it needs, new and old, as ascending runs. */
  readonly needs: readonly number[];
  /** The sum of their checksums. */
  readonly contents: number;
}

/** What the root of a state is bound to, beside what it refers to. */
export type RootPlace = Pick<HeadPosition, "part" | "head"> | Pick<NotePosition, "part" | "note">;

/** What a state is encoded with. */
export type EncodeOptions = RootPlace & {
  readonly codec: Codec;
  readonly store: string;
  /** What was sealed for the head, as it was encoded, or a promise of it; absent where there is no such. */
  readonly sealed?: unknown;
  /** The number of the next block. */
  readonly nextBlock: number;
};

/**
 * Encodes what a state adds to what its trace has stored. Returns a promise only if the codec does, since each await
 * costs every save a turn of the event loop.
 */
export function encodeState(
  layout: Layout,
  snapshot: Snapshot,
  { codec, store, sealed, nextBlock, ...place }: EncodeOptions,
): Encoded | Promise<Encoded> {
  const draft = layout.plan(snapshot);
  const builder = new ContentBuilder({ placings: layout.placings, numberOf: layout.numberOf });
  const groups = groupIntoBlocks(draft.fresh, layout.placings);
  const encoding = groups.map((chunks, i) => encodeBlock(chunks, { codec, store, builder, block: nextBlock + i }));
  const finish = (blocks: readonly EncodedBlock[], sealed: unknown): Encoded | Promise<Encoded> => {
    for (const block of blocks) {
      layout.blocks.add({ ...block, number: block.block, fingerprint: codec.fingerprint?.(block.payload) });
    }
    const { contents, annotations } = builder.contents([draft.root]);
    layout.settle(draft);
    const value = annotations.length === 0 ? contents : [...contents, annotations];
    const { sums } = layout.blocks;
    const position = { ...place, contents: contentsOf(layout.blocks, { codec, sealed }) };
    const root = codec.encode(value, { store, position });
    const encoded = (made: unknown): Encoded => ({ root: made, blocks, needs: layout.blocks.needs(), contents: sums });
    return root instanceof Promise ? root.then(encoded) : encoded(root);
  };
  return sealed instanceof Promise || encoding.some((one) => one instanceof Promise)
    ? Promise.all([sealed, ...encoding]).then(([made, ...blocks]) => finish(blocks as EncodedBlock[], made))
    : finish(encoding as EncodedBlock[], sealed);
}

/** Groups chunks by the block that they go into. Bytes go into a block of their own. */
function groupIntoBlocks(fresh: readonly Chunk[], placings: Placings): Chunk[][] {
  const groups: Chunk[][] = [];
  let open: Chunk[] | undefined;
  let bytes = 0;
  for (const chunk of fresh) {
    const weight = weigh(chunk, placings);
    chunk.bytes = weight;
    if (chunk.content instanceof Uint8Array) {
      groups.push([chunk]);
      continue;
    }
    if (open === undefined || bytes + weight > MAX_BLOCK_BYTES) {
      open = [];
      bytes = 0;
      groups.push(open);
    }
    open.push(chunk);
    bytes += weight;
  }
  return groups;
}

/** Estimates how many bytes a chunk will take, before it is encoded. */
function weigh({ content, members, items, keys }: Chunk, placings: Placings): number {
  if (content !== undefined) return content.length + 1;
  if (members !== undefined) return members.length * 8;
  let weight = 8;
  for (const item of items) weight += placings.weightOf(item);
  for (const key of keys ?? []) weight += key.length + 4;
  return weight;
}

function encodeBlock(
  chunks: readonly Chunk[],
  { codec, store, builder, block }: { codec: Codec; store: string; builder: ContentBuilder; block: number },
): EncodedBlock | Promise<EncodedBlock> {
  const [first] = chunks as readonly [Chunk];
  const isBinary = first.content instanceof Uint8Array;
  const binary = isBinary ? ([first.stream!.id, first.number] as const) : undefined;
  const value = isBinary ? first.content : piecesOf(chunks, builder);
  const place: Place = { store, position: binary === undefined ? { part: "pieces" } : { part: "bytes", binary } };
  const sealed = (payload: unknown): EncodedBlock => {
    const bytes = bytesOf(payload);
    const weight = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
    for (const chunk of chunks) {
      chunk.block = block;
      chunk.bytes *= bytes / Math.max(1, weight);
    }
    const sum = sumOf({ block, payload, ...(binary && { binary }) });
    return { block, payload, ...(binary !== undefined && { binary }), bytes, sum };
  };
  const payload = codec.encode(value, place);
  return payload instanceof Promise ? payload.then(sealed) : sealed(payload);
}

function piecesOf(chunks: readonly Chunk[], builder: ContentBuilder): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < chunks.length;) {
    let to = from + 1;
    while (to < chunks.length && isNext(chunks[to]!, chunks[to - 1]!)) to += 1;
    pieces.push(builder.piece(chunks.slice(from, to)));
    from = to;
  }
  return pieces;
}

function isNext(chunk: Chunk, before: Chunk): boolean {
  return chunk.stream === before.stream && chunk.number === before.number + 1;
}

/** Returns the checksum of a block: of its number, what it holds, and which chunk its bytes are. */
export function sumOf({ block, payload, binary }: Pick<EncodedBlock, "block" | "payload" | "binary">): number {
  return checksum(binary === undefined ? [block, payload] : [block, payload, ...binary]);
}

/** Estimates how many bytes a payload takes. */
export function bytesOf(payload: unknown): number {
  if (typeof payload === "string" || payload instanceof Uint8Array) return payload.length + 16;
  return roughBytes(payload) + 16;
}
