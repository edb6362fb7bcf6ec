import type { ReadTransaction } from "../core/backend.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { rangeOf, type CheckpointRecord } from "./records.ts";

/** Finds a checkpoint by its id. */
export function findCheckpoint(transaction: ReadTransaction, id: CheckpointId): Promise<CheckpointRecord | undefined> {
  return transaction.get<CheckpointRecord>("checkpoints", [id], "by_id");
}

/** Finds the newest checkpoint of a trace, up to position `to`. */
export async function newestCheckpoint(
  transaction: ReadTransaction,
  traceId: TraceId,
  to = Infinity,
): Promise<CheckpointRecord | undefined> {
  const range = rangeOf(traceId, -Infinity, to);
  const [record] = await transaction.getAll<CheckpointRecord>("checkpoints", { range, reverse: true, limit: 1 });
  return record;
}

/** Finds the oldest checkpoint of a trace, from position `from` on. */
export async function oldestCheckpoint(
  transaction: ReadTransaction,
  traceId: TraceId,
  from: number,
): Promise<CheckpointRecord | undefined> {
  const [record] = await transaction.getAll<CheckpointRecord>("checkpoints", {
    range: rangeOf(traceId, from),
    limit: 1,
  });
  return record;
}

/** Returns the position of the newest checkpoint that is not among the `count` newest; 0 if there is none. */
export async function newestBeyond(transaction: ReadTransaction, traceId: TraceId, count: number): Promise<number> {
  const range = rangeOf(traceId);
  const [key] = await transaction.keys("checkpoints", { range, reverse: true, offset: count, limit: 1 });
  return (key?.[1] as number | undefined) ?? 0;
}
