/**
 * What of its own the library names in an origin, beside the databases of stores: databases, caches, locks and channels.
 */
type Own = "keys" | "witness" | "fresh-log" | "changes" | "trace";

const PREFIX = "waystone-";

/**
 * Returns the name of something that the library keeps for itself. Names of other things, or with other parts, are never
 * equal, whatever characters the parts have.
 *
 * @param what - What it is.
 * @param parts - What it belongs to: a store, and perhaps a trace.
 */
export function ownName(what: Own, ...parts: readonly string[]): string {
  return parts.length === 0 ? PREFIX + what : `${PREFIX}${what}:${JSON.stringify(parts)}`;
}

/** Whether a name could be that of something of the library's own, now or in a later release. */
export function isOwnName(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Returns an address to keep something under in a cache, which takes no other schemes. Nothing is ever requested from it. */
export function ownAddress(what: Own, ...parts: readonly string[]): string {
  return `https://waystone.invalid/${encodeURIComponent(ownName(what, ...parts))}`;
}
