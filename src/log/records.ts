/**
 * The room `log` holds the records of traces: what is in them, how they are found, and which are sound.
 *
 * - This file has their types, keys and checksums.
 * - `trace-record.ts` is the one place that makes a trace's record; `checkpoints.ts`, `stored-blocks.ts`, `notes.ts`,
 *   `owners.ts` and `summaries.ts` read and write the others; `heads.ts` puts metadata into records and takes it out.
 *
 * It is the only room that knows collections and keys. It does not know when and why something is read or written: see
 * `verbs`. ARCHITECTURE.md has an example of each record.
 */
import type { KeyRange } from "../core/backend.ts";
import { pickHead, type CheckpointId, type StoredHead, type TraceId } from "../core/checkpoint.ts";
import { roughBytes } from "../core/rough-bytes.ts";
import { withTightBytes } from "../core/tight-bytes.ts";
import { checksum } from "../pieces/checksum.ts";
import { bytesOf, type EncodedBlock } from "../pieces/encode.ts";

/** A head as records hold it. Its metadata is in `metadata` as it is, or encoded in `sealed`. */
export interface RecordHead extends StoredHead {
  /** Its metadata; or `undefined`, to vouch for a head whose metadata stays as it is. */
  readonly sealed?: EncodedValue;
}

/** A small value, encoded as a state is (see `CheckpointRecord`), with all the blocks that it needs. */
export interface EncodedValue {
  readonly codec: string;
  readonly root: unknown;
  readonly blocks: readonly EncodedBlock[];
  readonly needs: readonly number[];
  readonly contents: number;
}

/** What the store knows of a trace as a whole; written with every change of the trace. */
export interface TraceRecord {
  readonly traceId: TraceId;
  /** Grows by one with every change of the trace. */
  readonly version: number;
  /** The last position given out; never given out again, even if that checkpoint is deleted. */
  readonly seq: number;
  /** The last timestamp given out. */
  readonly timestamp: number;
  /** When it was last saved to, by the store's clock; traces are listed in this order. */
  readonly savedAt: number;
  /** The number of the next block, and of the next stream or anchor. */
  readonly nextBlock: number;
  readonly nextNumber: number;
  /** How many it has. */
  readonly checkpoints: number;
  /** Positions of the pinned checkpoints, ascending. */
  readonly pinned: readonly number[];
  /** Retention has seen all positions up to this one: only pinned checkpoints are left there. */
  readonly sweptTo: number;
  /** About how many bytes its checkpoints, blocks and notes take. */
  readonly bytes: number;
  /** About how many bytes its checkpoints would take if each had its whole state. */
  readonly stateBytes: number;
  /** How many of both are those of notes. Absent where no checkpoint has any. */
  readonly noteBytes?: number;
  /** The head of its newest checkpoint. */
  readonly latest: RecordHead;
  /** While an import has not come to its end: where the imported trace ends. The next save to the trace removes it. */
  readonly importedTo?: TraceEnd;
}

/** The last position and time that a trace has given out, and the next numbers that it will. */
export type TraceEnd = Pick<TraceRecord, "seq" | "timestamp" | "nextBlock" | "nextNumber">;

/** A checkpoint as it is stored. */
export interface CheckpointRecord extends RecordHead {
  /** When it was saved, by the store's clock. */
  readonly savedAt: number;
  /** The name of the codec that encoded the root and the blocks. */
  readonly codec: string;
  /** The root of its state, encoded. */
  readonly root: unknown;
  /** The blocks that its state needs, as ascending runs. */
  readonly needs: readonly number[];
  /** The sum of their checksums. */
  readonly contents: number;
  /**
   * The trace's next block, and next stream or anchor, after this save: what has these numbers or higher is younger.
   */
  readonly nextBlock: number;
  readonly nextNumber: number;
  /** About how many bytes this record takes; `bytes` is with the blocks that it brought. */
  readonly recordBytes: number;
  /** Whether retention leaves it alone. It is said here, too, since metadata may be encrypted. */
  readonly isPinned?: true;
}

/** A block that has a record of its own. */
export interface PieceRecord extends EncodedBlock {
  readonly traceId: TraceId;
}

/** Many blocks of a trace, folded into one record. */
export interface SegmentRecord {
  readonly traceId: TraceId;
  /** The numbers of its last and first block, how many blocks it has, and about how many bytes they take. */
  readonly last: number;
  readonly first: number;
  readonly count: number;
  readonly bytes: number;
  /** In the order of their numbers. */
  readonly blocks: readonly EncodedBlock[];
}

