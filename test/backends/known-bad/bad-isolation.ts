import { createMemoryBackend } from "../../../src/backends/memory.ts";
import type { CollectionName, Key, ReadTransaction, WriteTransaction } from "../../../src/core/backend.ts";
import { COLLECTIONS } from "../../../src/core/backend.ts";
import { connectionTo, type Disk } from "../connection.ts";
import { chained, keyOf, methodsOf, noting, rehearse, type Breaks, type Step } from "./broken.ts";

const collections = Object.keys(COLLECTIONS) as CollectionName[];

function readingAnew(disk: Disk): ReadTransaction {
  return {
    get: (...question) => disk.read((transaction) => transaction.get(...question)),
    getAll: (...question) => disk.read((transaction) => transaction.getAll(...question)),
    keys: (...question) => disk.read((transaction) => transaction.keys(...question)),
  };
}

/** As at the level `read committed`. */
export const readsEachAnew: Breaks = (disk) => connectionTo({ ...disk, read: (work) => work(readingAnew(disk)) });

/** The same where it writes. */
export const readsEachAnewToWrite: Breaks = (disk) =>
  connectionTo({
    ...disk,
    async write(work) {
      const steps: Step[] = [];
      const reading = { ...readingAnew(disk), put: () => undefined, delete: () => undefined };
      const result = await work(noting(reading, steps));
      await disk.write(async (transaction) => steps.forEach((step) => step(transaction)));
      return result;
    },
  });

/** Writes at once, and takes it back if it has to. */
export const showsWritesUnderWay: Breaks = (disk) =>
  connectionTo({
    ...disk,
    async write(work) {
      const before = await disk.read((transaction) =>
        Promise.all(collections.map((collection) => transaction.getAll<object>(collection))),
      );
      const direct: WriteTransaction = {
        ...readingAnew(disk),
        put: () => undefined,
        delete: (...write) => void disk.write(async (transaction) => transaction.delete(...write)),
      };
      const slow = chained(direct, (...write) => disk.write(async (transaction) => transaction.put(...write)));
      try {
        const result = await work(slow);
        await slow.settled();
        return result;
      } catch (error) {
        await disk.write(async (transaction) => {
          for (const [at, collection] of collections.entries()) {
            transaction.delete(collection, {});
            for (const record of before[at]!) transaction.put(collection, record);
          }
        });
        throw error;
      }
    },
  });

/** Writes what it made of something that may have changed meanwhile. */
export const losesUpdates: Breaks = (disk) =>
  connectionTo({
    ...disk,
    async write(work) {
      const { result, steps } = await rehearse(disk, work);
      await disk.write(async (transaction) => steps.forEach((step) => step(transaction)));
      return result;
    },
  });

/** As at the level `repeatable read` of PostgreSQL: begins anew if what it writes has changed, not if what it read has. */
export const looksAtWhatItWritesAlone: Breaks = (disk) =>
  connectionTo({
    ...disk,
    async write(work) {
      for (;;) {
        const places = new Map<string, readonly [CollectionName, Key]>();
        const former: Promise<unknown>[] = [];
        const { result, steps } = await rehearse(disk, (transaction) =>
          work({
            ...methodsOf(transaction),
            put(collection, record) {
              const key = keyOf(record, collection);
              const place = JSON.stringify([collection, key]);
              if (!places.has(place)) former.push(transaction.get(collection, key));
              places.set(place, [collection, key]);
              transaction.put(collection, record);
            },
          }),
        );
        const before = JSON.stringify(await Promise.all(former));
        const isStored = await disk.write(async (transaction) => {
          const now = await Promise.all([...places.values()].map((place) => transaction.get(...place)));
          if (JSON.stringify(now) !== before) return false;
          steps.forEach((step) => step(transaction));
          return true;
        });
        if (isStored) return result;
      }
    },
  });

export const answersBeforeTheCommit: Breaks = (disk) =>
  connectionTo({
    ...disk,
    async write(work) {
      const { result, steps } = await rehearse(disk, work);
      setTimeout(() => void disk.write(async (transaction) => steps.forEach((step) => step(transaction))), 1);
      return result;
    },
  });

/** Reads from a copy of its own, which knows nothing of what others write. */
export const readsItsOwnCopy: Breaks = (disk) => {
  const copy = createMemoryBackend();
  return connectionTo({
    read: (work) => copy.read(work),
    async write(work) {
      const { steps } = await rehearse(disk, work);
      await copy.write(async (transaction) => steps.forEach((step) => step(transaction)));
      return disk.write(work);
    },
  });
};

export const storesWhatEveryRunWrote: Breaks = (disk) =>
  connectionTo({
    ...disk,
    write: (work) =>
      disk.write(async (transaction) => {
        await work(transaction);
        return work(transaction);
      }),
  });

export const answersWithTheFirstRun: Breaks = (disk) =>
  connectionTo({
    read: async (work) => {
      const result = await disk.read(work);
      await disk.read(work);
      return result;
    },
    async write(work) {
      const { result } = await rehearse(disk, work);
      await disk.write(work);
      return result;
    },
  });

export const runsTwiceAtOnce: Breaks = (disk) =>
  connectionTo({
    ...disk,
    write: (work) =>
      disk.write(async (transaction) => {
        const idle = { ...methodsOf(transaction), put: () => undefined, delete: () => undefined };
        const [result] = await Promise.all([work(transaction), work(idle).catch(() => undefined)]);
        return result;
      }),
  });
