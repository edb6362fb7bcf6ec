/** Where the marks lie: what takes IndexedDB's files leaves Cache Storage's alone, and what clears a site's data takes both. */
const CACHE = "waystone-witness";

/**
 * When a database was last known to be there; `undefined` if nothing is known of it.
 *
 * Chromium makes an empty database of one whose files are damaged, and says so to nobody.
 */
export async function lastSeenAt(name: string): Promise<number | undefined> {
  const cache = await openCache();
  const seen = await cache?.match(urlOf(name)).catch(() => undefined);
  const at = seen === undefined ? Number.NaN : Number(await seen.text());
  return Number.isFinite(at) ? at : undefined;
}

/** Notes that a database is there. Where there is no Cache Storage, or no room, nothing is noted. */
export async function noteSeen(name: string): Promise<void> {
  const cache = await openCache();
  await cache?.put(urlOf(name), new Response(String(Date.now()))).catch(() => undefined);
}

/** Forgets a database that is deleted on purpose. */
export async function forgetSeen(name: string): Promise<void> {
  const cache = await openCache();
  await cache?.delete(urlOf(name)).catch(() => undefined);
}

/** Not there outside of a secure context and in Node; refused in some private windows. */
async function openCache(): Promise<Cache | undefined> {
  return (globalThis.caches as CacheStorage | undefined)?.open(CACHE).catch(() => undefined);
}

/** A cache takes no other schemes; nothing is ever requested of it. */
function urlOf(name: string): string {
  // As JSON, since a lone surrogate has no percent encoding.
  return `https://waystone.invalid/${encodeURIComponent(JSON.stringify(name))}`;
}
