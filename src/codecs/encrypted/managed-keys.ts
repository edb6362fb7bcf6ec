import { CheckpointStoreError } from "../../core/errors.ts";
import { readKept, updateKept, type StoredDerivation, type StoredRing } from "./key-database.ts";
import { ringOf, type KeyRing, type RingKey } from "./key-ring.ts";

/** A ring whose keys this origin keeps in IndexedDB. No script can read them out, not even on this page. */
export interface ManagedKeys extends KeyRing {
  /**
   * Returns the key to encrypt with.
   *
   * @returns The key and its id.
   */
  current(): RingKey;
  /**
   * Makes a new key, and encrypts with it from now on. Older records stay readable.
   *
   * Rings that are open elsewhere use the new key as soon as they read a record that was encrypted with it.
   *
   * @returns A promise that resolves when the new key is on disk.
   * @throws CheckpointStoreError `unavailable`: there is no IndexedDB here.
   * @throws CheckpointStoreError `storage`: the key could not be kept; see `cause`.
   */
  rotate(): Promise<void>;
}

/** The least that NIST SP 800-132 (section 5.1) asks for. */
const SALT_BYTES = 16;
/** The number that OWASP's Password Storage Cheat Sheet gives for PBKDF2 with SHA-256. */
const ITERATIONS = 600_000;
/** With fewer, a passphrase can be guessed too fast. */
const MIN_ITERATIONS = 100_000;
const AES = { name: "AES-GCM", length: 256 } as const;
const USAGES: KeyUsage[] = ["encrypt", "decrypt"];

/**
 * Opens the keys that this origin keeps under a name. The first key is made if there is none.
 *
 * The keys are not extractable: no script can read them out. They survive the end of the browser, and go when the
 * site's data is cleared, as the stores do.
 *
 * @param ringName - The name to keep the keys under. It can be that of the store.
 * @returns A ring for `createEncryptedCodec`.
 * @throws CheckpointStoreError `unavailable`: there is no IndexedDB here.
 * @throws CheckpointStoreError `storage`: IndexedDB failed; see `cause`.
 *
 * @example
 * ```ts
 * import { openManagedKeys } from "waystone/codecs/encrypted";
 *
 * const keys = await openManagedKeys("my-agent");
 * const { id } = keys.current();
 * await keys.rotate();
 * console.log(keys.current().id === id, (await keys.find(id)) !== undefined); // false true
 * ```
 */
export async function openManagedKeys(ringName: string): Promise<ManagedKeys> {
  const name = `managed:${ringName}`;
  let ring = (await readKept<StoredRing>(name)) ?? (await makeRing(name));
  let reading: Promise<StoredRing | undefined> | undefined;
  return {
    current: () => ({ id: ring.current, key: ring.keys.get(ring.current)! }),
    async find(id) {
      if (!ring.keys.has(id)) {
        // Another tab may have made a new one. Read once for all pieces of a checkpoint, which are decoded at the same
        // time.
        reading ??= readKept<StoredRing>(name).finally(() => (reading = undefined));
        ring = (await reading) ?? ring;
      }
      return ring.keys.get(id);
    },
    async rotate() {
      const { id, key } = await newKey();
      ring = await updateKept<StoredRing>(name, (kept = ring) => ({
        name,
        current: id,
        keys: new Map([...kept.keys, [id, key]]),
      }));
    },
  };
}

/** Options of {@link openPassphraseKeys}. */
export interface PassphraseKeysOptions {
  /** The name under which this origin keeps the salt. It can be that of the store. */
  readonly name: string;
  /**
   * Rounds of PBKDF2: a whole number of at least 100,000. Default is 600,000. Only the first call under a name uses it;
   * later ones use what that one did.
   */
  readonly iterations?: number;
}

/**
 * Opens a key that is derived from a passphrase, by PBKDF2 with SHA-256.
 *
 * The salt is kept in this origin's IndexedDB, with a value that shows at once whether a passphrase is the right one.
 *
 * @param passphrase - The passphrase: a string that is not empty.
 * @returns A ring of this one key, for `createEncryptedCodec`.
 * @throws TypeError if `passphrase` is empty or not a string.
 * @throws RangeError if `iterations` is not a whole number of at least 100,000.
 * @throws CheckpointStoreError `codec-mismatch`: it is another passphrase than that of the first call.
 * @throws CheckpointStoreError `unavailable`: there is no IndexedDB here.
 * @throws CheckpointStoreError `storage`: IndexedDB failed; see `cause`.
 *
 * @example
 * ```ts
 * import { isCheckpointStoreError } from "waystone";
 * import { openPassphraseKeys } from "waystone/codecs/encrypted";
 *
 * const keys = await openPassphraseKeys("correct horse battery staple", { name: "my-agent" });
 * console.log((await keys.current()).key.extractable); // false
 *
 * const error = await openPassphraseKeys("another", { name: "my-agent" }).catch((error: unknown) => error);
 * console.log(isCheckpointStoreError(error, "codec-mismatch")); // true
 * ```
 */
export async function openPassphraseKeys(
  passphrase: string,
  { name, iterations = ITERATIONS }: PassphraseKeysOptions,
): Promise<KeyRing> {
  if (typeof passphrase !== "string" || passphrase === "")
    throw new TypeError("passphrase must be a string that is not empty");
  if (!Number.isInteger(iterations) || iterations < MIN_ITERATIONS) {
    throw new RangeError(`iterations must be a whole number of at least ${MIN_ITERATIONS}, got ${iterations}`);
  }
  const place = `passphrase:${name}`;
  const kept =
    (await readKept<StoredDerivation>(place)) ?? (await makeDerivation(passphrase, { name: place, iterations }));
  const key = await derive(passphrase, kept);
  try {
    await crypto.subtle.decrypt({ name: AES.name, iv: kept.proof.iv }, key, kept.proof.data);
  } catch (cause) {
    throw new CheckpointStoreError("codec-mismatch", `the passphrase is not the one that ${name} was made with`, {
      cause,
    });
  }
  return ringOf(key);
}

async function makeDerivation(
  passphrase: string,
  { name, iterations }: Pick<StoredDerivation, "name" | "iterations">,
): Promise<StoredDerivation> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await derive(passphrase, { salt, iterations });
  const proof = { iv, data: await crypto.subtle.encrypt({ name: AES.name, iv }, key, new Uint8Array(16)) };
  return updateKept<StoredDerivation>(name, (kept) => kept ?? { name, salt, iterations, proof });
}

async function derive(
  passphrase: string,
  { salt, iterations }: Pick<StoredDerivation, "salt" | "iterations">,
): Promise<CryptoKey> {
  // A character that can be typed in two ways must give the same key.
  const bytes = new TextEncoder().encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, base, AES, false, USAGES);
}

async function makeRing(name: string): Promise<StoredRing> {
  // Before the transaction, which would end while the key is made.
  const { id, key } = await newKey();
  return updateKept<StoredRing>(name, (kept) => kept ?? { name, current: id, keys: new Map([[id, key]]) });
}

async function newKey(): Promise<{ id: string; key: CryptoKey }> {
  return { id: crypto.randomUUID(), key: await crypto.subtle.generateKey(AES, false, USAGES) };
}
