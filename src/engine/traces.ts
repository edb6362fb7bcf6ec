import type { KeyRange, ReadTransaction } from "../core/backend.ts";
import type { StorageUsage, TracesOptions } from "../core/store.ts";
import type { TraceRecord } from "./records.ts";

const PAGE_SIZE = 256;

/** The records of the traces, latest first. */
export async function readTraces(
  transaction: ReadTransaction,
  { limit, before }: TracesOptions,
): Promise<TraceRecord[]> {
  if (limit === 0) return [];
  let range: KeyRange | undefined;
  if (before !== undefined) {
    const last = await transaction.get<TraceRecord>("traces", [before]);
    if (last === undefined) return [];
    range = { upper: [last.savedAt, before], upperOpen: true };
  }
  return transaction.getAll<TraceRecord>("traces", {
    index: "by_saved_at",
    reverse: true,
    ...(range !== undefined && { range }),
    ...(limit !== undefined && { limit }),
  });
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
      for (const { bytes, stateBytes } of page) {
        storedBytes += bytes;
        wholeStateBytes += stateBytes;
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
