import { CheckpointStoreError } from "../../core/errors.ts";
import { ownName } from "../../core/names.ts";
import { readCopy, writeCopy } from "./key-copy.ts";

const DATABASE = ownName("keys");
const COLLECTION = "rings";

/** The keys of a managed ring. */
export interface StoredRing {
  readonly name: string;
  readonly current: string;
  readonly keys: ReadonlyMap<string, CryptoKey>;
}

/** What a key is derived from beside the passphrase, and a value by which the right key is recognized. */
export interface StoredDerivation {
  readonly name: string;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
  readonly proof: { readonly iv: Uint8Array<ArrayBuffer>; readonly data: ArrayBuffer };
}

/** By what a passkey is found again, and recognized. */
export interface StoredPasskey {
  readonly name: string;
  readonly credentialId: Uint8Array<ArrayBuffer>;
  /** The id of the key that its secret makes. */
  readonly keyId: string;
}

/** How something is noted in a second place, beside the database. */
export interface Copying<T> {
  toText(kept: T): string;
  /** What is noted there; `undefined` where it can't be made of that. @throws Anything, for a text that is damaged. */
  fromText(text: string): T | undefined;
}

/**
 * What is kept under a name; `undefined` if nothing ever was. What the database has lost is made good from the copy.
 *
 * @throws `not-found` if something was kept, and is gone.
 */
export async function readOrRestore<T extends { readonly name: string }>(
  name: string,
  { copying }: { readonly copying: Copying<T> },
): Promise<T | undefined> {
  // In this order: who is the first to make something notes it last.
  const copy = await readCopy(name);
  const kept = await readKept<T>(name);
  if (kept !== undefined) {
    if (copy === undefined) await writeCopy(name, copying.toText(kept));
    return kept;
  }
  if (copy === undefined) return undefined;
  let restored: T | undefined;
  try {
    restored = copying.fromText(copy);
  } catch {
    // It is of no use, and says that there was something all the same.
  }
  if (restored !== undefined) return updateKept<T>(name, (there) => there ?? restored);
  throw new CheckpointStoreError(
    "not-found",
    `the keys under the name ${name} were made here, and are gone: the browser has lost the database ${DATABASE}, or somebody deleted it. With allowNewKeys, others are made, which open nothing of what there is`,
  );
}

/** Keeps something under a name unless there is something already, and answers what is there. */
export async function keepFirst<T extends { readonly name: string }>(
  made: T,
  { copying }: { readonly copying: Copying<T> },
): Promise<T> {
  const first = await updateKept<T>(made.name, (kept) => kept ?? made);
  await writeCopy(first.name, copying.toText(first));
  return first;
}

/** Reads what is kept under a name. */
export function readKept<T>(name: string): Promise<T | undefined> {
  return inCollection("readonly", (collection, resolveWith) => {
    const request = collection.get(name);
    request.onsuccess = () => resolveWith(request.result as T | undefined);
  });
}

/**
 * Replaces what is kept under a name by what `next` returns for it, in one transaction: if two tabs are the first at
 * the same time, one makes the keys, and both get the same. Resolves when it is on disk.
 */
export function updateKept<T extends { readonly name: string }>(
  name: string,
  next: (kept: T | undefined) => T,
): Promise<T> {
  return inCollection("readwrite", (collection, resolveWith) => {
    const request = collection.get(name);
    request.onsuccess = () => {
      const before = request.result as T | undefined;
      const kept = next(before);
      if (kept !== before) collection.put(kept);
      resolveWith(kept);
    };
  });
}

/**
 * Runs `work` in a transaction of its own. When that is complete, resolves with what `work` passed to `resolveWith`.
 */
async function inCollection<T>(
  mode: "readonly" | "readwrite",
  work: (collection: IDBObjectStore, resolveWith: (value: T) => void) => void,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(COLLECTION, mode, { durability: "strict" });
      let result: T;
      work(transaction.objectStore(COLLECTION), (value) => (result = value));
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () =>
        reject(new CheckpointStoreError("storage", "can't keep the key", { cause: transaction.error }));
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  if (typeof indexedDB === "undefined") {
    return Promise.reject(new CheckpointStoreError("unavailable", "there is no IndexedDB here to keep a key in"));
  }
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(COLLECTION, { keyPath: "name" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () =>
      reject(new CheckpointStoreError("storage", "can't open the database of keys", { cause: request.error }));
  });
}
