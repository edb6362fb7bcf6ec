import type { WriteTransaction } from "../core/backend.ts";
import type { CheckpointId } from "../core/checkpoint.ts";
import { freeFrom, freePieces, type Freed } from "./freeing.ts";
import { headOf, idsOf, rangeOf, type CheckpointRecord, type DropRecord, type TraceRecord } from "./records.ts";

/** What became of a trace. */
export interface Removal {
  /** Newest first. */
  readonly ids: CheckpointId[];
  /** As it was stored; `undefined` if the trace is gone. */
  readonly trace: TraceRecord | undefined;
}

/** A token that no other write has. */
export function newToken(): number {
  return Math.random();
}

/** Removes the checkpoints of a trace at positions `from` to `to`, and the pieces that only they needed. */
export async function removeRun(
  transaction: WriteTransaction,
  trace: TraceRecord,
  { from, to }: { from: number; to: number },
): Promise<Removal> {
  const { traceId } = trace;
  const [keys, [before], [after]] = await Promise.all([
    transaction.keys("checkpoints", { range: rangeOf(traceId, from, to) }),
    transaction.getAll<CheckpointRecord>("checkpoints", {
      range: rangeOf(traceId, -Infinity, from - 1),
      reverse: true,
      limit: 1,
    }),
    transaction.getAll<CheckpointRecord>("checkpoints", { range: rangeOf(traceId, to + 1), limit: 1 }),
  ]);
  const ids = idsOf(keys).reverse();
  if (ids.length === 0) return { ids, trace };
  if (before === undefined && after === undefined) {
    removeTrace(transaction, traceId);
    return { ids, trace: undefined };
  }

  const upTo = after?.seq ?? Infinity;
  const drops = await transaction.getAll<DropRecord>("drops", { range: rangeOf(traceId, from, upTo) });
  transaction.delete("checkpoints", rangeOf(traceId, from, to));
  transaction.delete("drops", rangeOf(traceId, from, upTo));

  const removedBefore = total(drops, (drop) => drop.removedRecordBytes);
  const statesRemovedBefore = total(drops, (drop) => drop.removedStateBytes);
  const end = after === undefined ? trace.recordBytesUpTo : after.recordBytesUpTo - after.recordBytes;
  const stateEnd = after === undefined ? trace.stateBytesUpTo : after.stateBytesUpTo - after.stateBytes;
  const removedRecordBytes = end - (before?.recordBytesUpTo ?? 0) - removedBefore;
  const removedStateBytes = stateEnd - (before?.stateBytesUpTo ?? 0) - statesRemovedBefore;

  const youngFrom = before?.nextPiece ?? 0;
  let freed: Freed;
  if (after === undefined) {
    freed = await freeFrom(transaction, trace, youngFrom);
  } else {
    const dropped = drops.flatMap((drop) => drop.dropped);
    freed = await freePieces(transaction, trace, dropped.filter(([piece]) => piece >= youngFrom));
    const drop: DropRecord = {
      traceId,
      seq: after.seq,
      // What the checkpoint before the run still has was dropped within it: the one after it is the next without.
      dropped: dropped.filter(([piece]) => piece < youngFrom),
      removedRecordBytes: removedBefore + removedRecordBytes,
      removedStateBytes: statesRemovedBefore + removedStateBytes,
    };
    transaction.put("drops", drop);
  }

  const rest: TraceRecord = {
    ...trace,
    token: newToken(),
    version: trace.version + 1,
    checkpoints: trace.checkpoints - ids.length,
    bytes: trace.bytes - removedRecordBytes - freed.bytes,
    layout: freed.layout,
    stateBytes: trace.stateBytes - removedStateBytes,
    ...(after === undefined && {
      latest: headOf(before!),
      recordBytesUpTo: before!.recordBytesUpTo,
      stateBytesUpTo: before!.stateBytesUpTo,
    }),
  };
  transaction.put("traces", rest);
  return { ids, trace: rest };
}

/** Removes all that a trace owns. */
export function removeTrace(transaction: WriteTransaction, traceId: string): void {
  for (const collection of ["checkpoints", "pieces", "drops"] as const) {
    transaction.delete(collection, rangeOf(traceId));
  }
  transaction.delete("traces", { lower: [traceId], upper: [traceId] });
}

function total(drops: readonly DropRecord[], bytes: (drop: DropRecord) => number): number {
  return drops.reduce((sum, drop) => sum + bytes(drop), 0);
}
