import type { ReadTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { OwnerRecord } from "./records.ts";

/** @throws `conflict` unless the trace is this owner's. */
export async function requireOwner(transaction: ReadTransaction, { traceId, owner }: OwnerRecord): Promise<void> {
  const current = await transaction.get<OwnerRecord>("owners", [traceId]);
  if (current?.owner !== owner) throw takenOver(traceId);
}

/** Why an owner from before can't go on. */
export function takenOver(traceId: TraceId, cause?: unknown): CheckpointStoreError {
  return new CheckpointStoreError("conflict", `trace ${traceId} is no longer this owner's`, { traceId, cause });
}