/** A note as it is stored, beside the checkpoint of its position. */
export interface NoteRecord extends EncodedValue {
  readonly traceId: TraceId;
  readonly seq: number;
  readonly key: string;
  /** Whether its codec has bound it to its place. */
  readonly isBound?: true;
  /** About how many bytes it takes. */
  readonly bytes: number;
  /** The trace's version when it was written, and its place among what was written then: the order of writing. */
  readonly version: number;
  readonly place: number;
  /** The record's checksum. */
  readonly sum: number;
}

/**
 * Who has a say in a trace beside this store. It outlives the trace's checkpoints.
 */
export interface OwnerRecord {
  readonly traceId: TraceId;
  /** Who took it over last. Saves of an owner read it, so that one who has lost the trace finds out. */
  readonly owner?: string;
  /** How far the trace has come together with the log that it is replicated by. */
  readonly replica?: Replica;
}

/** Where a trace and its log had the same, and what has happened here since that no save tells. */
export interface Replica {
  /** The log's version then, and what its next entry follows. */
  readonly version: number;
  readonly link: string;
  /** Where the trace stood then. */
  readonly end: TraceEnd;
  /** Its newest checkpoint then; absent if it had none. */
  readonly id?: CheckpointId;
  /** How many entries the log had. */
  readonly count: number;
  /** The log has the notes that were written up to this version of the trace. */
  readonly notedTo: number;
  /** What was deleted here. */
  readonly removed: readonly CheckpointId[];
  /** Whether that newest checkpoint was: what is saved since need not follow from it. */
  readonly isCut?: true;
  /** Whether the trace was deleted here. It may have been made anew since. */
  readonly isDeleted?: true;
}

/** Returns the range of all keys of a trace, or of those whose next field is from `from` to `to`, both included. */
export function rangeOf(traceId: TraceId, from = -Infinity, to = Infinity): KeyRange {
  return { lower: from === -Infinity ? [traceId] : [traceId, from], upper: [traceId, to + 1], upperOpen: true };
}

/** Returns the range of all keys of the traces whose ids begin with `prefix`. Strings are ordered by their UTF-16 code units. */
export function rangeOfPrefix(prefix: string): KeyRange {
  // The first text after all that begin with it: its last code unit is the next one. After U+FFFF, there is none.
  let end = prefix.length;
  while (end > 0 && prefix.charCodeAt(end - 1) === 0xffff) end -= 1;
  if (end === 0) return { lower: [prefix] };
  const next = prefix.slice(0, end - 1) + String.fromCharCode(prefix.charCodeAt(end - 1) + 1);
  return { lower: [prefix], upper: [next], upperOpen: true };
}

/** Returns the range of the one key that a trace has in `traces` and `owners`. */
export function keyOf(traceId: TraceId): KeyRange {
  return { lower: [traceId], upper: [traceId] };
}

/** Returns a record with its checksum, as it is to be stored. */
export function seal<R extends object>(record: R): R & { readonly sum: number } {
  return withTightBytes({ ...record, sum: sumOf(record) });
}

/** Returns whether a sealed record is what was stored. */
export function isIntactRecord(record: object): boolean {
  return (record as { sum?: unknown }).sum === sumOf(record);
}

function sumOf(record: object): number {
  const { sum: _, ...rest } = record as { sum?: unknown };
  const fields = Object.entries(rest).filter(([, value]) => value !== undefined);
  // By name: not every backend keeps fields in their order.
  return checksum(fields.sort(([a], [b]) => (a < b ? -1 : 1)).flat());
}

/** Estimates how many bytes the record of a checkpoint takes. */
export function recordBytesOf({
  head,
  root,
  needs,
}: {
  readonly head: object;
  readonly root: unknown;
  readonly needs: readonly number[];
}): number {
  return headBytes(head) + bytesOf(root) + needs.length * 4;
}

/** Estimates how many bytes a head takes. */
export function headBytes(head: object): number {
  return 96 + roughBytes(head);
}

/** Returns the head in a record that was read, marked if the record is damaged. */
export function headOf(record: CheckpointRecord): RecordHead {
  return isIntactRecord(record) ? plainHead(record) : { ...plainHead(record), isDamaged: true };
}

/** Returns the head in a record that is known to be sound. */
export function plainHead(record: CheckpointRecord): RecordHead {
  const { traceId, seq, timestamp, bytes, stateBytes, sealed } = record;
  return { ...pickHead(record), traceId, seq, timestamp, bytes, stateBytes, ...(sealed !== undefined && { sealed }) };
}

/** Returns the ids in the keys of checkpoints. */
export function idsOf(keys: readonly (readonly (string | number)[])[]): CheckpointId[] {
  return keys.map((key) => key[2] as CheckpointId);
}

/** Returns whether metadata says that a checkpoint is pinned. */
export function saysPinned({ metadata }: Pick<StoredHead, "metadata">): boolean {
  return metadata?.["pinned"] === true;
}
