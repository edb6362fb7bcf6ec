import { CheckpointStoreError } from "../../core/errors.ts";
import { requireOptions, type OptionNames } from "../../core/options.ts";
import { keepFirst, readKept, readOrRestore, type Copying, type StoredDerivation } from "./key-database.ts";
import { AES_256, ringOf, USAGES, type KeyRing } from "./key-ring.ts";

/** The least that NIST SP 800-132 (section 5.1) asks for. */
const SALT_BYTES = 16;
/** The number that OWASP's Password Storage Cheat Sheet gives for PBKDF2 with SHA-256. */
const ITERATIONS = 600_000;
/** With fewer, a passphrase can be guessed too fast. */
const MIN_ITERATIONS = 100_000;

/** Options of {@link openPassphraseKeys}. */
export interface PassphraseKeysOptions {
  /** The name under which this origin keeps the salt. It can be that of the store. */
  readonly name: string;
  /**
   * Rounds of PBKDF2: a whole number of at least 100,000. Default is 600,000. Only the first call under a name uses it;
   * later ones use what that one did.
   */
  readonly iterations?: number;
  /**
   * Whether to make a new salt where the one that was made here is gone, in both places where it is kept. With another
   * salt, even the same passphrase opens nothing of what there is. Default is false: that is told as `not-found`.
   */
  readonly allowNewKeys?: boolean;
}

const OPTIONS: OptionNames<PassphraseKeysOptions> = { name: true, iterations: true, allowNewKeys: true };
const COPYING: Copying<StoredDerivation> = {
  toText: ({ name, salt, iterations, proof: { iv, data } }) =>
    JSON.stringify({ name, salt: [...salt], iterations, iv: [...iv], data: [...new Uint8Array(data)] }),
  fromText(text) {
    const { name, salt, iterations, iv, data } = JSON.parse(text) as Record<"salt" | "iv" | "data", number[]> &
      Pick<StoredDerivation, "name" | "iterations">;
    const proof = { iv: Uint8Array.from(iv), data: Uint8Array.from(data).buffer };
    return { name, salt: Uint8Array.from(salt), iterations, proof };
  },
};

/**
 * Opens a key that is derived from a passphrase, by PBKDF2 with SHA-256.
 *
 * The salt is kept in this origin's IndexedDB, with a value that shows at once whether a passphrase is the right one, and
 * a copy of both in its Cache Storage: neither is a secret. The passphrase and the key are kept nowhere.
 *
 * @param passphrase - The passphrase: a string that is not empty.
 * @returns A ring of this one key, for `createEncryptedCodec`.
 * @throws TypeError if `passphrase` is empty or not a string.
 * @throws RangeError if `iterations` is not a whole number of at least 100,000.
 * @throws CheckpointStoreError `codec-mismatch`: it is another passphrase than that of the first call.
 * @throws CheckpointStoreError `not-found`: a salt was made under this name, and is gone.
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
export async function openPassphraseKeys(passphrase: string, options: PassphraseKeysOptions): Promise<KeyRing> {
  requireOptions(options, OPTIONS, "openPassphraseKeys");
  const { name, iterations = ITERATIONS, allowNewKeys = false } = options;
  if (typeof passphrase !== "string" || passphrase === "")
    throw new TypeError("passphrase must be a string that is not empty");
  if (!Number.isInteger(iterations) || iterations < MIN_ITERATIONS) {
    throw new RangeError(`iterations must be a whole number of at least ${MIN_ITERATIONS}, got ${iterations}`);
  }
  const place = `passphrase:${name}`;
  const there = allowNewKeys
    ? await readKept<StoredDerivation>(place)
    : await readOrRestore<StoredDerivation>(place, { copying: COPYING });
  const kept = there ?? (await makeDerivation(passphrase, { name: place, iterations }));
  const key = await derive(passphrase, kept);
  try {
    await crypto.subtle.decrypt({ name: AES_256.name, iv: kept.proof.iv }, key, kept.proof.data);
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
  const proof = { iv, data: await crypto.subtle.encrypt({ name: AES_256.name, iv }, key, new Uint8Array(16)) };
  return keepFirst<StoredDerivation>({ name, salt, iterations, proof }, { copying: COPYING });
}

async function derive(
  passphrase: string,
  { salt, iterations }: Pick<StoredDerivation, "salt" | "iterations">,
): Promise<CryptoKey> {
  // A character that can be typed in two ways must give the same key.
  const bytes = new TextEncoder().encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, base, AES_256, false, USAGES);
}
