/**
 * Where records live: a few ordered collections, and transactions over them. All that a new kind of storage has to bring.
 *
 * A backend knows nothing of checkpoints. It keeps plain objects (records) in the collections that {@link COLLECTIONS}
 * lists, ordered by their keys, and runs transactions that are atomic, isolated and durable. `waystone/testing` has
 * cases for everything this file promises.
 *
 * **Transactions.** `read` and `write` call `work` with a transaction, which is over once `work` has settled: whatever is
 * asked of it later is refused. `work` may await nothing but reads of its own transaction, since IndexedDB ends a
 * transaction that has nothing to do. Calls on one transaction take effect in the order in which they are made, whether
 * or not they are awaited. An error that `work` throws, or rejects with, is the very error that the call rejects with.
 *
 * **Isolation.** Transactions are serializable: what they read and write is as if they had run one after the other, over
 * all connections. One that starts after a write has resolved sees what that stored. Nobody ever sees part of a write, or
 * anything of a write that fails.
 *
 * **Another run.** A backend may call `work` again from its start with a new transaction, in `read` as in `write`: after
 * a serialization failure, a deadlock or a lost connection, for instance. It does so only where it knows that nothing of
 * the run before was stored, and never has two runs of one call at once. The result of the call is that of the last run.
 * So what `work` changes outside of its transaction must not change what it does in another run.
 *
 * **Errors.** All failures of the backend itself are a `CheckpointStoreError`, with the platform's own error as `cause`:
 *
 * - `conflict`: a `put` would give a unique index the same key twice.
 * - `serialization`: a record holds what this backend can't store without loss: a function; a `Blob`, if it has no place
 *   for these.
 * - `quota-exceeded`: there is no room left. Everything stored before stays readable and can be deleted.
 * - `closed`: `close` was called before.
 * - `unavailable`: there is no such storage here, or it can't be reached any more (permission denied, server down).
 * - `blocked`: another connection has kept the storage from being opened or upgraded for too long.
 * - `newer-schema`: a newer release has written to the storage; it is left untouched.
 * - `storage`: anything else.
 *
 * `unavailable`, `blocked` and `newer-schema` come mostly from the function that opens a backend, and from `read` and
 * `write` if the backend opens its storage anew by itself.
 */
export interface Backend {
  /**
   * Runs `work` on one moment's view of all collections: what others store meanwhile is not seen.
   *
   * @param work - Reads what it needs. May be run again: see {@link Backend}.
   * @param scope - The collections that `work` uses; it must not use others. Default is all. A backend may run
   *   transactions side by side whose collections differ.
   * @returns What `work` resolved with.
   * @throws Anything, exactly as `work` threw it or rejected with it.
   * @throws CheckpointStoreError `closed`: `close` was called before.
   * @throws CheckpointStoreError `unavailable`: the storage can't be reached, or not any more.
   * @throws CheckpointStoreError `storage`: the backend failed in another way; see `cause`.
   */
  read<T>(work: (transaction: ReadTransaction) => Promise<T>, scope?: Scope): Promise<T>;
  /**
   * Runs `work` and stores all it wrote, in all collections together: resolves once everything is stored as durably as
   * the backend was asked to. If `work` rejects, if one of its writes fails, or if the commit does, nothing is stored.
   *
   * There is one exception. If a connection is lost while it commits, nobody may be able to tell what came of it. Then
   * this rejects with `unavailable` or `storage`, and the write is stored whole or not at all.
   *
   * @param work - Reads and writes. May be run again: see {@link Backend}.
   * @param scope - The collections that `work` uses; it must not use others. Default is all.
   * @returns What `work` resolved with.
   * @throws Anything, exactly as `work` threw it or rejected with it.
   * @throws CheckpointStoreError `conflict`: a unique index would have the same key twice.
   * @throws CheckpointStoreError `serialization`: a record holds what this backend can't store without loss.
   * @throws CheckpointStoreError `quota-exceeded`: there is no room left.
   * @throws CheckpointStoreError `closed`: `close` was called before.
   * @throws CheckpointStoreError `unavailable`: the storage can't be reached, or not any more.
   * @throws CheckpointStoreError `storage`: the backend failed in another way; see `cause`.
   */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>, scope?: Scope): Promise<T>;
  /**
   * Closes the connection to the storage, and leaves what is stored as it is. Waits for the transactions that were started
   * before; those started after the call reject with `closed`, even before it resolves. May be called any number of times.
   */
  close(): Promise<void>;
}

