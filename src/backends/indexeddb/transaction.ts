import type { IDBPTransaction } from "idb";
import type { CollectionName, IndexName, Key, KeyRange, Query, WriteTransaction } from "../../core/backend.ts";

type Mode = "readonly" | "readwrite";

/** A transaction of the backend over one of IndexedDB. */
export class IndexedDbTransaction implements WriteTransaction {
  readonly #transaction: IDBPTransaction<unknown, string[], Mode>;
  /** Why the first write that failed did. After an explicit commit, Chromium's transaction does not say it itself. */
  failure: unknown = undefined;

  constructor(transaction: IDBPTransaction<unknown, string[], Mode>) {
    this.#transaction = transaction;
  }

  async get<R>(collection: CollectionName, key: Key, index?: IndexName): Promise<R | undefined> {
    return (await this.#source(collection, index).get([...key])) as R | undefined;
  }

  async getAll<R>(collection: CollectionName, query: Query = {}): Promise<R[]> {
    const { range, index, limit, offset = 0, reverse = false } = query;
    if (offset === 0 && !(reverse && limit !== undefined)) {
      const records = (await this.#source(collection, index).getAll(toRange(range), limit)) as R[];
      return reverse ? records.reverse() : records;
    }
    const found: R[] = [];
    let cursor = await this.#source(collection, index).openCursor(toRange(range), reverse ? "prev" : "next");
    if (offset > 0) cursor = (await cursor?.advance(offset)) ?? null;
    while (cursor !== null && cursor !== undefined) {
      found.push(cursor.value as R);
      if (found.length === limit) break;
      cursor = await cursor.continue();
    }
    return found;
  }

  async keys(collection: CollectionName, query: Query = {}): Promise<Key[]> {
    const { range, index, limit, offset = 0, reverse = false } = query;
    if (offset === 0 && !(reverse && limit !== undefined)) {
      const keys = (await this.#source(collection, index).getAllKeys(toRange(range), limit)) as unknown as Key[];
      return reverse ? keys.reverse() : keys;
    }
    const found: Key[] = [];
    let cursor = await this.#source(collection, index).openKeyCursor(toRange(range), reverse ? "prev" : "next");
    if (offset > 0) cursor = (await cursor?.advance(offset)) ?? null;
    while (cursor !== null && cursor !== undefined) {
      found.push(cursor.primaryKey as unknown as Key);
      if (found.length === limit) break;
      cursor = await cursor.continue();
    }
    return found;
  }

  put(collection: CollectionName, record: object): void {
    this.#transaction.objectStore(collection).put!(record).catch(this.#note);
  }

  delete(collection: CollectionName, range: KeyRange): void {
    this.#transaction.objectStore(collection).delete!(toRange(range)!).catch(this.#note);
  }

  /** A request that fails aborts the transaction; those after it fail of the abort. */
  readonly #note = (error: unknown): void => {
    if ((error as Error).name !== "AbortError") this.failure ??= error;
  };

  #source(collection: CollectionName, index?: IndexName) {
    const store = this.#transaction.objectStore(collection);
    return (index === undefined ? store : store.index(index)) as typeof store;
  }
}

function toRange(range: KeyRange | undefined): IDBKeyRange | undefined {
  if (range === undefined) return undefined;
  const { lower, upper, lowerOpen = false, upperOpen = false } = range;
  if (lower === undefined) return upper === undefined ? undefined : IDBKeyRange.upperBound([...upper], upperOpen);
  if (upper === undefined) return IDBKeyRange.lowerBound([...lower], lowerOpen);
  return IDBKeyRange.bound([...lower], [...upper], lowerOpen, upperOpen);
}
