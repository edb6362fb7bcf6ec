import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { keyOf, type OwnerRecord } from "./records.ts";

/** Makes sure that a trace is still this owner's. @throws `conflict` if it is not. */
export async function requireOwner(transaction: ReadTransaction, { traceId, owner }: OwnerRecord): Promise<void> {
  const current = await transaction.get<OwnerRecord>("owners", [traceId]);
  if (current?.owner !== owner) throw takenOver(traceId);
}

/** Makes somebody the owner of a trace. From then on, saves of owners before are refused. */
export function putOwner(transaction: WriteTransaction, record: OwnerRecord): void {
  transaction.put("owners", record);
}

/** Gives a trace up, if it is still this owner's. */
export async function removeOwner(transaction: WriteTransaction, { traceId, owner }: OwnerRecord): Promise<void> {
  const current = await transaction.get<OwnerRecord>("owners", [traceId]);
  if (current?.owner === owner) transaction.delete("owners", keyOf(traceId));
}

/** Takes a trace from whoever owns it. */
export function endOwnership(transaction: WriteTransaction, traceId: TraceId): void {
  transaction.delete("owners", keyOf(traceId));
}

/** Makes the error for an owner that has lost its trace. */
export function takenOver(traceId: TraceId, cause?: unknown): CheckpointStoreError {
  return new CheckpointStoreError("conflict", `trace ${traceId} is no longer this owner's`, { traceId, cause });
}
