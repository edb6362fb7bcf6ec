import { CheckpointStoreError } from "../../core/errors.ts";

const DATABASE = "waystone-keys";
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
