import type { KeyRange, ReadTransaction } from "../core/backend.ts";
import type { StorageUsage, TraceSummary, TracesOptions } from "../core/store.ts";
import {
  headOf,
  isIntactRecord,
  rangeOf,
  type CheckpointRecord,
  type RecordHead,
  type TraceRecord,
} from "./records.ts";

const PAGE_SIZE = 256;

/** One row of `traces`, with the head as it is recorded. */
export interface RecordedSummary extends Omit<TraceSummary, "latest"> {
  readonly latest: RecordHead;
}

/** The traces, latest first. Those whose record is damaged are told from their checkpoints. */
export async function readSummaries(
  transaction: ReadTransaction,
  { limit, before }: TracesOptions,
): Promise<RecordedSummary[]> {
  if (limit === 0) return [];
  let range: KeyRange | undefined;
  if (before !== undefined) {
    const last = await transaction.get<TraceRecord>("traces", [before]);
    if (last === undefined) return [];
    range = { upper: [last.savedAt, before], upperOpen: true };
  }
  const traces = await transaction.getAll<TraceRecord>("traces", {
    index: "by_saved_at",
    reverse: true,
    ...(range !== undefined && { range }),
    ...(limit !== undefined && { limit }),
  });
  const summaries = await Promise.all(traces.map((trace) => summaryOf(transaction, trace)));
  return summaries.filter((summary) => summary !== undefined);
}

async function summaryOf(transaction: ReadTransaction, trace: TraceRecord): Promise<RecordedSummary | undefined> {
  const { traceId } = trace;
  if (isIntactRecord(trace))
    return { traceId, checkpoints: trace.checkpoints, bytes: trace.bytes, latest: trace.latest };
  const records = await transaction.getAll<CheckpointRecord>("checkpoints", { range: rangeOf(traceId) });
  const latest = records[records.length - 1];
  if (latest === undefined) return undefined;
  const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
  return { traceId, checkpoints: records.length, bytes, latest: headOf(latest) };
}

/** The sums over all traces, and what the browser tells of the origin. */
export async function readUsage(
  read: <T>(work: (transaction: ReadTransaction) => Promise<T>) => Promise<T>,
): Promise<StorageUsage> {
  const sums = await read(async (transaction) => {
    let storedBytes = 0;
    let wholeStateBytes = 0;
    let after: KeyRange | undefined;
    for (;;) {
      const page = await transaction.getAll<TraceRecord>("traces", {
        limit: PAGE_SIZE,
        ...(after !== undefined && { range: after }),
      });
      for (const trace of page) {
        if (!isIntactRecord(trace)) continue;
        storedBytes += trace.bytes;
        wholeStateBytes += trace.stateBytes;
      }
      const last = page[page.length - 1];
      if (last === undefined || page.length < PAGE_SIZE) return { storedBytes, wholeStateBytes };
      after = { lower: [last.traceId], lowerOpen: true };
    }
  });
  const storage = storageManager();
  const [estimate, persisted] = await Promise.all([storage?.estimate?.(), storage?.persisted?.()]);
  return { ...sums, originBytes: estimate?.usage, quotaBytes: estimate?.quota, persisted };
}

/** Asks the browser to keep the origin's storage when space is short; `undefined` where it can't be asked. */
export async function persistStorage(): Promise<boolean | undefined> {
  return storageManager()?.persist?.();
}

/** Not there in WebKitGTK, nor outside a secure context; in workers without `persist`. */
function storageManager(): Partial<StorageManager> | undefined {
  return (globalThis.navigator as Navigator | undefined)?.storage;
}
