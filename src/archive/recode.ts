import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import type { Codec, Place, PlacedHead } from "../core/codec.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { capture } from "../engine/capture.ts";
import { placedHead } from "../engine/heads.ts";
import { encodePiece, type Piece } from "../engine/piece.ts";
import { placesIn } from "../engine/reading.ts";
import type { CheckpointRecord } from "../engine/records.ts";

/** Where a piece stands: that of a checkpoint's record, or another by its number. */
export type Position = "root" | number;

/** A codec, and the places of what it encodes. */
export interface Side {
  readonly codec: Codec;
  placeOf(position: Position): Omit<Place, "references">;
}

/** A checkpoint's record and pieces in a store. */
export function storeSide(
  { codec, store }: { codec: Codec; store: string },
  record: PlacedHead & Pick<CheckpointRecord, "lineages" | "origin">,
): Side {
  return { codec, placeOf: placesIn(record, store) };
}

/** What an archive's own codec takes for the store's name; metadata that is encoded has a lineage of its own. */
export const ARCHIVE = "archive";
export const ARCHIVE_LINEAGE = { state: 0, metadata: 1 } as const;

/** The same in an archive. Metadata is left out of the head: it stands beside what is encoded. */
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

/** Whether what one side encoded is good for the other as it is. */
export function isSameCode(from: Codec, to: Codec): boolean {
  return from.name === to.name && from.bindsPlace !== true && to.bindsPlace !== true;
}

/** What a failure is about. */
export interface About {
  readonly traceId: TraceId;
  readonly checkpointId: CheckpointId;
}

/**
 * A piece as the other side's codec encodes it.
 *
 * @throws `serialization` for a value that this codec would not give back; what decoding fails with.
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
      // A codec takes a class that it was not told of for a plain object.
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

/** What a piece holds, decoded. */
export async function contentOf(piece: Piece, { codec, placeOf }: Side, position: Position): Promise<unknown> {
  if (piece[1] === null && codec.bindsPlace !== true) return null;
  return await codec.decode(piece[1], { ...placeOf(position), references: piece[2] ?? [] });
}

/** Why a stored checkpoint can't be exported, or compared with. */
export function damagedCheckpoint({ id, traceId }: CheckpointRecord, cause: unknown): CheckpointStoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CheckpointStoreError("corrupted", `checkpoint ${id} is damaged: ${reason}`, {
    traceId,
    checkpointId: id,
    cause,
  });
}
