import type { CollectionName, IndexName, Key, KeyRange, Query, WriteTransaction } from "../../core/backend.ts";
import { roughBytes } from "../../core/rough-bytes.ts";
import { adopt } from "./frame.ts";
import { fromKey, toKey, toRange } from "./keys.ts";
import { advanced, settled } from "./requests.ts";
import { isUnreadable, type UnreadableRecords } from "./unreadable.ts";

type Source = IDBObjectStore | IDBIndex;

/**
 * Larger records are written strictly. Chromium keeps values of more than 64 kB in files of their own, which a relaxed
 * commit does not flush: after a power cut, the record may be there without its file. Half of 64 kB, since a character
 * may take two bytes.
 */
const MAX_RELAXED_BYTES = 32 * 1024;

/** A backend's transaction over one of IndexedDB. */
export class IndexedDbTransaction implements WriteTransaction {
  readonly #transaction: IDBTransaction;
  readonly #take: <T>(value: T) => T;
  /** Why the first failed write failed. After an explicit commit, Chromium's transaction does not have its error. */
  failure: unknown = undefined;
  /**
   * Whether this is a relaxed transaction that must be strict: it writes a large record, or may delete one. After a
   * power cut, such a record could be there without its file.
   */
  needsStrict = false;
  /** Whether it failed because of an unreadable record. Then it is worth another try that leaves that record out. */
  metUnreadable = false;
  readonly #isRelaxed: boolean;
  readonly #unreadable: UnreadableRecords | undefined;
  readonly #raised = new Set<unknown>();

  /**
   * @param isThroughFrame - Whether the values that it reads have to be adopted.
   * @param isRelaxed - Whether it writes with relaxed durability.
   * @param unreadable - If given, records are read one by one, and unreadable ones are added to it.
   */
  constructor(
    transaction: IDBTransaction,
    {
      isThroughFrame,
      isRelaxed,
      unreadable,
    }: { isThroughFrame: boolean; isRelaxed: boolean; unreadable: UnreadableRecords | undefined },
  ) {
    this.#transaction = transaction;
    this.#isRelaxed = isRelaxed;
    this.#unreadable = unreadable;
    this.#take = isThroughFrame ? adopt : (value) => value;
  }

  /** Whether an error comes from this transaction, and is not one of the work's own. */
  hasRaised(error: unknown): boolean {
    return this.#raised.has(error);
  }

  get<R>(collection: CollectionName, key: Key, index?: IndexName): Promise<R | undefined> {
    return this.#noting(this.#get<R>(collection, key, index));
  }

  getAll<R>(collection: CollectionName, query: Query = {}): Promise<R[]> {
    return this.#noting(this.#getAll<R>(collection, query));
  }

  keys(collection: CollectionName, query: Query = {}): Promise<Key[]> {
    return this.#noting(this.#keys(collection, query));
  }

