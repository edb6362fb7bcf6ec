import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import type { Codec, Place } from "../core/codec.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { placedHead, type PreparedHead } from "../log/heads.ts";
import { contentsOf } from "../pieces/binding.ts";
import { Codecs } from "../pieces/codecs.ts";
import type { BroughtBlock, NeededBlocks } from "./needed-blocks.ts";
import { bytesOf, sumOf, type EncodedBlock } from "../pieces/encode.ts";

/** The number of a block, and where its bytes belong, if they are bytes. */
export type BlockName = Pick<EncodedBlock, "block" | "binary">;

/** A store or an archive: its codec, and the places of what it holds. */
export interface Side {
  readonly codec: Codec;
  placeOfBlock(name: BlockName): Place;
  placeOfRoot(head: PreparedHead, needed: NeededBlocks): Place;
}

/** The checkpoint that an error is about. */
export interface About {
  readonly traceId: TraceId;
  readonly checkpointId?: CheckpointId;
}

/** What codecs are told as the name of the store, for what stands in an archive. */
export const ARCHIVE = "archive";

export function storeSide(codec: Codec, store: string): Side {
  return {
    codec,
    placeOfBlock: (name) => ({ store, position: positionOf(name) }),
    placeOfRoot: (head, needed) => ({ store, position: positionOfRoot(codec, head, needed) }),
  };
}

/**
 * The side of an archive, for one trace. A block belongs to its trace and has its number there; what stands with a
 * checkpoint belongs to the very blocks that it needs, and to its metadata.
 */
export function archiveSide(codec: Codec, traceId: TraceId): Side {
  return {
    codec,
    placeOfBlock: (name) => ({
      store: `${ARCHIVE} ${JSON.stringify([traceId, name.block])}`,
      position: positionOf(name),
    }),
    placeOfRoot: (head, needed) => ({ store: ARCHIVE, position: positionOfRoot(codec, head, needed) }),
  };
}

/** What stands with a checkpoint is bound to the very blocks that it needs, and to what is sealed for its head. */
function positionOfRoot(codec: Codec, head: PreparedHead, needed: NeededBlocks): Place["position"] {
  const contents = contentsOf(needed, { codec, sealed: head.sealed?.root });
  return { part: "state", head: placedHead(head), contents };
}

/** Blocks as a side's codec has encoded them, with what is to be known of them. */
export function broughtBlocks(blocks: readonly EncodedBlock[], { codec }: Side): BroughtBlock[] {
  return blocks.map(({ block, sum, payload }) => ({ block, sum, fingerprint: codec.fingerprint?.(payload) }));
}

/** What encodes the metadata of an archive. */
export function archiveSealing(codec: Codec): { readonly codec: Codec; readonly store: string } {
  return { codec: { ...codec, encodesMetadata: true }, store: ARCHIVE };
}

/** What reads it. */
export function archiveCodecs(codec: Codec): Codecs {
  return new Codecs([codec], { store: ARCHIVE });
}

function positionOf({ binary }: BlockName): Place["position"] {
  return binary === undefined ? { part: "pieces" } : { part: "bytes", binary };
}

/** A block as a side's codec makes it. @throws `serialization`. */
export async function encodeBlock(
  { codec, placeOfBlock }: Side,
  { block, binary, value }: BlockName & { readonly value: unknown },
  about: About,
): Promise<EncodedBlock> {
  const name = { block, ...(binary !== undefined && { binary }) };
  const payload = await encodeContent(value, { codec, place: placeOfBlock(name), about });
  return { ...name, payload, bytes: bytesOf(payload), sum: sumOf({ ...name, payload }) };
}

/** What a codec makes of a content. @throws `serialization`. */
export async function encodeContent(
  value: unknown,
  { codec, place, about }: { readonly codec: Codec; readonly place: Place; readonly about: About },
): Promise<unknown> {
  try {
    return await codec.encode(value, place);
  } catch (cause) {
    if (isCheckpointStoreError(cause)) throw cause;
    const message = `codec ${codec.name} can't hold a part of trace ${about.traceId}`;
    throw new CheckpointStoreError("serialization", message, { ...about, cause });
  }
}
