/**
 * Where records live: five ordered collections and transactions over them. All that a new backend has to bring.
 *
 * A backend knows nothing of checkpoints. It keeps records under the keys that {@link COLLECTIONS} names, in the key
 * order of IndexedDB (numbers before strings, arrays element by element).
 */
export interface Backend {
  /** Reads from one moment's view of the store. `work` may await nothing but the transaction's own answers. */
  read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T>;
  /**
   * Runs `work` and commits: resolves once everything is stored, in the durability asked for; if `work` rejects or the
   * commit fails, nothing of it is stored. `work` may await nothing but the transaction's own answers, and may be run
   * again from its start: what it changes outside the transaction must not change what it then does.
   */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T>;
  /** Idempotent. Later calls reject with `closed`. */
  close(): Promise<void>;
}

/** The collections and the key of each; `indexes` are unique and named by what they order. */
export const COLLECTIONS = {
  checkpoints: {
    key: ["traceId", "seq", "id"],
    indexes: { by_id: ["id"], by_trace_timestamp: ["traceId", "timestamp"] },
  },
  pieces: { key: ["traceId", "first"], indexes: {} },
  drops: { key: ["traceId", "seq"], indexes: {} },
  owners: { key: ["traceId"], indexes: {} },
  traces: { key: ["traceId"], indexes: { by_saved_at: ["savedAt", "traceId"] } },
} as const;

export type CollectionName = keyof typeof COLLECTIONS;
export type IndexName = "by_id" | "by_trace_timestamp" | "by_saved_at";

/** The value of a key: one element for each of its fields. */
export type Key = readonly (string | number)[];

/** Keys from `lower` to `upper`, both included unless said otherwise. A prefix of a key stands before all that continue it. */
export interface KeyRange {
  readonly lower?: Key;
  readonly upper?: Key;
  readonly lowerOpen?: boolean;
  readonly upperOpen?: boolean;
}

/** Which records to answer, and how. */
export interface Query {
  readonly range?: KeyRange;
  readonly index?: IndexName;
  readonly limit?: number;
  /** Leave out so many first. */
  readonly offset?: number;
  /** Highest key first. */
  readonly reverse?: boolean;
}

export interface ReadTransaction {
  get<R>(collection: CollectionName, key: Key, index?: IndexName): Promise<R | undefined>;
  getAll<R>(collection: CollectionName, query?: Query): Promise<R[]>;
  /** The primary keys of what `getAll` would answer; reads no record. */
  keys(collection: CollectionName, query?: Query): Promise<Key[]>;
}

/** Writes answer nothing: that they took place is what the transaction's own end says. */
export interface WriteTransaction extends ReadTransaction {
  /** Stores a record, over the one with its key if there is one. */
  put(collection: CollectionName, record: object): void;
  /** Deletes all that lies in the range. */
  delete(collection: CollectionName, range: KeyRange): void;
}
