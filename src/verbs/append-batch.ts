import type { WriteTransaction } from "../core/backend.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { SaveClock } from "../log/clock.ts";
import { putNotes, type EncodedNote } from "../log/notes.ts";
import { seal, type CheckpointRecord, type TraceEnd, type TraceRecord } from "../log/records.ts";
import { putBlocks, putSegment } from "../log/stored-blocks.ts";
import { putTrace, readFence, readTrace, withCheckpoint, withNotes, type Fence } from "../log/trace-record.ts";
import type { EncodedBlock } from "../pieces/encode.ts";
import { planFold } from "./fold.ts";

/** A checkpoint of an archive, as it is to be stored here, with the blocks that none before it needs. */
export interface AppendedCheckpoint {
  readonly record: Omit<CheckpointRecord, "savedAt">;
  readonly blocks: readonly EncodedBlock[];
  readonly notes: readonly EncodedNote[];
}

/** Checkpoints that are appended to a trace in one transaction. */
export interface Batch {
  readonly traceId: TraceId;
  readonly checkpoints: readonly AppendedCheckpoint[];
  /** The fence of the trace that they were worked out against: it must not have changed since. */
  readonly fence: Fence;
  /** Where the archive's trace ends. */
  readonly end: TraceEnd;
  /** Whether there are no more to come. */
  readonly isLast: boolean;
}

/** Appends whole checkpoints to a trace, under their own numbers. Returns the trace's record. @throws `conflict`. */
export async function appendBatch(
  transaction: WriteTransaction,
  { traceId, checkpoints, fence, end, isLast }: Batch,
  clock: SaveClock,
): Promise<TraceRecord> {
  const [current, trace] = await Promise.all([
    readFence(transaction, traceId),
    readTrace(transaction, traceId),
    clock.catchUp(transaction),
    ...checkpoints.map(({ record }) => requireFree(transaction, record.id, traceId)),
  ]);
  if (current !== fence) {
    throw new CheckpointStoreError("conflict", `trace ${traceId} was changed during the import`, { traceId });
  }
  let last = trace;
  for (const { record, notes } of checkpoints) {
    const saved = { ...record, savedAt: clock.next() };
    transaction.put("checkpoints", seal(saved));
    last = withCheckpoint(last, saved);
    if (notes.length > 0) last = withNotes(last, putNotes(transaction, notes, saved, last));
  }
  const { segments, rows } = planFold(checkpoints.flatMap(({ blocks }) => blocks));
  for (const folded of segments) putSegment(transaction, traceId, folded);
  putBlocks(transaction, traceId, rows);
  const appended: TraceRecord = isLast ? { ...last!, ...end } : { ...last!, importedTo: end };
  putTrace(transaction, appended);
  return appended;
}

async function requireFree(transaction: WriteTransaction, id: CheckpointId, traceId: TraceId): Promise<void> {
  const [key] = await transaction.keys("checkpoints", { index: "by_id", range: { lower: [id], upper: [id] } });
  if (key === undefined) return;
  const message = `checkpoint ${id} is there already, in trace ${String(key[0])}`;
  throw new CheckpointStoreError("conflict", message, { traceId, checkpointId: id });
}
