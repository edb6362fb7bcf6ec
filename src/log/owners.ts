import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { keyOf, type OwnerRecord, type Replica } from "./records.ts";

/** What an owner says of itself. */
interface Owned {
  readonly traceId: TraceId;
  readonly owner: string;
}

/** Makes sure that a trace is still this owner's. @throws `conflict` if it is not. */
export async function requireOwner(transaction: ReadTransaction, { traceId, owner }: Owned): Promise<void> {
  if ((await read(transaction, traceId))?.owner !== owner) throw takenOver(traceId);
}

/** Makes somebody the owner of a trace. From then on, saves of owners before are refused. */
export async function putOwner(transaction: WriteTransaction, { traceId, owner }: Owned): Promise<void> {
  transaction.put("owners", { ...(await read(transaction, traceId)), traceId, owner } satisfies OwnerRecord);
}

/** Gives a trace up, if it is still this owner's. */
export async function removeOwner(transaction: WriteTransaction, { traceId, owner }: Owned): Promise<void> {
  if ((await read(transaction, traceId))?.owner === owner) await endOwnership(transaction, traceId);
}

/** Takes a trace from whoever owns it. */
export async function endOwnership(transaction: WriteTransaction, traceId: TraceId): Promise<void> {
  const found = await read(transaction, traceId);
  if (found?.replica === undefined) transaction.delete("owners", keyOf(traceId));
  else transaction.put("owners", { traceId, replica: found.replica } satisfies OwnerRecord);
}

/** Returns how far a trace has come together with its log; `undefined` if it is not replicated. */
export async function readReplica(transaction: ReadTransaction, traceId: TraceId): Promise<Replica | undefined> {
  return (await read(transaction, traceId))?.replica;
}

/** Stores how far a trace has come together with its log. */
export async function putReplica(transaction: WriteTransaction, traceId: TraceId, replica: Replica): Promise<void> {
  transaction.put("owners", { ...(await read(transaction, traceId)), traceId, replica } satisfies OwnerRecord);
}

/** Makes the error for an owner that has lost its trace. */
export function takenOver(traceId: TraceId, cause?: unknown): CheckpointStoreError {
  return new CheckpointStoreError("conflict", `trace ${traceId} is no longer this owner's`, { traceId, cause });
}

function read(transaction: ReadTransaction, traceId: TraceId): Promise<OwnerRecord | undefined> {
  return transaction.get<OwnerRecord>("owners", [traceId]);
}
