import { pickHead, type CheckpointId, type StoredHead, type TraceId } from "../core/checkpoint.ts";
import type { KeyRange, ReadTransaction } from "../core/backend.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { roughBytes } from "../core/rough-bytes.ts";
import { checksum } from "./checksum.ts";
import type { Piece } from "./piece.ts";

/** A piece by its number, and what it takes. */
export type StoredSize = readonly [piece: number, bytes: number];

/** A page that is not added to any more. */
export interface Volume {
  readonly first: number;
  /** Of the pieces in use. */
  readonly bytes: number;
  /** Pieces that nothing needs any more. They go when they have become many, or with the next fold. */
  readonly unused: readonly number[];
  readonly unusedBytes: number;
}

/** Where a trace's pieces lie: in volumes, and from `tailFirst` on in a small page for each save. */
export interface Layout {
  readonly volumes: readonly Volume[];
  readonly tailFirst: number;
  readonly tailBytes: number;
}

/** A trace without pieces. */
export const EMPTY_LAYOUT: Layout = { volumes: [], tailFirst: 0, tailBytes: 0 };

/** A head as records hold it. Its metadata stands in the open, or is encoded. */
export interface RecordHead extends StoredHead {
  readonly sealed?: SealedMetadata;
  /** Of a fork's first checkpoint. */
  readonly origin?: Origin;
}

/** Metadata that a codec has encoded. */
export interface SealedMetadata {
  readonly codec: string;
  /** Its own. */
  readonly lineage: number;
  readonly root: Piece;
  readonly pieces: readonly (readonly [number: number, piece: Piece])[];
}

/** Where a fork's first checkpoint was encoded: what it is bound to by a codec that does that. */
export interface Origin {
  readonly lineage: number;
  readonly traceId: TraceId;
  readonly id: CheckpointId;
  readonly parentId?: CheckpointId;
  readonly seq: number;
  readonly timestamp: number;
}

/**
 * Numbers that tell a trace from all others, each for the pieces from `first` on: a fork keeps those of its origin for
 * the pieces that it copied.
 */
export type Lineages = readonly (readonly [first: number, lineage: number])[];

/** The lineage of a piece. */
export function lineageOf(lineages: Lineages, piece: number): number {
  let found = lineages[0]![1];
  for (const [first, lineage] of lineages) if (first <= piece) found = lineage;
  return found;
}

/** The lineage of what a trace writes now. */
export function currentLineage(lineages: Lineages): number {
  return lineages[lineages.length - 1]![1];
}

/** What the store knows of a trace as a whole; written with every change of the trace. */
export interface TraceRecord {
  readonly traceId: TraceId;
  /** New with every write: a plan made against another token is void. */
  readonly token: number;
  /** Grows by one with every write. */
  readonly version: number;
  /** The last position given out; never given out again, even if that checkpoint is deleted. */
  readonly seq: number;
  /** The last timestamp given out. */
  readonly timestamp: number;
  /** When it was last saved to, by {@link SaveClock}: the order among traces. */
  readonly savedAt: number;
  /** The number of the next piece; never given out again either. */
  readonly nextPiece: number;
  readonly lineages: Lineages;
  /** Where its pieces lie. */
  readonly layout: Layout;
  readonly checkpoints: number;
  /** Positions of the pinned checkpoints, in order. */
  readonly pinned: readonly number[];
  /** Retention has been here: up to this position, none but pinned checkpoints are left. */
  readonly sweptTo: number;
  /** Of all its records and pieces. */
  readonly bytes: number;
  /** What its checkpoints would take, had each its whole state. */
  readonly stateBytes: number;
  /** Of the latest checkpoint; see there. */
  readonly recordBytesUpTo: number;
  readonly stateBytesUpTo: number;
  readonly latest: RecordHead;
}

