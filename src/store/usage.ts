import type { StorageUsage } from "../core/store.ts";
import { readTotals } from "../log/summaries.ts";
import type { StoreCore } from "./store-core.ts";

/** Adds up the sizes of all traces, and asks the browser about the origin. */
export async function readUsage(core: StoreCore): Promise<StorageUsage> {
  const totals = await core.read(readTotals);
  const storage = storageManager();
  const [estimate, persisted] = await Promise.all([storage?.estimate?.(), storage?.persisted?.()]);
  return { ...totals, originBytes: estimate?.usage, quotaBytes: estimate?.quota, persisted };
}

/** Asks the browser to keep the origin's storage when space is short; `undefined` where it can't be asked. */
export async function persistStorage(): Promise<boolean | undefined> {
  return storageManager()?.persist?.();
}

/** Returns `undefined` in WebKitGTK and outside of secure contexts. In workers, it has no `persist`. */
function storageManager(): Partial<StorageManager> | undefined {
  return (globalThis.navigator as Navigator | undefined)?.storage;
}
