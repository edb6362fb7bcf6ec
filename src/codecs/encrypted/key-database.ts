import { CheckpointStoreError } from "../../core/errors.ts";

const DATABASE = "waystone-keys";
const COLLECTION = "rings";

/** What is kept under a name: keys, or what a passphrase needs to become one. */
export interface StoredRing {
  readonly name: string;
  readonly current: string;
  readonly keys: ReadonlyMap<string, CryptoKey>;
}

/** What a key from a passphrase is derived with, and a value to know the right one by. */
export interface StoredDerivation {
  readonly name: string;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
  readonly proof: { readonly iv: Uint8Array<ArrayBuffer>; readonly data: ArrayBuffer };
}

/** What is kept under a name. */
export function readKept<T>(name: string): Promise<T | undefined> {
  return inCollection("readonly", (collection, answer) => {
    const request = collection.get(name);
    request.onsuccess = () => answer(request.result as T | undefined);
  });
}

/**
 * Reads what is kept under a name, and puts `next` of it in its place, in one transaction: of two tabs that are the
 * first at once, one makes the keys, and both get the same. Resolves once it is on disk.
 */
export function updateKept<T extends { readonly name: string }>(
  name: string,
  next: (kept: T | undefined) => T,
): Promise<T> {
  return inCollection("readwrite", (collection, answer) => {
    const request = collection.get(name);
    request.onsuccess = () => {
      const before = request.result as T | undefined;
      const kept = next(before);
      if (kept !== before) collection.put(kept);
      answer(kept);
    };
  });
}

/** Runs `work` in a transaction of its own; resolves with what it answered, once that is complete. */
async function inCollection<T>(
  mode: "readonly" | "readwrite",
  work: (collection: IDBObjectStore, answer: (value: T) => void) => void,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(COLLECTION, mode, { durability: "strict" });
      let answer: T;
      work(transaction.objectStore(COLLECTION), (value) => (answer = value));
      transaction.oncomplete = () => resolve(answer);
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
