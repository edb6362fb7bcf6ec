import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import {
  headOf,
  isIntactRecord,
  plainHead,
  rangeOf,
  seal,
  type CheckpointRecord,
  type RecordHead,
  type TraceRecord,
} from "./records.ts";
import { newestCheckpoint } from "./checkpoints.ts";
import { noteBytesIn } from "./notes.ts";
import { rowKeys, segmentKeys, totalBytes } from "./stored-blocks.ts";

/** Neighbouring positions of a trace, from `from` to `to`, both included. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** What a removal took from a trace. */
export interface Subtraction {
  readonly ids: readonly CheckpointId[];
  readonly runs: readonly Run[];
  readonly bytes: number;
  readonly stateBytes: number;
  /** Those of notes, which are not among the others. */
  readonly noteBytes: number;
  /** The head that is newest from then on; `undefined` if the newest stayed. */
  readonly latest: RecordHead | undefined;
}

/** Returns the record of a trace after a save. This is the one place that makes a trace's first record. */
export function withCheckpoint(before: TraceRecord | undefined, record: CheckpointRecord): TraceRecord {
  const { traceId, seq, timestamp, savedAt, nextBlock, nextNumber, bytes, stateBytes } = record;
  const pinned = before?.pinned ?? [];
  return {
    traceId,
    version: (before?.version ?? 0) + 1,
    seq,
    timestamp,
    savedAt,
    nextBlock,
    nextNumber,
    checkpoints: (before?.checkpoints ?? 0) + 1,
    pinned: record.isPinned === true ? [...pinned, seq] : pinned,
    sweptTo: before?.sweptTo ?? 0,
    bytes: (before?.bytes ?? 0) + bytes,
    stateBytes: (before?.stateBytes ?? 0) + stateBytes,
    ...(before?.noteBytes !== undefined && { noteBytes: before.noteBytes }),
    latest: plainHead(record),
  };
}

/** Returns the record of a trace whose notes take so many bytes more, or fewer, with the version unchanged. */
export function withNotes({ noteBytes = 0, ...trace }: TraceRecord, bytes: number): TraceRecord {
  const left = noteBytes + bytes;
  return {
    ...trace,
    bytes: trace.bytes + bytes,
    stateBytes: trace.stateBytes + bytes,
    ...(left > 0 && { noteBytes: left }),
  };
}

/** Returns the record of a trace after a removal that left something of it, with the version unchanged. */
export function without(
  before: TraceRecord,
  { ids, runs, bytes, stateBytes, noteBytes, latest }: Subtraction,
): TraceRecord {
  const left = withNotes(before, -noteBytes);
  return {
    ...left,
    checkpoints: left.checkpoints - ids.length,
    pinned: left.pinned.filter((seq) => !runs.some(({ from, to }) => seq >= from && seq <= to)),
    bytes: left.bytes - bytes,
    stateBytes: left.stateBytes - stateBytes,
    ...(latest !== undefined && { latest }),
  };
}

/** Returns the record of a trace with the next version. */
export function changed(trace: TraceRecord): TraceRecord {
  return { ...trace, version: trace.version + 1 };
}

/**
 * What tells one write of a trace's record from all others; `undefined` for a trace that is not there. Also for a
 * damaged record.
 */
export type Fence = string | undefined;

/** Reads the fence of a trace. A save that was worked out against another one must not be stored. */
export async function readFence(transaction: ReadTransaction, traceId: TraceId): Promise<Fence> {
  const stored = await transaction.get<TraceRecord>("traces", [traceId]);
  return stored === undefined ? undefined : fenceOf(stored);
}

/**
 * Returns the fence of a trace's record. The version alone would not do: a trace that was deleted and made anew has the
 * same ones again.
 */
export function fenceOf({ version, savedAt, latest }: TraceRecord): string {
  return `${String(version)} ${String(savedAt)} ${String(latest?.id)}`;
}

/** Stores the record of a trace. */
export function putTrace(transaction: WriteTransaction, trace: TraceRecord): void {
  transaction.put("traces", seal(trace));
}

/**
 * Reads the record of a trace. If it is damaged or gone, it is built again from the checkpoints, which tell all that it
 * holds, and stored with the next change of the trace.
 */
export async function readTrace(transaction: ReadTransaction, traceId: TraceId): Promise<TraceRecord | undefined> {
  const trace = await transaction.get<TraceRecord>("traces", [traceId]);
  if (trace !== undefined && isIntactRecord(trace)) return trace;
  if (trace === undefined) {
    const [key] = await transaction.keys("checkpoints", { range: rangeOf(traceId), limit: 1 });
    if (key === undefined) return undefined;
  }
  return rebuild(transaction, traceId);
}

async function rebuild(transaction: ReadTransaction, traceId: TraceId): Promise<TraceRecord | undefined> {
  const [records, rows, segments, noteBytes] = await Promise.all([
    transaction.getAll<CheckpointRecord>("checkpoints", { range: rangeOf(traceId) }),
    rowKeys(transaction, traceId),
    segmentKeys(transaction, traceId),
    noteBytesIn(transaction, rangeOf(traceId)),
  ]);
  const latest = records[records.length - 1];
  if (latest === undefined) return undefined;
  console.warn(
    `Waystone: the record of trace ${traceId} was damaged or gone, and is built again from its checkpoints.`,
  );
  const sound = records.filter(isIntactRecord);
  const most = (of: (record: CheckpointRecord) => number): number =>
    sound.reduce((highest, record) => Math.max(highest, of(record)), 0);
  const lastBlock = Math.max(rows[rows.length - 1]?.block ?? -1, segments[segments.length - 1]?.last ?? -1);
  const trace: TraceRecord = {
    traceId,
    // Higher than any that somebody may have seen: no trace is changed a thousand times a second from 1970 on.
    version: Date.now(),
    seq: latest.seq,
    timestamp: latest.timestamp,
    savedAt: most(({ savedAt }) => savedAt),
    nextBlock: Math.max(
      most(({ nextBlock }) => nextBlock),
      lastBlock + 1,
    ),
    // A damaged checkpoint may have given out numbers, too; nobody knows how many.
    nextNumber: most(({ nextNumber }) => nextNumber) + (sound.length < records.length ? 2 ** 32 : 0),
    checkpoints: records.length,
    pinned: sound.filter(({ isPinned }) => isPinned === true).map(({ seq }) => seq),
    sweptTo: 0,
    bytes: totalBytes(rows) + totalBytes(segments) + sound.reduce((sum, { recordBytes }) => sum + recordBytes, 0),
    stateBytes: sound.reduce((sum, { stateBytes }) => sum + stateBytes, 0),
    latest: headOf(latest),
  };
  return withNotes(trace, noteBytes);
}

/** Returns the head of a trace's newest checkpoint, up to position `to`. */
export async function latestUpTo(
  transaction: ReadTransaction,
  traceId: TraceId,
  to: number,
): Promise<RecordHead | undefined> {
  const record = await newestCheckpoint(transaction, traceId, to);
  return record === undefined ? undefined : headOf(record);
}
