import type { Backend } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { combineRetention, type QuotaHandler } from "../core/retention.ts";
import { readSummaries } from "../log/summaries.ts";
import type { TraceRecord } from "../log/records.ts";
import { readTrace } from "../log/trace-record.ts";
import { storeRemoval, type Removal } from "../verbs/remove.ts";
import { applyRetention } from "../verbs/retain.ts";
import type { TraceQueue } from "./trace-queue.ts";

/** What of a store this needs. */
interface Crowded {
  readonly backend: Backend;
  queue(traceId: TraceId): TraceQueue;
  noteRemoval(kind: "pruned", found: { before: TraceRecord; removal: Removal }): void;
}

/** Applies the rule that `onQuotaExceeded` returns to every trace. Returns whether anything went. */
export async function makeRoom(
  store: Crowded,
  {
    traceId,
    error,
    onQuotaExceeded,
  }: { traceId: TraceId; error: CheckpointStoreError; onQuotaExceeded: QuotaHandler | undefined },
): Promise<boolean> {
  const rule = await ask(onQuotaExceeded, { traceId, error });
  if (rule === undefined) return false;
  const retention = combineRetention(rule);
  let isPruned = false;
  for (const summary of await store.backend.read((transaction) => readSummaries(transaction, {}))) {
    const found = await store.queue(summary.traceId).makeRoom(() =>
      store.backend.write(async (transaction) => {
        const before = await readTrace(transaction, summary.traceId);
        if (before === undefined) return undefined;
        return { before, removal: storeRemoval(transaction, await applyRetention(transaction, before, retention)) };
      }),
    );
    if (found === undefined || found.removal.ids.length === 0) continue;
    isPruned = true;
    store.noteRemoval("pruned", found);
  }
  return isPruned;
}

/**
 * Calls `onQuotaExceeded`.
 *
 * @throws `quota-exceeded` if that throws: a full disk is still what the caller has to know.
 */
async function ask(handler: QuotaHandler | undefined, situation: { traceId: TraceId; error: CheckpointStoreError }) {
  try {
    return await handler?.(situation);
  } catch (cause) {
    const { traceId } = situation;
    throw new CheckpointStoreError("quota-exceeded", `${situation.error.message}, and onQuotaExceeded failed`, {
      traceId,
      cause,
    });
  }
}
