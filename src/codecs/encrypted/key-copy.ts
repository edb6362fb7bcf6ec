import { ownAddress, ownName } from "../../core/names.ts";

/** The cache that holds the copies. Damage to IndexedDB's files leaves it alone; clearing the site's data takes both. */
const CACHE = ownName("keys");

/**
 * What was noted in a second place when something was kept under a name; `undefined` if nothing was, or there is no
 * Cache Storage.
 */
export async function readCopy(name: string): Promise<string | undefined> {
  const cache = await openCache();
  const copy = await cache?.match(ownAddress("keys", name)).catch(() => undefined);
  return copy?.text();
}

/** Notes in a second place that something is kept under a name. Does nothing if there is no Cache Storage, or no room in it. */
export async function writeCopy(name: string, text: string): Promise<void> {
  const cache = await openCache();
  await cache?.put(ownAddress("keys", name), new Response(text)).catch(() => undefined);
}

async function openCache(): Promise<Cache | undefined> {
  return (globalThis.caches as CacheStorage | undefined)?.open(CACHE).catch(() => undefined);
}
