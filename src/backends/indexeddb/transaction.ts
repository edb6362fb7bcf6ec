import type { IDBPTransaction } from "idb";
import type { CollectionName, IndexName, Key, KeyRange, Query, WriteTransaction } from "../../core/backend.ts";
import { adopt } from "./frame.ts";
import { fromKey, toKey, toRange } from "./keys.ts";

type Mode = "readonly" | "readwrite";

/** A transaction of the backend over one of IndexedDB. */
export class IndexedDbTransaction implements WriteTransaction {
  readonly #transaction: IDBPTransaction<unknown, string[], Mode>;
  readonly #take: <T>(value: T) => T;
  /** Why the first write that failed did. After an explicit commit, Chromium's transaction does not say it itself. */
  failure: unknown = undefined;

  /** @param isThroughFrame - Whether what it reads has to be adopted. */
  constructor(transaction: IDBPTransaction<unknown, string[], Mode>, { isThroughFrame }: { isThroughFrame: boolean }) {
    this.#transaction = transaction;
    this.#take = isThroughFrame ? adopt : (value) => value;
  }

  async get<R>(collection: CollectionName, key: Key, index?: IndexName): Promise<R | undefined> {
    const record: unknown = await this.#source(collection, index).get(toKey(key, { collection, index }));
    return this.#take(record) as R | undefined;
  }

  async getAll<R>(collection: CollectionName, query: Query = {}): Promise<R[]> {
    const { index, limit, offset = 0, reverse = false } = query;
    const range = toRange(query.range, { collection, index });
    if (offset === 0 && !(reverse && limit !== undefined)) {
      const records = this.#take((await this.#source(collection, index).getAll(range, limit)) as R[]);
      return reverse ? records.reverse() : records;
    }
    const found: R[] = [];
    let cursor = await this.#source(collection, index).openCursor(range, reverse ? "prev" : "next");
    if (offset > 0) cursor = (await cursor?.advance(offset)) ?? null;
    while (cursor !== null && cursor !== undefined) {
      found.push(this.#take(cursor.value as R));
      if (found.length === limit) break;
      cursor = await cursor.continue();
    }
    return found;
  }

  async keys(collection: CollectionName, query: Query = {}): Promise<Key[]> {
    const { index, limit, offset = 0, reverse = false } = query;
    const range = toRange(query.range, { collection, index });
    if (offset === 0 && !(reverse && limit !== undefined)) {
      const keys = (await this.#source(collection, index).getAllKeys(range, limit)).map(fromKey);
      return reverse ? keys.reverse() : keys;
    }
    const found: Key[] = [];
    let cursor = await this.#source(collection, index).openKeyCursor(range, reverse ? "prev" : "next");
    if (offset > 0) cursor = (await cursor?.advance(offset)) ?? null;
    while (cursor !== null && cursor !== undefined) {
      found.push(fromKey(cursor.primaryKey));
      if (found.length === limit) break;
      cursor = await cursor.continue();
    }
    return found;
  }

  put(collection: CollectionName, record: object): void {
    this.#transaction.objectStore(collection).put!(record).catch(this.#note);
  }

  delete(collection: CollectionName, range: KeyRange): void {
    this.#transaction.objectStore(collection).delete!(toRange(range, { collection })!).catch(this.#note);
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
