import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { newestCheckpoint, oldestCheckpoint } from "../log/checkpoints.ts";
import { noteBytesIn } from "../log/notes.ts";
import { rememberDeletions } from "../log/remembered.ts";
import {
  isIntactRecord,
  keyOf,
  rangeOf,
  rangeOfPrefix,
  type CheckpointRecord,
  type TraceRecord,
} from "../log/records.ts";
import { free, planFree, type FreePlan, type Gap } from "../log/stored-blocks.ts";
import { changed, latestUpTo, putTrace, readTrace, without, type Run } from "../log/trace-record.ts";
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
  /** Of those, the ones of notes; and how much whole states would have taken. */
  readonly noteBytes: number;
  readonly stateBytes: number;
}

const NOTHING: FreePlan = { bytes: 0, rows: [], segments: [], kept: [] };

/**
 * Finds out what goes with runs of checkpoints, which are given in their order, with others in between.
 *
 * A block is needed from the save that wrote it on, without a gap, until a save does not need it any more. So two
 * checkpoints tell which blocks go with a run: the one before it and the one after it. What the run needs and is older
 * than the one before, that one needs, too. Of what is younger, only what the one after needs has to stay.
 */
export async function planRemoval(
  transaction: ReadTransaction,
  trace: TraceRecord,
  runs: readonly Run[],
): Promise<RemovalPlan> {
  const { traceId } = trace;
  const found = await Promise.all(
    runs.map(async ({ from, to }) => {
      const [records, before, after, noteBytes] = await Promise.all([
        transaction.getAll<CheckpointRecord>("checkpoints", { range: rangeOf(traceId, from, to) }),
        newestCheckpoint(transaction, traceId, from - 1),
        oldestCheckpoint(transaction, traceId, to + 1),
        trace.noteBytes === undefined ? 0 : noteBytesIn(transaction, rangeOf(traceId, from, to)),
      ]);
      const isAll = before === undefined && after === undefined;
      return { records, isAll, gap: freeable(before, after, trace), noteBytes };
    }),
  );
  const records = found.flatMap((run) => run.records);
  const isAll = found.some((run) => run.isAll);
  const gaps = found.flatMap((run) => (run.records.length === 0 ? [] : run.gap));
  const noteBytes = found.reduce((sum, run) => sum + run.noteBytes, 0);
  const blocks = isAll ? NOTHING : await planFree(transaction, traceId, gaps);
  return {
    records,
    isAll,
    blocks,
    bytes: isAll ? trace.bytes : sumOver(records, "recordBytes") + blocks.bytes + noteBytes,
    noteBytes,
    stateBytes: sumOver(records, "stateBytes"),
  };
}

/** Returns which blocks may go between two checkpoints. If one of them is damaged, nobody can tell, and none goes. */
function freeable(
  before: CheckpointRecord | undefined,
  after: CheckpointRecord | undefined,
  { nextBlock }: TraceRecord,
): Gap[] {
  const isSure = [before, after].every(
    (record) => record === undefined || (isIntactRecord(record) && isAscending(record.needs)),
  );
  if (!isSure) return [];
  const gap = { from: before?.nextBlock ?? 0, to: (after?.nextBlock ?? nextBlock) - 1, needs: after?.needs ?? [] };
  return gap.from > gap.to ? [] : [gap];
}

/**
 * Removes runs of checkpoints, which are given in their order, with others in between, and the blocks that only they
 * needed. Leaves the trace's record to the caller.
 */
export async function removeRuns(
  transaction: WriteTransaction,
  trace: TraceRecord,
  runs: readonly Run[],
): Promise<Removal> {
  const { traceId } = trace;
  const { records, isAll, blocks, bytes, noteBytes, stateBytes } = await planRemoval(transaction, trace, runs);
  const ids = records.map(({ id }) => id).reverse();
  if (ids.length === 0) return { ids, trace };
  if (isAll) {
    removeTrace(transaction, traceId);
    return { ids, trace: undefined };
  }
  for (const { from, to } of runs) {
    transaction.delete("checkpoints", rangeOf(traceId, from, to));
    if (trace.noteBytes !== undefined) transaction.delete("notes", rangeOf(traceId, from, to));
  }
  free(transaction, traceId, blocks);
  const last = runs[runs.length - 1]!;
  const latest = trace.latest.seq > last.to ? undefined : await latestUpTo(transaction, traceId, last.from - 1);
  return { ids, trace: without(trace, { ids, runs, bytes: bytes - noteBytes, stateBytes, noteBytes, latest }) };
}

/** Removes a run of checkpoints, and stores the trace's record. */
export async function removeAndStore(transaction: WriteTransaction, trace: TraceRecord, run: Run): Promise<Removal> {
  return storeRemoval(transaction, await removeRuns(transaction, trace, [run]));
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
  for (const collection of ["checkpoints", "pieces", "segments", "notes"] as const) {
    transaction.delete(collection, rangeOf(traceId));
  }
  transaction.delete("traces", keyOf(traceId));
}

/** Removes all traces whose ids begin with `prefix`, and their owners. Returns their records as they were. */
export async function removeTraces(transaction: WriteTransaction, prefix: string): Promise<TraceRecord[]> {
  const range = rangeOfPrefix(prefix);
  const keys = await transaction.keys("traces", { range });
  const traces = await Promise.all(keys.map(([traceId]) => readTrace(transaction, traceId as TraceId)));
  await rememberDeletions(transaction, prefix);
  for (const collection of ["checkpoints", "pieces", "segments", "notes", "traces"] as const) {
    transaction.delete(collection, range);
  }
  return traces.filter((trace) => trace !== undefined);
}

function sumOver(records: readonly CheckpointRecord[], field: "recordBytes" | "stateBytes"): number {
  // A damaged record may say anything. A trace's record that was built again does not count it either.
  return records.reduce((sum, record) => sum + (isIntactRecord(record) ? record[field] : 0), 0);
}
