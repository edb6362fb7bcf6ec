import { requireOptions, type OptionNames } from "../../core/options.ts";
import { keepFirst, readKept, readOrRestore, updateKept, type Copying, type StoredRing } from "./key-database.ts";
import { AES_256, USAGES, type KeyRing, type RingKey } from "./key-ring.ts";

/** A ring whose keys this origin keeps in IndexedDB. No script can read them out; whoever has the files can. */
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

/** Options of {@link openManagedKeys}. */
export interface ManagedKeysOptions {
  /**
   * Whether to make new keys where those that were made here are gone. They open nothing of what there is. Default is
   * false: that is told as `not-found`.
   */
  readonly allowNewKeys?: boolean;
}

const OPTIONS: OptionNames<ManagedKeysOptions> = { allowNewKeys: true };

/** The keys themselves can't be copied: that there were some can be told. */
const COPYING: Copying<StoredRing> = { toText: () => "kept", fromText: () => undefined };

/**
 * Opens the keys that this origin keeps under a name. The first key is made if there is none.
 *
 * The keys are not extractable: no script can read them out. But browsers keep them in the files of the profile as they
 * are: whoever has a copy of the whole profile has the keys, too. Against that, only a secret helps that is not in the
 * profile: `openPassphraseKeys`, `openPasskeyKeys`, or a key from elsewhere.
 *
 * They survive the end of the browser, and go when the site's data is cleared, as the stores do. If the browser loses
 * them alone, that is told: what they have encrypted can't be read by anybody any more.
 *
 * @param ringName - The name to keep the keys under. It can be that of the store.
 * @param options - What to do if keys were made here, and are gone.
 * @returns A ring for `createEncryptedCodec`.
 * @throws CheckpointStoreError `not-found`: keys were made under this name, and are gone. Not where Cache Storage is
 *   missing, by which it is noticed.
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
export async function openManagedKeys(ringName: string, options: ManagedKeysOptions = {}): Promise<ManagedKeys> {
  requireOptions(options, OPTIONS, "openManagedKeys");
  const { allowNewKeys = false } = options;
  const name = `managed:${ringName}`;
  const kept = allowNewKeys
    ? await readKept<StoredRing>(name)
    : await readOrRestore<StoredRing>(name, { copying: COPYING });
  let ring = kept ?? (await makeRing(name));
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

async function makeRing(name: string): Promise<StoredRing> {
  // Before the transaction, which would end while the key is made.
  const { id, key } = await newKey();
  return keepFirst<StoredRing>({ name, current: id, keys: new Map([[id, key]]) }, { copying: COPYING });
}

async function newKey(): Promise<{ id: string; key: CryptoKey }> {
  return { id: crypto.randomUUID(), key: await crypto.subtle.generateKey(AES_256, false, USAGES) };
}