/**
 * The collections: of each, the fields of a record that make up its key, and its indexes.
 *
 * An index orders the same records by other fields, under a key of its own. All indexes are unique: no two records of a
 * collection have the same key in one. Every record has all the fields of its collection's key and indexes, each a string
 * or a number (not `NaN`), whatever else it holds.
 *
 * Releases may add collections and indexes, so a backend takes them from here rather than from names of its own.
 */
export const COLLECTIONS = {
  checkpoints: {
    key: ["traceId", "seq", "id"],
    indexes: { by_id: ["id"], by_trace_timestamp: ["traceId", "timestamp"] },
  },
  pieces: { key: ["traceId", "block", "bytes"], indexes: {} },
  segments: { key: ["traceId", "last", "first", "count", "bytes"], indexes: {} },
  notes: { key: ["traceId", "seq", "key", "bytes"], indexes: {} },
  owners: { key: ["traceId"], indexes: {} },
  traces: { key: ["traceId"], indexes: { by_saved_at: ["savedAt", "traceId"] } },
} as const;

/** The name of a collection in {@link COLLECTIONS}. */
export type CollectionName = keyof typeof COLLECTIONS;

/** The collections that a transaction uses, each once, in any order. */
export type Scope = readonly CollectionName[];
/** The name of an index of one of the {@link COLLECTIONS}. */
export type IndexName = "by_id" | "by_trace_timestamp" | "by_saved_at";

/**
 * The values of the fields that make up a key, in the order in which {@link COLLECTIONS} names these fields: always an
 * array, even if it is of one element. Strings may be empty, and may hold any code units, NUL and lone surrogates
 * included; numbers may be negative, fractions and infinite.
 *
 * Keys have the order of IndexedDB (Indexed Database API 3.0, "compare two keys"); {@link compareKeys} is that order as a
 * function:
 *
 * - Element by element: the first elements that differ decide.
 * - All numbers come before all strings.
 * - Numbers are ordered by value. None is -0 or `NaN`.
 * - Strings are ordered by their UTF-16 code units, as `<` does it in JavaScript. (Not by code point as UTF-8 is: U+1F600
 *   comes before U+FFFF.)
 * - If one array is the beginning of the other, the shorter one comes first.
 */
export type Key = readonly (string | number)[];

/**
 * Compares two keys. `keys.sort(compareKeys)` sorts them as collections and indexes do.
 *
 * @param a - A key.
 * @param b - Another key, of the same collection or index.
 * @returns A negative number if `a` comes before `b`, a positive one if it comes after it, 0 if they are the same key.
 */
