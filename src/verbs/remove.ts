import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { newestBeyond, newestCheckpoint, oldestCheckpoint } from "../log/checkpoints.ts";
import { isIntactRecord, keyOf, rangeOf, type CheckpointRecord, type TraceRecord } from "../log/records.ts";
import { free, planFree, type FreePlan } from "../log/stored-blocks.ts";
import { changed, latestUpTo, putTrace, without } from "../log/trace-record.ts";
import { isAscending } from "../pieces/runs.ts";

/** The outcome of a removal. */
export interface Removal {
  /** What went, newest first. */
  readonly ids: readonly CheckpointId[];
  /** The trace's record after it; `undefined` if the trace is gone. */
  readonly trace: TraceRecord | undefined;
}

/** What a removal takes, found out by reading alone. */
export interface RemovalPlan {
  readonly records: readonly CheckpointRecord[];
  /** Whether those are all checkpoints of the trace. */
  readonly isAll: boolean;
  readonly blocks: FreePlan;
  /** By how many bytes the trace shrinks. */
  readonly bytes: number;
  readonly stateBytes: number;
}

const NOTHING: FreePlan = { bytes: 0, rows: [], segments: [], kept: [] };

/**
 * Finds out what goes with the checkpoints of a trace at positions `from` to `to`, both included.
 *
 * A block is needed from the save that wrote it on, without a gap, until a save does not need it any more. So two
 * checkpoints tell which blocks go: the one before the run and the one after it. What the run needs and is older than
 * the one before, that one needs, too. Of what is younger, only what the one after needs has to stay.
 */
export async function planRemoval(
  transaction: ReadTransaction,
  trace: TraceRecord,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<RemovalPlan> {
  const { traceId } = trace;
  const [records, before, after] = await Promise.all([
    transaction.getAll<CheckpointRecord>("checkpoints", { range: rangeOf(traceId, from, to) }),
    newestCheckpoint(transaction, traceId, from - 1),
    oldestCheckpoint(transaction, traceId, to + 1),
  ]);
  const isAll = before === undefined && after === undefined;
  const blocks =
    records.length === 0 || isAll ? NOTHING : await planFree(transaction, traceId, freeable(before, after, trace));
  return {
    records,
    isAll,
    blocks,
    bytes: isAll ? trace.bytes : sumOver(records, "recordBytes") + blocks.bytes,
    stateBytes: sumOver(records, "stateBytes"),
  };
}

/** Returns which blocks may go between two checkpoints. If one of them is damaged, nobody can tell, and none goes. */
function freeable(
  before: CheckpointRecord | undefined,
  after: CheckpointRecord | undefined,
  { nextBlock }: TraceRecord,
): { from: number; to: number; needs: readonly number[] } {
  const isSure = [before, after].every(
    (record) => record === undefined || (isIntactRecord(record) && isAscending(record.needs)),
  );
  if (!isSure) return { from: 0, to: -1, needs: [] };
  return { from: before?.nextBlock ?? 0, to: (after?.nextBlock ?? nextBlock) - 1, needs: after?.needs ?? [] };
}

/**
 * Removes the checkpoints at positions `from` to `to`, and the blocks that only they needed. Leaves the trace's record
 * to the caller.
 */
export async function removeRun(
  transaction: WriteTransaction,
  trace: TraceRecord,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Removal> {
  const { traceId } = trace;
  const { records, isAll, blocks, bytes, stateBytes } = await planRemoval(transaction, trace, { from, to });
  const ids = records.map(({ id }) => id).reverse();
  if (ids.length === 0) return { ids, trace };
  if (isAll) {
    removeTrace(transaction, traceId);
    return { ids, trace: undefined };
  }
  transaction.delete("checkpoints", rangeOf(traceId, from, to));
  free(transaction, traceId, blocks);
  const latest = trace.latest.seq > to ? undefined : await latestUpTo(transaction, traceId, from - 1);
  return { ids, trace: without(trace, { ids, from, to, bytes, stateBytes, latest }) };
}

/** Removes the checkpoints at positions `from` to `to`, and stores the trace's record. */
export async function removeAndStore(
  transaction: WriteTransaction,
  trace: TraceRecord,
  run: { readonly from: number; readonly to: number },
): Promise<Removal> {
  return storeRemoval(transaction, await removeRun(transaction, trace, run));
}

/**
 * Stores the trace's record after a removal, with the next version, if anything went. Returns the removal with that
 * record.
 */
export function storeRemoval(transaction: WriteTransaction, removal: Removal): Removal {
  if (removal.ids.length === 0 || removal.trace === undefined) return removal;
  const trace = changed(removal.trace);
  putTrace(transaction, trace);
  return { ...removal, trace };
}

/** Removes all records of a trace but its owner's. */
export function removeTrace(transaction: WriteTransaction, traceId: TraceId): void {
  for (const collection of ["checkpoints", "pieces", "segments"] as const) {
    transaction.delete(collection, rangeOf(traceId));
  }
  transaction.delete("traces", keyOf(traceId));
}

/** Finds out what a prune would remove, and how many bytes that would free. */
export async function previewPrune(
  transaction: ReadTransaction,
  trace: TraceRecord,
  keep: number,
): Promise<{ readonly ids: readonly CheckpointId[]; readonly bytes: number }> {
  const to = keep === 0 ? trace.latest.seq : await newestBeyond(transaction, trace.traceId, keep);
  const { records, bytes } = await planRemoval(transaction, trace, { from: 0, to });
  return { ids: records.map(({ id }) => id).reverse(), bytes: records.length === 0 ? 0 : bytes };
}

function sumOver(records: readonly CheckpointRecord[], field: "recordBytes" | "stateBytes"): number {
  // A damaged record may say anything. A trace's record that was built again does not count it either.
  return records.reduce((sum, record) => sum + (isIntactRecord(record) ? record[field] : 0), 0);
}
