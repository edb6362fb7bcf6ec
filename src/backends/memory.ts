import {
  COLLECTIONS,
  compareKeys,
  type Backend,
  type CollectionName,
  type Key,
  type KeyRange,
  type Query,
  type Scope,
  type WriteTransaction,
} from "../core/backend.ts";
import { CheckpointStoreError } from "../core/errors.ts";

interface Entry {
  readonly key: Key;
  readonly record: object;
}

/** The records in key order, and the same records in the order of each index. */
interface Collection {
  readonly primary: Entry[];
  readonly indexes: Readonly<Record<string, Entry[]>>;
}

/**
 * Creates a backend that keeps records in memory, for tests and for runs that need not last.
 *
 * It stores structured clones, as IndexedDB does, and runs one transaction after the other.
 */
export function createMemoryBackend(): Backend {
  const collections = emptyCollections();
  let queue: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (isClosed) return Promise.reject(new CheckpointStoreError("closed", "the store was closed"));
    const turn = queue.then(work);
    queue = turn.catch(() => undefined);
    return turn;
  };

  return {
    read: (work, scope) =>
      inTurn(async () => {
        const transaction = new MemoryTransaction(collections, scope);
        try {
          return await work(transaction);
        } finally {
          transaction.end();
        }
      }),
    write: (work, scope) =>
      inTurn(async () => {
        const transaction = new MemoryTransaction(collections, scope);
        try {
          const result = await work(transaction);
          transaction.requireSound();
          return result;
        } catch (error) {
          transaction.undo();
          throw error;
        } finally {
          transaction.end();
        }
      }),
    async close() {
      isClosed = true;
      await queue;
    },
  };
}

function emptyCollections(): Record<CollectionName, Collection> {
  const names = Object.keys(COLLECTIONS) as CollectionName[];
  return Object.fromEntries(
    names.map((name) => {
      const indexNames = Object.keys(COLLECTIONS[name].indexes);
      return [name, { primary: [], indexes: Object.fromEntries(indexNames.map((index) => [index, []])) }];
    }),
  ) as unknown as Record<CollectionName, Collection>;
}

class MemoryTransaction implements WriteTransaction {
  readonly #collections: Record<CollectionName, Collection>;
  readonly #scope: Scope | undefined;
  readonly #undo: (() => void)[] = [];
  /** Why the first write that failed did. */
  #failure: CheckpointStoreError | undefined;
  #isOver = false;

  constructor(collections: Record<CollectionName, Collection>, scope: Scope | undefined) {
    this.#collections = collections;
    this.#scope = scope;
  }

  async get<R>(collection: CollectionName, key: Key, index?: string): Promise<R | undefined> {
    this.requireSound();
    this.#requireWithin(collection);
    const entries = this.#entries(collection, index);
    const place = lowerBound(entries, key);
    return isAt(entries, place, key) ? (structuredClone(entries[place]!.record) as R) : undefined;
  }

  async getAll<R>(collection: CollectionName, query: Query = {}): Promise<R[]> {
    this.requireSound();
    return this.#select(collection, query).map(({ record }) => structuredClone(record) as R);
  }

  async keys(collection: CollectionName, query: Query = {}): Promise<Key[]> {
    this.requireSound();
    return this.#select(collection, query).map(({ record }) => keyOf(record, COLLECTIONS[collection].key));
  }

  put(collection: CollectionName, record: object): void {
    this.#requireRunning();
    this.#requireWithin(collection);
    let stored: object;
    try {
      stored = structuredClone(record);
    } catch (cause) {
      this.#fail("serialization", `a record of ${collection} can't be cloned: ${(cause as Error).message}`, { cause });
      return;
    }
    const key = keyOf(stored, COLLECTIONS[collection].key);
    const { primary } = this.#collections[collection];
    const place = lowerBound(primary, key);
    if (isAt(primary, place, key)) this.#remove(collection, primary[place]!.record);
    for (const [name, fields] of Object.entries(COLLECTIONS[collection].indexes)) {
      const entries = this.#collections[collection].indexes[name]!;
      const indexKey = keyOf(stored, fields as readonly string[]);
      if (isAt(entries, lowerBound(entries, indexKey), indexKey)) {
        this.#fail("conflict", `${name} ${JSON.stringify(indexKey)} is taken`);
        return;
      }
    }
    this.#insert(collection, stored);
  }