export function compareKeys(a: Key, b: Key): number {
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const x = a[i]!;
    const y = b[i]!;
    if (x === y) continue;
    if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

/**
 * All keys from `lower` to `upper`. Both ends are included by default; without one, the range goes on to the first or
 * the last key of all. Fields that are `undefined` count as absent.
 *
 * An end is an array of one or more elements, and need not be the key of any record. It may be shorter than a key:
 * `{ lower: ["a"], upper: ["a", Infinity] }` holds `["a", 1]` and all other keys that go on from `["a"]` with a number,
 * since `["a"]` itself comes before them. It may be longer, too, and then comes after the key that it goes on from.
 *
 * A range whose `lower` comes after its `upper` holds nothing; neither does one from a key to the same key with one of its
 * ends open. Neither is an error.
 */
export interface KeyRange {
  /** The first key, or where the first one would be. Default is the first key of all. */
  readonly lower?: Key | undefined;
  /** The last key, or where the last one would be. Default is the last key of all. */
  readonly upper?: Key | undefined;
  /** Leaves out `lower` itself. Default is false. */
  readonly lowerOpen?: boolean | undefined;
  /** Leaves out `upper` itself. Default is false. */
  readonly upperOpen?: boolean | undefined;
}

/**
 * Which records to read, and in what order. Options that are `undefined` count as absent.
 *
 * The options apply in this order: the records in `range`, ordered by `index`, backwards if `reverse`; of these, the first
 * `offset` are left out; of the rest, the first `limit` are read.
 */
export interface Query {
  /** Default is all records. The keys are those of `index`, if one is given. */
  readonly range?: KeyRange | undefined;
  /** The order to read in, one of the collection's own indexes. Default is by the collection's key. */
  readonly index?: IndexName | undefined;
  /** How many records to read at most: a whole number, and 0 means none. Default is all. */
  readonly limit?: number | undefined;
  /** How many records to leave out first: a whole number. Default is 0. */
  readonly offset?: number | undefined;
  /** Reads the highest key first. Default is false. */
  readonly reverse?: boolean | undefined;
}

/**
 * What can be read in a transaction. Reads may be started side by side; each returns what was there when it was called.
 *
 * Every record and key it returns is a copy of the caller's own: changing it changes neither what is stored, nor any
 * other copy.
 */
export interface ReadTransaction {
  /**
   * Reads one record.
   *
   * @param collection - Where it is.
   * @param key - The whole key, not just its beginning.
   * @param index - The index that the key is of. Default is the collection's own key.
   * @returns The record; `undefined` if there is none.
   */
  get<R>(collection: CollectionName, key: Key, index?: IndexName): Promise<R | undefined>;
  /**
   * Reads several records.
   *
   * @param collection - Where they are.
   * @param query - Default is all records, by their keys.
   * @returns The records, in the order asked for.
   */
  getAll<R>(collection: CollectionName, query?: Query): Promise<R[]>;
  /**
   * Reads the keys of the records that `getAll` would return, and does not load these records.
   *
   * @param collection - Where they are.
   * @param query - Default is all records, by their keys.
   * @returns The keys under which the collection has these records (never those of the index), in the order asked for.
   */
  keys(collection: CollectionName, query?: Query): Promise<Key[]>;
}

/**
 * What can be read and written in a transaction. Its own reads see what it wrote before; nobody else's do before
 * {@link Backend.write} has stored all of it.
 *
 * `put` and `delete` return nothing: whether they took place is known when `write` resolves. Once one has failed, so has
 * the transaction: what it is asked then may reject, and `write` rejects, even if `work` resolves.
 */
export interface WriteTransaction extends ReadTransaction {
  /**
   * Stores a copy of a record, taken during the call. A record with the same key is replaced as a whole, in all indexes.
   *
   * Unique indexes are checked by each `put`, against what stands there at that moment: the transaction fails with
   * `conflict` if another record (one with another key) has the same key in an index, even if that one is deleted later
   * in the same transaction. A record that was deleted earlier, or replaced, is not in the way.
   *
   * @param collection - Where to.
   * @param record - A plain object with all the fields that {@link COLLECTIONS} names for the collection. Everything else
   *   that it holds is of what `structuredClone` can copy, nested to any depth that this can: strings (any code units),
   *   numbers (`NaN` and -0 too), `bigint`, booleans, `null`, `undefined`, `Date`, `RegExp`, `Map`, `Set`, plain objects,
   *   arrays (sparse ones too), `ArrayBuffer`, typed arrays, `DataView`, and `Blob` (never `File`) if the backend has a
   *   place for these. It is read back exactly, with its fields in the same order, an `undefined` field not absent, and an object
   *   that is in two places or holds itself still being one. For binary views that goes for class, length and bytes: the
   *   view that is read back may be of another buffer, at any offset. Records may be of several megabytes.
   */
  put(collection: CollectionName, record: object): void;
  /**
   * Deletes all records whose keys are in a range.
   *
   * @param collection - Where they are.
   * @param range - Keys of the collection. `{}` is all of them.
   */
  delete(collection: CollectionName, range: KeyRange): void;
}
