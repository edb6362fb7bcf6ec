import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { findCheckpoint } from "../log/checkpoints.ts";
import { openHead } from "../log/heads.ts";
import { readReplica } from "../log/owners.ts";
import type { TraceEnd } from "../log/records.ts";
import { divertTail } from "../verbs/divert.ts";
import type { StoreCore } from "./store-core.ts";

/** Where a trace stands that has no checkpoint. */
const NOWHERE: TraceEnd = { seq: 0, timestamp: 0, nextBlock: 0, nextNumber: 0 };

/**
 * Returns where a trace stood when a checkpoint was its newest; without one, where it stood before the first.
 *
 * @throws `not-found`; `conflict` if other devices have what came after.
 */
export async function endAt(core: StoreCore, traceId: TraceId, id: CheckpointId | undefined): Promise<TraceEnd> {
  const [record, replica] = await core.read((transaction) =>
    Promise.all([id === undefined ? undefined : findCheckpoint(transaction, id), readReplica(transaction, traceId)]),
  );
  if (id !== undefined && record?.traceId !== traceId) {
    const message = `trace ${traceId} has no checkpoint ${id} to stand at again`;
    throw new CheckpointStoreError("not-found", message, { traceId, checkpointId: id });
  }
  const end = record ?? NOWHERE;
  if (replica !== undefined && replica.isDeleted !== true && replica.end.seq > end.seq) {
    const message = `trace ${traceId} is replicated, and other devices have what would move: fork it instead`;
    throw new CheckpointStoreError("conflict", message, { traceId });
  }
  return end;
}

/**
 * Moves all that comes after a position of a trace, which is asked for in the trace's turn, into a fork. Returns the ids
 * of what has moved, newest first.
 */
export function divert(
  core: StoreCore,
  { traceId, forkId, end }: { readonly traceId: TraceId; readonly forkId: TraceId; end(): Promise<TraceEnd> },
): Promise<CheckpointId[]> {
  const { backend, codecs, changes } = core;
  return core.queue(traceId).enqueue(async () => {
    core.requireOpen();
    const diverted = await divertTail(backend, { traceId, end: await end(), forkId, codecs });
    if (diverted === undefined) return [];
    const { before, after, heads } = diverted;
    const ids = heads.map(({ id }) => id).reverse();
    core.queue(traceId).forget();
    core.knownQueue(forkId)?.forget();
    if (ids.length > 0) core.noteRemoval("deleted", { before, removal: { ids, trace: after } });
    for (const [i, head] of heads.entries()) {
      changes.report({ kind: "saved", traceId: forkId, version: i + 1, head: await openHead(head, codecs) });
    }
    return ids;
  });
}
