/** The keys of a codec: one to encrypt with, and those that older records were encrypted with. */
export interface KeyRing {
  /** Asked with each save, so that another key can take over without a stop. */
  current(): { readonly id: string; readonly key: CryptoKey };
  /** The key of an id that stands in a record; a promise where it may have been made elsewhere meanwhile. */
  find(id: string): CryptoKey | undefined | Promise<CryptoKey | undefined>;
}

/**
 * A ring of keys of one's own: AES-GCM, for encryption and decryption. Their ids stand in the records, in the open.
 *
 * @throws TypeError for a key of another kind, or where the current one is missing.
 */
export function createKeyRing({ current, keys }: { current: string; keys: Readonly<Record<string, CryptoKey>> }): KeyRing {
  const known = new Map(Object.entries(keys));
  for (const [id, key] of known) requireKey(key, id);
  const key = known.get(current);
  if (key === undefined) throw new TypeError(`there is no key ${current} in the ring`);
  return { current: () => ({ id: current, key }), find: (id) => known.get(id) };
}

function requireKey(key: CryptoKey, id: string): void {
  const name = (key as Partial<CryptoKey> | undefined)?.algorithm?.name;
  if (name !== "AES-GCM") throw new TypeError(`key ${id} must be a CryptoKey for AES-GCM, got ${name ?? typeof key}`);
  for (const usage of ["encrypt", "decrypt"] as const) {
    if (!key.usages.includes(usage)) throw new TypeError(`key ${id} must be one to ${usage} with`);
  }
}
