import { CheckpointStoreError } from "../../core/errors.ts";
import { readKept, updateKept, type StoredDerivation, type StoredRing } from "./key-database.ts";
import { ringOf, type KeyRing, type RingKey } from "./key-ring.ts";

/** A ring whose keys live in this origin's IndexedDB and can't be read out, not even by the page. */
export interface ManagedKeys extends KeyRing {
  current(): RingKey;
  /**
   * Makes a new key, which all that is saved through this ring from now on is encrypted with; rings that are open elsewhere
   * take it up when they meet a record under it. Older records stay readable.
   */
  rotate(): Promise<void>;
}

/** Bytes of a salt, as NIST SP 800-132 (section 5.1) wants at least. */
const SALT_BYTES = 16;
/** What OWASP's Password Storage Cheat Sheet gives for PBKDF2 with SHA-256. */
const ITERATIONS = 600_000;
/** Fewer let a passphrase be guessed too fast. */
const MIN_ITERATIONS = 100_000;
const AES = { name: "AES-GCM", length: 256 } as const;
const USAGES: KeyUsage[] = ["encrypt", "decrypt"];

/**
 * Opens the keys that this origin keeps under a name, making the first one where there is none. They are not
 * extractable, survive the browser's end, and go when the site's data is cleared, as the stores do.
 *
 * @throws `unavailable` where there is no IndexedDB; `storage`.
 */
export async function openManagedKeys(ringName: string): Promise<ManagedKeys> {
  const name = `managed:${ringName}`;
  let ring = (await readKept<StoredRing>(name)) ?? (await makeRing(name));
  let reading: Promise<StoredRing | undefined> | undefined;
  return {
    current: () => ({ id: ring.current, key: ring.keys.get(ring.current)! }),
    async find(id) {
      if (!ring.keys.has(id)) {
        // Another tab may have made a new one. A checkpoint's pieces all ask at once.
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

/**
 * A key that is derived from a passphrase by PBKDF2. The salt is kept in this origin under `name`, with a value by which
 * a wrong passphrase is told at once.
 *
 * @throws `codec-mismatch` for another passphrase than the first time; TypeError for an empty one; RangeError for fewer
 *   than 100,000 iterations.
 */
export async function openPassphraseKeys(
  passphrase: string,
  { name, iterations = ITERATIONS }: { name: string; iterations?: number },
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
  // Two ways to type one character must be one passphrase.
  const bytes = new TextEncoder().encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, base, AES, false, USAGES);
}

async function makeRing(name: string): Promise<StoredRing> {
  // Made before the transaction, which would not outlive the wait.
  const { id, key } = await newKey();
  return updateKept<StoredRing>(name, (kept) => kept ?? { name, current: id, keys: new Map([[id, key]]) });
}

async function newKey(): Promise<{ id: string; key: CryptoKey }> {
  return { id: crypto.randomUUID(), key: await crypto.subtle.generateKey(AES, false, USAGES) };
}
