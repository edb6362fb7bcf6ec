import { ownAddress, ownName } from "../../core/names.ts";

/** The cache that holds the marks. Damage to IndexedDB's files leaves it alone; clearing the site's data takes both. */
const CACHE = ownName("witness");

/**
 * Returns when a database was last seen, in milliseconds since the epoch, or `undefined` if it has no mark.
 *
 * Chromium replaces a database whose files are damaged by an empty one, and reports it nowhere.
 */
export async function lastSeenAt(name: string): Promise<number | undefined> {
  const cache = await openCache();
  const seen = await cache?.match(ownAddress("witness", name)).catch(() => undefined);
  const at = seen === undefined ? Number.NaN : Number(await seen.text());
  return Number.isFinite(at) ? at : undefined;
}

/** Notes that a database exists. Does nothing if there is no Cache Storage, or no room in it. */
export async function noteSeen(name: string): Promise<void> {
  const cache = await openCache();
  await cache?.put(ownAddress("witness", name), new Response(String(Date.now()))).catch(() => undefined);
}

/** Removes the mark of a database that is deleted on purpose. */
export async function forgetSeen(name: string): Promise<void> {
  const cache = await openCache();
  await cache?.delete(ownAddress("witness", name)).catch(() => undefined);
}

/**
 * Returns `undefined` outside of secure contexts and in Node, where there is none, and in private windows that refuse
 * it.
 */
async function openCache(): Promise<Cache | undefined> {
  return (globalThis.caches as CacheStorage | undefined)?.open(CACHE).catch(() => undefined);
}
