import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { CheckpointId } from "../core/checkpoint.ts";
import { freeFrom, freePieces } from "./freeing.ts";
import {
  headOf,
  idsOf,
  isIntactRecord,
  keyOf,
  rangeOf,
  seal,
  type CheckpointRecord,
  type DropRecord,
  type StoredSize,
  type TraceRecord,
} from "./records.ts";

/** What became of a trace. */
export interface Removal {
  /** Newest first. */
  readonly ids: readonly CheckpointId[];
  /** As it is to be stored; `undefined` if the trace is gone. */
  readonly trace: TraceRecord | undefined;
  /** The pieces that went. */
  readonly freed: readonly StoredSize[];
}

/** What would go, found out by reading alone. */
export interface RemovalPlan {
  readonly ids: readonly CheckpointId[];
  readonly from: number;
  readonly to: number;
  readonly before: CheckpointRecord | undefined;
  readonly after: CheckpointRecord | undefined;
  /** Whether all records that tell what can go are intact. */
  readonly isSure: boolean;
  /** What is no longer needed within the run and at the checkpoint after it; no word of what it had last. */
  readonly dropped: readonly StoredSize[];
  /** Bytes of the records that go, and of those that went before with them; and the same of whole states. */
  readonly recordBytes: readonly [now: number, before: number];
  readonly stateBytes: readonly [now: number, before: number];
}

/** A token that no other write has. */
export function newToken(): number {
  return Math.random();
}

/** A trace after one more change. */
export function changed(trace: TraceRecord): TraceRecord {
  return { ...trace, token: newToken(), version: trace.version + 1 };
}

/** Finds out what goes with the checkpoints of a trace at positions `from` to `to`. */
export async function planRemoval(
  transaction: ReadTransaction,
  trace: TraceRecord,
  { from, to }: { from: number; to: number },
): Promise<RemovalPlan> {
  const { traceId } = trace;
  const [keys, [before], [after], drops] = await Promise.all([
    transaction.keys("checkpoints", { range: rangeOf(traceId, from, to) }),
    transaction.getAll<CheckpointRecord>("checkpoints", {
      range: rangeOf(traceId, -Infinity, from - 1),
      reverse: true,
      limit: 1,
    }),
    transaction.getAll<CheckpointRecord>("checkpoints", { range: rangeOf(traceId, to + 1), limit: 1 }),
    transaction.getAll<DropRecord>("drops", { range: rangeOf(traceId, from, to) }),
  ]);
  // Those of the checkpoint after the run, which is not known until here; there is at most one such record.
  const later =
    after === undefined
      ? []
      : await transaction.getAll<DropRecord>("drops", { range: rangeOf(traceId, to + 1, after.seq) });
  const all = [...drops, ...later];
  // By what is damaged, pieces that others need could go. Then rather none does, until the trace is deleted.
  const isSure = [before, after, ...all].every((record) => record === undefined || isIntactRecord(record));
  if (!isSure)
    return {
      ids: idsOf(keys).reverse(),
      from,
      to,
      before,
      after,
      isSure,
      dropped: [],
      recordBytes: [0, 0],
      stateBytes: [0, 0],
    };
  const removedBefore = total(all, (drop) => drop.removedRecordBytes);
  const statesRemovedBefore = total(all, (drop) => drop.removedStateBytes);
  const end = after === undefined ? trace.recordBytesUpTo : after.recordBytesUpTo - after.recordBytes;
  const stateEnd = after === undefined ? trace.stateBytesUpTo : after.stateBytesUpTo - after.stateBytes;
  return {
    ids: idsOf(keys).reverse(),
    from,
    to,
    before,
    after,
    isSure,
    dropped: all.flatMap((drop) => drop.dropped),
    recordBytes: [end - (before?.recordBytesUpTo ?? 0) - removedBefore, removedBefore],
    stateBytes: [stateEnd - (before?.stateBytesUpTo ?? 0) - statesRemovedBefore, statesRemovedBefore],
  };
}

/** The pieces that none but the checkpoints of a run needed; there must be a checkpoint after it. */
export function piecesOf({ before, dropped }: RemovalPlan): StoredSize[] {
  const youngFrom = before?.nextPiece ?? 0;
  return dropped.filter(([piece]) => piece >= youngFrom);
}

/**
 * Removes the checkpoints of a trace at positions `from` to `to`, and the pieces that only they needed. All but the
 * trace's own record, which is for the caller to store.
 */
export async function removeRun(
  transaction: WriteTransaction,
  trace: TraceRecord,
  run: { from: number; to: number },
): Promise<Removal> {
  const plan = await planRemoval(transaction, trace, run);
  const { ids, from, to, before, after } = plan;
  if (ids.length === 0) return { ids, trace, freed: [] };
  const { traceId } = trace;
  if (before === undefined && after === undefined) {
    removeTrace(transaction, traceId);
    return { ids, trace: undefined, freed: [] };
  }
  transaction.delete("checkpoints", rangeOf(traceId, from, to));
  transaction.delete("drops", rangeOf(traceId, from, after?.seq ?? Infinity));

  const youngFrom = before?.nextPiece ?? 0;
  const freed =
    after === undefined && plan.isSure
      ? await freeFrom(transaction, trace, youngFrom)
      : await freePieces(transaction, trace, piecesOf(plan));
  if (after !== undefined) {
    const drop: DropRecord = {
      traceId,
      seq: after.seq,
      // What the checkpoint before the run still has was dropped within it: the one after it is the next without.
      dropped: plan.dropped.filter(([piece]) => piece < youngFrom),
      removedRecordBytes: plan.recordBytes[0] + plan.recordBytes[1],
      removedStateBytes: plan.stateBytes[0] + plan.stateBytes[1],
    };
    transaction.put("drops", seal(drop));
  }
  const rest: TraceRecord = {
    ...trace,
    checkpoints: trace.checkpoints - ids.length,
    pinned: trace.pinned.filter((seq) => seq < from || seq > to),
    bytes: trace.bytes - plan.recordBytes[0] - freed.bytes,
    layout: freed.layout,
    stateBytes: trace.stateBytes - plan.stateBytes[0],
    ...(after === undefined && {
      latest: headOf(before!),
      recordBytesUpTo: before!.recordBytesUpTo,
      stateBytesUpTo: before!.stateBytesUpTo,
    }),
  };
  return { ids, trace: rest, freed: freed.pieces };
}

/** Stores the trace as a removal left it, and answers the removal with that. Where nothing went, nothing is stored. */
export function storeRemoval(transaction: WriteTransaction, removal: Removal): Removal {
  if (removal.ids.length === 0 || removal.trace === undefined) return removal;
  const trace = changed(removal.trace);
  transaction.put("traces", seal(trace));
  return { ...removal, trace };
}

/** Removes all that a trace owns. */
export function removeTrace(transaction: WriteTransaction, traceId: string): void {
  for (const collection of ["checkpoints", "pieces", "drops"] as const) {
    transaction.delete(collection, rangeOf(traceId));
  }
  transaction.delete("traces", keyOf(traceId));
}

function total(drops: readonly DropRecord[], bytes: (drop: DropRecord) => number): number {
  return drops.reduce((sum, drop) => sum + bytes(drop), 0);
}
