/** A key, and the id that stands in the open in what it encrypted. */
export interface RingKey {
  readonly id: string;
  readonly key: CryptoKey;
}

/** The keys of a codec: one to encrypt with, and those that older records were encrypted with. */
export interface KeyRing {
  /** Asked with each save, so that another key can take over without a stop. */
  current(): RingKey | Promise<RingKey>;
  /** The key of an id that stands in a record; a promise where it may have been made elsewhere meanwhile. */
  find(id: string): CryptoKey | undefined | Promise<CryptoKey | undefined>;
}

/**
 * A ring of keys of one's own: AES-GCM, for encryption and decryption. Their ids stand in the records, in the open.
 *
 * @throws TypeError for a key of another kind, or where the current one is missing.
 */
export function createKeyRing({
  current,
  keys,
}: {
  current: string;
  keys: Readonly<Record<string, CryptoKey>>;
}): KeyRing {
  const known = new Map(Object.entries(keys));
  for (const [id, key] of known) requireKey(key, id);
  const key = known.get(current);
  if (key === undefined) throw new TypeError(`there is no key ${current} in the ring`);
  return { current: () => ({ id: current, key }), find: (id) => known.get(id) };
}

/** A ring of one key, whose id tells it from others: so that a wrong one is not taken for damage. @throws TypeError. */
export function ringOf(key: CryptoKey): KeyRing {
  requireKey(key, "given");
  let naming: Promise<string> | undefined;
  const name = (): Promise<string> => (naming ??= fingerprint(key));
  return {
    current: async () => ({ id: await name(), key }),
    find: async (id) => (id === (await name()) ? key : undefined),
  };
}

/**
 * Half the tag of an empty message: it tells keys apart and tells nothing of them, those that can't be exported too. Its
 * nonce is met again by a random one as rarely as any other is.
 */
async function fingerprint(key: CryptoKey): Promise<string> {
  const additionalData = new TextEncoder().encode("waystone: the id of a key");
  const tag = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: new Uint8Array(12), additionalData },
    key,
    new Uint8Array(0),
  );
  return Array.from(new Uint8Array(tag, 0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function requireKey(key: CryptoKey, id: string): void {
  const name = (key as Partial<CryptoKey> | undefined)?.algorithm?.name;
  if (name !== "AES-GCM") throw new TypeError(`key ${id} must be a CryptoKey for AES-GCM, got ${name ?? typeof key}`);
  const { length } = key.algorithm as AesKeyAlgorithm;
  if (length !== 256) throw new TypeError(`key ${id} must have 256 bits, got ${length}`);
  for (const usage of ["encrypt", "decrypt"] as const) {
    if (!key.usages.includes(usage)) throw new TypeError(`key ${id} must be one to ${usage} with`);
  }
}