/** A checkpoint as it is stored. */
export interface CheckpointRecord extends RecordHead {
  /** The name of the codec that encoded the root and the pieces. */
  readonly codec: string;
  readonly root: Piece;
  readonly lineages: Lineages;
  /** The trace's next piece after this save: pieces from there on are younger. */
  readonly nextPiece: number;
  /** Bytes of this record itself, and of its like: all records of the trace up to this one, those deleted included. */
  readonly recordBytes: number;
  readonly recordBytesUpTo: number;
  /** The same for whole states. */
  readonly stateBytesUpTo: number;
}

/** Consecutive pieces of a trace. `null` where a number was given to no piece, or the piece is gone. */
export interface PageRecord {
  readonly traceId: TraceId;
  /** Number of the first piece. */
  readonly first: number;
  readonly pieces: readonly (Piece | null)[];
}

/**
 * What the checkpoint at `seq` no longer needs of what the one before it did, and what was removed between the two.
 * There is no such record where both is nothing.
 *
 * A piece is in use from the save that wrote it to the save that drops it, without a gap. So whoever removes
 * checkpoints learns from these lists alone which pieces go with them.
 */
export interface DropRecord {
  readonly traceId: TraceId;
  readonly seq: number;
  readonly dropped: readonly StoredSize[];
  readonly removedRecordBytes: number;
  readonly removedStateBytes: number;
}

/** What is left of numbered pieces once some are gone. */
export function without<P extends { readonly number: number }>(
  pieces: readonly P[],
  gone: readonly StoredSize[],
): readonly P[] {
  if (gone.length === 0) return pieces;
  const numbers = new Set(gone.map(([piece]) => piece));
  return pieces.filter(({ number }) => !numbers.has(number));
}

/** Whose trace it is; written by whoever takes it over, so that the owner before finds out. */
export interface OwnerRecord {
  readonly traceId: TraceId;
  readonly owner: string;
}

/** All keys of a trace, or those with a whole number in a range, both ends included. */
export function rangeOf(traceId: TraceId, from = -Infinity, to = Infinity): KeyRange {
  return { lower: from === -Infinity ? [traceId] : [traceId, from], upper: [traceId, to + 1], upperOpen: true };
}

/** The one key of a trace where a collection has one for each. */
export function keyOf(traceId: TraceId): KeyRange {
  return { lower: [traceId], upper: [traceId] };
}

/** A record with its checksum. */
export function seal<R extends object>(record: R): R & { readonly sum: number } {
  return { ...record, sum: sumOf(record) };
}

/** Whether a record is what was stored. */
export function isIntactRecord(record: object): boolean {
  return (record as { sum?: unknown }).sum === sumOf(record);
}

function sumOf(record: object): number {
  const { sum: _, root, ...rest } = record as { sum?: unknown; root?: Piece };
  // A piece has a checksum of its own.
  return checksum([rest, Array.isArray(root) ? root[0] : root]);
}

/** The record of a trace. @throws `corrupted`. */
export async function readTrace(transaction: ReadTransaction, traceId: TraceId): Promise<TraceRecord | undefined> {
  const trace = await transaction.get<TraceRecord>("traces", [traceId]);
  if (trace === undefined || isIntactRecord(trace)) return trace;
  const message = `the record of trace ${traceId} is damaged: its checkpoints can be read and forked, but it can't be changed`;
  throw new CheckpointStoreError("corrupted", message, { traceId });
}

/** About how much a head takes, in bytes. */
export function headBytes(head: object): number {
  return 96 + roughBytes(head);
}

/** The head in a record. */
export function headOf(record: CheckpointRecord): RecordHead {
  const { traceId, seq, timestamp, bytes, stateBytes, sealed, origin } = record;
  return {
    ...(!isIntactRecord(record) && { isDamaged: true }),
    ...pickHead(record),
    traceId,
    seq,
    timestamp,
    bytes,
    stateBytes,
    ...(sealed !== undefined && { sealed }),
    ...(origin !== undefined && { origin }),
  };
}

/** The ids in the keys of checkpoint records. */
export function idsOf(keys: readonly (readonly (string | number)[])[]): CheckpointId[] {
  return keys.map((key) => key[2] as CheckpointId);
}
