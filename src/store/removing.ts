import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { findCheckpoint } from "../log/checkpoints.ts";
import { endOwnership } from "../log/owners.ts";
import { rememberDeletion, rememberRemoval } from "../log/remembered.ts";
import { HEADS } from "../log/scopes.ts";
import { readTrace } from "../log/trace-record.ts";
import { removeAndStore, removeTrace, removeTraces, storeRemoval } from "../verbs/remove.ts";
import { applyRetention } from "../verbs/retain.ts";
import type { StoreCore } from "./store-core.ts";

/** Deletes a checkpoint, of whichever trace. Returns whether it was there. */
export async function deleteCheckpoint(core: StoreCore, id: CheckpointId): Promise<boolean> {
  const traceId =
    core.traceSaving(id) ?? (await core.read((transaction) => findCheckpoint(transaction, id), HEADS))?.traceId;
  if (traceId === undefined) return false;
  return core.queue(traceId).enqueue(async () => {
    const found = await core.backend.write(async (transaction) => {
      const record = await findCheckpoint(transaction, id);
      const before = record === undefined ? undefined : await readTrace(transaction, record.traceId);
      if (record === undefined || before === undefined) return undefined;
      const { seq } = record;
      await rememberRemoval(transaction, record);
      return { before, removal: await removeAndStore(transaction, before, { from: seq, to: seq }) };
    });
    if (found === undefined) return false;
    core.noteRemoval("deleted", found);
    return true;
  });
}

/** Removes all but the newest `keep` checkpoints of a trace, one or more, and the pinned ones. Returns how many went. */
export function pruneTrace(core: StoreCore, traceId: TraceId, keep: number): Promise<number> {
  return core.queue(traceId).enqueue(async () => {
    const found = await core.backend.write(async (transaction) => {
      const before = await readTrace(transaction, traceId);
      if (before === undefined) return undefined;
      const removal = await applyRetention(transaction, before, { keepLast: keep });
      return { before, removal: storeRemoval(transaction, removal) };
    });
    if (found === undefined || found.removal.ids.length === 0) return 0;
    core.noteRemoval("pruned", found);
    return found.removal.ids.length;
  });
}

/** Removes all of a trace. Returns how many checkpoints went. */
export function emptyTrace(core: StoreCore, traceId: TraceId, { endsOwnership = false } = {}): Promise<number> {
  const queue = core.queue(traceId);
  return queue.enqueue(async () => {
    const trace = await core.backend.write(async (transaction) => {
      if (endsOwnership) await endOwnership(transaction, traceId);
      await rememberDeletion(transaction, traceId);
      const before = await readTrace(transaction, traceId);
      removeTrace(transaction, traceId);
      return before;
    });
    if (trace === undefined) return 0;
    queue.forget();
    core.changes.report({ kind: "trace-deleted", traceId, version: trace.version + 1 });
    return trace.checkpoints;
  });
}

/** Removes all traces whose ids begin with `prefix`, in the turn of each. Returns how many there were. */
export function deleteWithPrefix(core: StoreCore, prefix: string): Promise<number> {
  return core.holdAll(prefix, async (queues) => {
    const traces = await core.backend.write((transaction) => removeTraces(transaction, prefix));
    for (const queue of queues) queue.forget();
    for (const { traceId, version } of traces) {
      core.changes.report({ kind: "trace-deleted", traceId, version: version + 1 });
    }
    return traces.length;
  });
}
