import { requireOptions, type OptionNames } from "../../core/options.ts";

/** What keys are for. */
export const AES_256 = { name: "AES-GCM", length: 256 } as const;
export const USAGES: KeyUsage[] = ["encrypt", "decrypt"];

/** A key and its id. */
export interface RingKey {
  /** Stored, in the open, with whatever the key encrypted. At most 255 bytes of UTF-8. */
  readonly id: string;
  /** A key for AES-GCM of 256 bits, that can encrypt and decrypt. */
  readonly key: CryptoKey;
}

/** The keys of an encrypted codec: one to encrypt with, and those that older records were encrypted with. */
export interface KeyRing {
  /**
   * Returns the key to encrypt with. It is called for each value that is encoded, so that another key can take over at
   * any time.
   *
   * @returns The key and its id, or a promise of them.
   */
  current(): RingKey | Promise<RingKey>;
  /**
   * Finds the key that a value was encrypted with.
   *
   * @param id - The id that is stored with the value.
   * @returns The key, or `undefined` if it is not in the ring; or a promise of it.
   */
  find(id: string): CryptoKey | undefined | Promise<CryptoKey | undefined>;
}

/** Options of {@link createKeyRing}. */
export interface KeyRingOptions {
  /** The id of the key to encrypt with. */
  readonly current: string;
  /**
   * All keys by their ids: each for AES-GCM, of 256 bits, that can encrypt and decrypt. The ids are stored in the open.
   */
  readonly keys: Readonly<Record<string, CryptoKey>>;
}

const OPTIONS: OptionNames<KeyRingOptions> = { current: true, keys: true };

/**
 * Creates a ring of keys that you keep yourself.
 *
 * A wrong key under a known id can't be told from damage: it is reported as `corrupted`.
 *
 * @returns A ring for `createEncryptedCodec`.
 * @throws TypeError if a key is of another kind, or `keys` has no key `current`.
 *
 * @example
 * ```ts
 * import { openStore } from "waystone";
 * import { createEncryptedCodec, createKeyRing } from "waystone/codecs/encrypted";
 * import { createSuperjsonCodec } from "waystone/codecs/superjson";
 *
 * const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
 * const keys = createKeyRing({ current: "2026", keys: { "2025": await newKey(), "2026": await newKey() } });
 * const codec = createEncryptedCodec({ codec: createSuperjsonCodec(), keys });
 * const store = await openStore("my-agent", { codec });
 * await store.trace("run-1").save({ step: 1 });
 * console.log((await store.loadLatest("run-1"))?.state); // { step: 1 }
 * ```
 */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  requireOptions(options, OPTIONS, "createKeyRing");
  const { current, keys } = options;
  const known = new Map(Object.entries(keys));
  for (const [id, key] of known) requireKey(key, id);
  const key = known.get(current);
  if (key === undefined) throw new TypeError(`there is no key ${current} in the ring`);
  return { current: () => ({ id: current, key }), find: (id) => known.get(id) };
}

/**
 * Creates a ring of one key. Its id is derived from the key, so that another key is told from damage.
 *
 * @throws TypeError if the key is of another kind.
 */
export function ringOf(key: CryptoKey): KeyRing {
  requireKey(key, "given");
  let naming: Promise<string> | undefined;
  let known: string | undefined;
  const name = (): Promise<string> => (naming ??= fingerprint(key).then((id) => (known = id)));
  const ownKey = (id: string, own: string): CryptoKey | undefined => (id === own ? key : undefined);
  return {
    // A checkpoint can have hundreds of values: none but the first has to wait.
    current: () => (known === undefined ? name().then((id) => ({ id, key })) : { id: known, key }),
    find: (id) => (known === undefined ? name().then((own) => ownKey(id, own)) : ownKey(id, known)),
  };
}

/**
 * Derives an id from a key, which need not be exportable: half of the tag of an empty message. It reveals nothing of
 * the key. A random nonce repeats its nonce of zeros no more often than any other.
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
