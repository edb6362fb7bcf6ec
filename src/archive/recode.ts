import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import type { Codec, Place, PlacedHead } from "../core/codec.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { capture } from "../engine/capture.ts";
import { placedHead } from "../engine/heads.ts";
import { encodePiece, type Piece } from "../engine/piece.ts";
import { placesIn } from "../engine/reading.ts";
import type { CheckpointRecord } from "../engine/records.ts";

/** The position of a piece: `root` for the one in a checkpoint's record, a number for others. */
export type Position = "root" | number;

/** A store or an archive: its codec, and the places of its values. */
export interface Side {
  readonly codec: Codec;
  placeOf(position: Position): Omit<Place, "references">;
}

/** Returns the side of a store, for one checkpoint. */
export function storeSide(
  { codec, store }: { codec: Codec; store: string },
  record: PlacedHead & Pick<CheckpointRecord, "lineages" | "origin">,
): Side {
  return { codec, placeOf: placesIn(record, store) };
}

/** The name and lineages that stand in the places of an archive. Encoded metadata has a lineage of its own. */
export const ARCHIVE = "archive";
export const ARCHIVE_LINEAGE = { state: 0, metadata: 1 } as const;

/**
 * Returns the side of an archive, for one checkpoint. The head in its places has no metadata, which stands beside it.
 */
export function archiveSide(codec: Codec, head: PlacedHead, lineage: number = ARCHIVE_LINEAGE.state): Side {
  const { metadata: _, metadataLineage: __, ...bound } = placedHead(head);
  return {
    codec,
    placeOf: (position) => ({
      store: ARCHIVE,
      lineage,
      position: position === "root" ? { part: "state", head: bound } : position,
    }),
  };
}

/** Tells whether one codec's encoded values are those of the other, so that they can be copied as they are. */
export function isSameCode(from: Codec, to: Codec): boolean {
  return from.name === to.name && from.bindsPlace !== true && to.bindsPlace !== true;
}

/** The checkpoint that an error is about. */
export interface About {
  readonly traceId: TraceId;
  readonly checkpointId: CheckpointId;
}

/**
 * Returns a piece as the codec of the other side encodes it.
 *
 * @throws `serialization` for a value that this codec can't hold, and what decoding throws.
 */
export async function recode(
  piece: Piece,
  { from, to, position, about }: { from: Side; to: Side; position: Position; about: About },
): Promise<Piece> {
  if (isSameCode(from.codec, to.codec)) return piece;
  const references = piece[2] ?? [];
  const value = await contentOf(piece, from, position);
  try {
    if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
      // Without this, a codec would flatten an instance of a class that it was not told of.
      capture(value, { holding: to.codec, name: position === "root" ? "its root" : `piece ${position}`, about });
    }
    return await encodePiece({ value, references }, { codec: to.codec, place: to.placeOf(position) });
  } catch (error) {
    if (isCheckpointStoreError(error)) throw error;
    throw new CheckpointStoreError(
      "serialization",
      `codec ${to.codec.name} can't hold a part of checkpoint ${about.checkpointId}`,
      { ...about, cause: error },
    );
  }
}

/** Decodes the content of a piece. */
export async function contentOf(piece: Piece, { codec, placeOf }: Side, position: Position): Promise<unknown> {
  if (piece[1] === null && codec.bindsPlace !== true) return null;
  return await codec.decode(piece[1], { ...placeOf(position), references: piece[2] ?? [] });
}

/** Returns the error for a stored checkpoint that is damaged. */
export function damagedCheckpoint({ id, traceId }: CheckpointRecord, cause: unknown): CheckpointStoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CheckpointStoreError("corrupted", `checkpoint ${id} is damaged: ${reason}`, {
    traceId,
    checkpointId: id,
    cause,
  });
}
