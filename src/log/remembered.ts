import type { WriteTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { putReplica, readReplica } from "./owners.ts";
import { rangeOfPrefix, type CheckpointRecord, type OwnerRecord } from "./records.ts";

/**
 * Remembers removals for the other devices that have a trace, until its log has them: in the transaction that removes, and
 * only where the trace is replicated.
 */

/** Remembers that a checkpoint was deleted, if others may have it. */
export async function rememberRemoval(
  transaction: WriteTransaction,
  { traceId, seq, id }: Pick<CheckpointRecord, "traceId" | "seq" | "id">,
): Promise<void> {
  const replica = await readReplica(transaction, traceId);
  if (replica === undefined || seq > replica.end.seq) return;
  const removed = [...replica.removed, id];
  await putReplica(transaction, traceId, { ...replica, removed, ...(id === replica.id && { isCut: true }) });
}

/** Remembers that a trace was deleted. */
export async function rememberDeletion(transaction: WriteTransaction, traceId: TraceId): Promise<void> {
  const replica = await readReplica(transaction, traceId);
  if (replica !== undefined) await putReplica(transaction, traceId, { ...replica, removed: [], isDeleted: true });
}

/** Remembers that all traces whose ids begin with `prefix` were deleted, and who owned them no longer does. */
export async function rememberDeletions(transaction: WriteTransaction, prefix: string): Promise<void> {
  const range = rangeOfPrefix(prefix);
  const records = await transaction.getAll<OwnerRecord>("owners", { range });
  transaction.delete("owners", range);
  for (const { traceId, replica } of records) {
    if (replica === undefined) continue;
    const deleted = { ...replica, removed: [], isDeleted: true } as const;
    transaction.put("owners", { traceId, replica: deleted } satisfies OwnerRecord);
  }
}
