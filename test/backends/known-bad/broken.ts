import { createMemoryBackend } from "../../../src/backends/memory.ts";
import {
  COLLECTIONS,
  type Backend,
  type CollectionName,
  type IndexName,
  type Key,
  type WriteTransaction,
} from "../../../src/core/backend.ts";
import type { BackendSubject } from "../../../src/testing/index.ts";
import { connectionTo, type Disk } from "../connection.ts";

/** A backend over a sound disk, which keeps all promises but one. */
export type Breaks = (disk: Disk) => Backend;

/** A subject whose connections of one name have a disk in common. */
export function subjectOn(breaks: Breaks = connectionTo): BackendSubject {
  const disks = new Map<string, Disk>();
  return {
    name: breaks.name,
    provides: ["persistence", "connections", "blobs"],
    async open(name) {
      const disk = disks.get(name) ?? createMemoryBackend();
      disks.set(name, disk);
      return breaks(disk);
    },
    async destroy(name) {
      disks.delete(name);
    },
  };
}

/** The disk's transactions, with some of their methods replaced. */
export function withTransaction(
  disk: Disk,
  replace: (transaction: WriteTransaction) => Partial<WriteTransaction>,
): Backend {
  const replaced = (transaction: WriteTransaction): WriteTransaction => ({
    ...methodsOf(transaction),
    ...replace(transaction),
  });
  return connectionTo({
    // A transaction of the memory backend is one to write with in any case.
    read: (work) => disk.read((transaction) => work(replaced(transaction as WriteTransaction))),
    write: (work) => disk.write((transaction) => work(replaced(transaction))),
  });
}

/** What a write did, to be done again elsewhere. */
export type Step = (transaction: WriteTransaction) => void;

/** A transaction that takes note of what it writes, as well as writing it. */
export function noting(transaction: WriteTransaction, steps: Step[]): WriteTransaction {
  return {
    ...methodsOf(transaction),
    put(collection, record) {
      const copy = structuredClone(record);
      steps.push((other) => other.put(collection, copy));
      transaction.put(collection, record);
    },
    delete(collection, range) {
      steps.push((other) => other.delete(collection, range));
      transaction.delete(collection, range);
    },
  };
}

/** Runs the work, takes note of what it writes, and stores nothing. */
export async function rehearse<T>(
  disk: Disk,
  work: (transaction: WriteTransaction) => Promise<T>,
): Promise<{ result: T; steps: readonly Step[] }> {
  const steps: Step[] = [];
  const done: { result: T }[] = [];
  const end = new Error("stores nothing");
  await disk
    .write(async (transaction) => {
      done.push({ result: await work(noting(transaction, steps)) });
      throw end;
    })
    .catch((error: unknown) => {
      if (error !== end) throw error;
    });
  return { result: done[0]!.result, steps };
}

/**
 * A transaction whose writes may await something: whatever comes after one waits for it, and so does `settled`.
 */
export function chained(
  transaction: WriteTransaction,
  put: (...write: Parameters<WriteTransaction["put"]>) => Promise<void>,
): WriteTransaction & { settled(): Promise<void> } {
  let chain: Promise<unknown> = Promise.resolve();
  const next = <T>(step: () => T | Promise<T>): Promise<T> => {
    const turn = chain.then(step);
    chain = turn.catch(() => undefined);
    return turn;
  };
  let failure: Promise<void> = Promise.resolve();
  return {
    get: (...question) => next(() => transaction.get(...question)) as Promise<never>,
    getAll: (...question) => next(() => transaction.getAll(...question)) as Promise<never>,
    keys: (...question) => next(() => transaction.keys(...question)),
    put(...write) {
      const done = next(() => put(...write));
      done.catch(() => undefined);
      failure = Promise.all([failure, done]).then(() => undefined);
      failure.catch(() => undefined);
    },
    delete: (...write) => void next(() => transaction.delete(...write)),
    async settled() {
      await chain;
      await failure;
    },
  };
}

/** The disk, with writes whose `put` may await something. */
export function withPut(
  disk: Disk,
  put: (transaction: WriteTransaction, ...write: Parameters<WriteTransaction["put"]>) => Promise<void>,
): Backend {
  return connectionTo({
    read: (work) => disk.read(work),
    write: (work) =>
      disk.write(async (transaction) => {
        const slow = chained(transaction, (...write) => put(transaction, ...write));
        const result = await work(slow);
        await slow.settled();
        return result;
      }),
  });
}

export function methodsOf(transaction: WriteTransaction): WriteTransaction {
  return {
    get: (...question) => transaction.get(...question),
    getAll: (...question) => transaction.getAll(...question),
    keys: (...question) => transaction.keys(...question),
    put: (...write) => transaction.put(...write),
    delete: (...write) => transaction.delete(...write),
  };
}

/** The fields of a collection's key, or of an index. */
export function fieldsOf(collection: CollectionName, index?: IndexName): readonly string[] {
  const { key, indexes } = COLLECTIONS[collection];
  return index === undefined ? key : (indexes as Partial<Record<IndexName, readonly string[]>>)[index]!;
}

/** The key of a record, in the collection or in an index. */
export function keyOf(record: object, collection: CollectionName, index?: IndexName): Key {
  return fieldsOf(collection, index).map((field) => (record as Record<string, string | number>)[field]!);
}

/** The indexes of a collection. */
export function indexesOf(collection: CollectionName): readonly IndexName[] {
  return Object.keys(COLLECTIONS[collection].indexes) as IndexName[];
}