  put(collection: CollectionName, record: object): void {
    this.#write(() => {
      this.#weigh(record);
      return this.#transaction.objectStore(collection).put(record);
    });
  }

  delete(collection: CollectionName, range: KeyRange): void {
    this.#write(() => {
      if (this.#isRelaxed) this.#refuse();
      const keys = toRange(range, { collection });
      if (keys === "none") return undefined;
      const store = this.#transaction.objectStore(collection);
      return keys === undefined ? store.clear() : store.delete(keys);
    });
  }

  async #get<R>(collection: CollectionName, key: Key, index: IndexName | undefined): Promise<R | undefined> {
    const source = this.#source(collection, index);
    const wanted = toKey(key, { collection, index });
    if (this.#unreadable === undefined) return this.#taken((await this.#read(source.get(wanted))) as R | undefined);
    const primary = await settled(source.getKey(wanted));
    return primary === undefined ? undefined : ((await this.#readOne(collection, fromKey(primary))) as R);
  }

  async #getAll<R>(collection: CollectionName, query: Query): Promise<R[]> {
    if (this.#unreadable !== undefined) {
      const records = (await this.#keys(collection, query)).map((key) => this.#readOne(collection, key));
      return (await Promise.all(records)) as R[];
    }
    const source = this.#source(collection, query.index);
    if (query.reverse && query.limit === 1 && !query.offset) {
      const range = toRange(query.range, { collection, index: query.index });
      const cursor = range === "none" ? null : await this.#read(source.openCursor(range, "prev"));
      return cursor === null ? [] : [this.#taken(cursor.value as R)];
    }
    const window = await windowOf(source, { collection, query });
    if (window === undefined) return [];
    const records = this.#take((await this.#read(source.getAll(window.range, window.limit))) as R[]);
    for (const record of records) this.#weigh(record);
    return query.reverse ? records.reverse() : records;
  }

  async #keys(collection: CollectionName, query: Query): Promise<Key[]> {
    const source = this.#source(collection, query.index);
    const window = await windowOf(source, { collection, query });
    if (window === undefined) return [];
    const keys = (await settled(source.getAllKeys(window.range, window.limit))).map(fromKey);
    return query.reverse ? keys.reverse() : keys;
  }

  async #readOne(collection: CollectionName, key: Key): Promise<unknown> {
    const standIn = this.#unreadable!.standIn(collection, key);
    if (standIn !== undefined) return standIn;
    try {
      return this.#taken(await this.#read(this.#source(collection).get(toKey(key, { collection }))));
    } catch (error) {
      if (isUnreadable(error)) this.#unreadable!.note(collection, key);
      throw error;
    }
  }

  async #read<T>(request: IDBRequest<T>): Promise<T> {
    try {
      return await settled(request);
    } catch (error) {
      this.metUnreadable ||= isUnreadable(error);
      throw error;
    }
  }

  #taken<R>(record: R): R {
    this.#weigh(record);
    return this.#take(record);
  }

  /**
   * Refuses large records. Reads are weighed as well, since a `put` over a large record deletes it, and was read first.
   */
  #weigh(value: unknown): void {
    if (this.#isRelaxed && roughBytes(value) > MAX_RELAXED_BYTES) this.#refuse();
  }

  #refuse(): never {
    this.needsStrict = true;
    throw new Error("this has to be a strict transaction");
  }

  async #noting<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.#raised.add(error);
      throw error;
    }
  }

  #write(ask: () => IDBRequest | undefined): void {
    try {
      const request = ask();
      if (request !== undefined) request.onerror = () => this.#fail(request.error);
    } catch (error) {
      // At once, and without an abort: for a value that can't be cloned, for instance.
      this.#raised.add(error);
      this.#fail(error);
      throw error;
    }
  }

  /** A request that fails aborts the transaction; those after it fail of the abort. */
  readonly #fail = (error: unknown): void => {
    if ((error as Error).name !== "AbortError") this.failure ??= error;
  };

  #source(collection: CollectionName, index?: IndexName): Source {
    const store = this.#transaction.objectStore(collection);
    return index === undefined ? store : store.index(index);
  }
}

/**
 * Turns a query into a range that `getAll` can read at once. Returns `undefined` if no record matches.
 *
 * `getAll` reads forwards from the start of a range; only Chromium can do otherwise. A key cursor finds both ends in
 * two steps, whereas reading by a cursor would take a step a record.
 */
async function windowOf(
  source: Source,
  { collection, query }: { readonly collection: CollectionName; readonly query: Query },
): Promise<{ range: IDBKeyRange | undefined; limit: number | undefined } | undefined> {
  const { index, reverse = false } = query;
  const [limit, offset = 0] = [countOf(query.limit), countOf(query.offset)];
  // To `getAll`, a count of 0 means all.
  if (limit === 0) return undefined;
  const range = toRange(query.range, { collection, index });
  if (range === "none") return undefined;
  if (offset === 0 && (!reverse || limit === undefined)) return { range, limit };
  const request = source.openKeyCursor(range, reverse ? "prev" : "next");
  let cursor = await settled(request);
  if (cursor !== null && offset > 0) cursor = await advanced(request, offset);
  if (cursor === null) return undefined;
  const first = cursor.key;
  if (!reverse) return { range: within(range, { from: first }), limit };
  if (limit === undefined) return { range: within(range, { to: first }), limit };
  const last = limit === 1 ? first : (await advanced(request, limit - 1))?.key;
  return { range: within(range, { to: first, ...(last !== undefined && { from: last }) }), limit: undefined };
}

/** IndexedDB takes no larger counts. */
function countOf(count: number | undefined): number | undefined {
  return count === undefined ? undefined : Math.min(count, 2 ** 32 - 1);
}

/** A range cut at keys that lie in it. */
function within(
  range: IDBKeyRange | undefined,
  { from, to }: { readonly from?: IDBValidKey; readonly to?: IDBValidKey },
) {
  const lower = from ?? range?.lower;
  const upper = to ?? range?.upper;
  const lowerOpen = from === undefined && range?.lowerOpen === true;
  const upperOpen = to === undefined && range?.upperOpen === true;
  if (lower === undefined) return IDBKeyRange.upperBound(upper, upperOpen);
  return upper === undefined
    ? IDBKeyRange.lowerBound(lower, lowerOpen)
    : IDBKeyRange.bound(lower, upper, lowerOpen, upperOpen);
}