  delete(collection: CollectionName, range: KeyRange): void {
    this.#requireRunning();
    for (const { record } of this.#select(collection, { range })) this.#remove(collection, record);
  }

  /** @throws What the first write that failed did of; TypeError once the transaction is over. */
  requireSound(): void {
    this.#requireRunning();
    if (this.#failure !== undefined) throw this.#failure;
  }

  end(): void {
    this.#isOver = true;
  }

  undo(): void {
    for (let step = this.#undo.pop(); step !== undefined; step = this.#undo.pop()) step();
  }

  #requireRunning(): void {
    if (this.#isOver) throw new TypeError("the transaction is over");
  }

  #requireWithin(collection: CollectionName): void {
    if (this.#scope?.includes(collection) === false)
      throw new TypeError(`${collection} is not in the transaction's scope`);
  }

  #fail(...error: ConstructorParameters<typeof CheckpointStoreError>): void {
    this.#failure ??= new CheckpointStoreError(...error);
  }

  #entries(collection: CollectionName, index: string | undefined): Entry[] {
    const { primary, indexes } = this.#collections[collection];
    return index === undefined ? primary : indexes[index]!;
  }

  #select(collection: CollectionName, { range, index, limit = Infinity, offset = 0, reverse = false }: Query): Entry[] {
    this.#requireWithin(collection);
    const entries = this.#entries(collection, index);
    const { lower, upper, lowerOpen = false, upperOpen = false } = range ?? {};
    let from = 0;
    let to = entries.length;
    if (lower !== undefined) {
      from = lowerBound(entries, lower);
      if (lowerOpen && isAt(entries, from, lower)) from += 1;
    }
    if (upper !== undefined) {
      to = lowerBound(entries, upper);
      if (!upperOpen && isAt(entries, to, upper)) to += 1;
    }
    const selected = entries.slice(from, Math.max(from, to));
    if (reverse) selected.reverse();
    return selected.slice(offset, offset + limit);
  }

  #insert(collection: CollectionName, record: object): void {
    this.#eachOrder(collection, record, (entries, key) => entries.splice(lowerBound(entries, key), 0, { key, record }));
    this.#undo.push(() =>
      this.#eachOrder(collection, record, (entries, key) => entries.splice(lowerBound(entries, key), 1)),
    );
  }

  #remove(collection: CollectionName, record: object): void {
    this.#eachOrder(collection, record, (entries, key) => entries.splice(lowerBound(entries, key), 1));
    this.#undo.push(() =>
      this.#eachOrder(collection, record, (entries, key) =>
        entries.splice(lowerBound(entries, key), 0, { key, record }),
      ),
    );
  }

  #eachOrder(collection: CollectionName, record: object, visit: (entries: Entry[], key: Key) => void): void {
    const { primary, indexes } = this.#collections[collection];
    visit(primary, keyOf(record, COLLECTIONS[collection].key));
    for (const [name, fields] of Object.entries(COLLECTIONS[collection].indexes)) {
      visit(indexes[name]!, keyOf(record, fields as readonly string[]));
    }
  }
}

function keyOf(record: object, fields: readonly string[]): Key {
  return fields.map((field) => (record as Record<string, string | number>)[field]!);
}

function isAt(entries: readonly Entry[], place: number, key: Key): boolean {
  return place < entries.length && compareKeys(entries[place]!.key, key) === 0;
}

/** Returns the position of a key, or the one that it would be inserted at. */
function lowerBound(entries: readonly Entry[], key: Key): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(entries[middle]!.key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
