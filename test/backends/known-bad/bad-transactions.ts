import { compareKeys, type CollectionName, type WriteTransaction } from "../../../src/core/backend.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../../../src/core/errors.ts";
import { connectionTo } from "../connection.ts";
import {
  indexesOf,
  keyOf,
  methodsOf,
  noting,
  rehearse,
  withPut,
  withTransaction,
  type Breaks,
  type Step,
} from "./broken.ts";

export const keepsHalfOfWhatFails: Breaks = (disk) =>
  connectionTo({
    ...disk,
    async write(work) {
      const steps: Step[] = [];
      try {
        return await disk.write((transaction) => work(noting(transaction, steps)));
      } catch (error) {
        for (const step of steps) await disk.write(async (transaction) => step(transaction)).catch(() => undefined);
        throw error;
      }
    },
  });

export const writesNoMoreAfterAFailure: Breaks = (disk) => {
  let hasFailed = false;
  return connectionTo({
    ...disk,
    async write(work) {
      if (hasFailed) return (await rehearse(disk, work)).result;
      try {
        return await disk.write(work);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    },
  });
};

export const readsWhatIsStoredAlone: Breaks = (disk) =>
  connectionTo({
    ...disk,
    write: (work) =>
      disk.write(async (transaction) => {
        const steps: Step[] = [];
        const later = noting({ ...methodsOf(transaction), put: () => undefined, delete: () => undefined }, steps);
        const result = await work(later);
        for (const step of steps) step(transaction);
        return result;
      }),
  });

export const readsLate: Breaks = (disk) =>
  withTransaction(disk, (transaction) => ({
    async get(...question) {
      await Promise.resolve();
      return transaction.get(...question) as never;
    },
  }));

export const putsTogether: Breaks = (disk) =>
  withPut(disk, async (transaction, collection, record) =>
    transaction.put(collection, {
      ...(await transaction.get<object>(collection, keyOf(record, collection))),
      ...record,
    }),
  );

export const deletesOpenEnds: Breaks = (disk) =>
  withTransaction(disk, (transaction) => ({
    delete: (collection, { lower, upper }) => transaction.delete(collection, { lower, upper }),
  }));

export const wrapsErrorsOfTheWork: Breaks = (disk) => {
  const wrap = (cause: unknown): never => {
    throw isCheckpointStoreError(cause) ? cause : new CheckpointStoreError("storage", String(cause), { cause });
  };
  return connectionTo({ read: (work) => disk.read(work).catch(wrap), write: (work) => disk.write(work).catch(wrap) });
};

export const losesTheResult: Breaks = (disk) =>
  connectionTo({ ...disk, write: (work) => disk.write(work).then(() => undefined as never) });

export const goesOnWhenOver: Breaks = (disk) => {
  const endless = (transaction: WriteTransaction): WriteTransaction => {
    const soundly = <T>(act: (transaction: WriteTransaction) => Promise<T>): Promise<T> =>
      act(transaction).catch((error: unknown) => {
        if (error instanceof TypeError) return disk.write(act);
        throw error;
      });
    return {
      ...methodsOf(transaction),
      get: (...question) => soundly((sound) => sound.get(...question)),
      getAll: (...question) => soundly((sound) => sound.getAll(...question)),
      keys: (...question) => soundly((sound) => sound.keys(...question)),
    };
  };
  return connectionTo({
    read: (work) => disk.read((transaction) => work(endless(transaction as WriteTransaction))),
    write: (work) => disk.write((transaction) => work(endless(transaction))),
  });
};

export const writesWhenOver: Breaks = (disk) =>
  withTransaction(disk, (transaction) => ({
    put(...write) {
      try {
        transaction.put(...write);
      } catch {
        void disk.write(async (other) => other.put(...write));
      }
    },
  }));

async function inTheWay(transaction: WriteTransaction, collection: CollectionName, record: object): Promise<object[]> {
  const found: object[] = [];
  for (const index of indexesOf(collection)) {
    const other = await transaction.get<object>(collection, keyOf(record, collection, index), index);
    const isOther = other && compareKeys(keyOf(other, collection), keyOf(record, collection)) !== 0;
    if (isOther) found.push(other);
  }
  return found;
}

/** As `INSERT OR REPLACE` does. */
export const replacesWhatIsInTheWay: Breaks = (disk) =>
  withPut(disk, async (transaction, collection, record) => {
    for (const other of await inTheWay(transaction, collection, record)) {
      const key = keyOf(other, collection);
      transaction.delete(collection, { lower: key, upper: key });
    }
    transaction.put(collection, record);
  });

/** As `INSERT OR IGNORE` does. */
export const skipsWhatHasNoRoom: Breaks = (disk) =>
  withPut(disk, async (transaction, collection, record) => {
    if ((await inTheWay(transaction, collection, record)).length === 0) transaction.put(collection, record);
  });

export const callsAConflictStorage: Breaks = (disk) =>
  connectionTo({
    ...disk,
    write: (work) =>
      disk.write(work).catch((error: unknown) => {
        if (!isCheckpointStoreError(error, "conflict")) throw error;
        throw new CheckpointStoreError("storage", error.message, { cause: error });
      }),
  });

/** As a deferred constraint is. */
export const checksIndexesAtTheEnd: Breaks = (disk) =>
  connectionTo({
    ...disk,
    async write(work) {
      const steps: Step[] = [];
      try {
        return await disk.write((transaction) => work(noting(transaction, steps)));
      } catch (error) {
        if (!isCheckpointStoreError(error, "conflict")) throw error;
        return disk.write(async (transaction) => {
          for (const step of steps.reverse()) step(transaction);
          return undefined as never;
        });
      }
    },
  });

/** Leaves the key of a record that was deleted taken. */
export const keepsIndexKeys: Breaks = (disk) => {
  const taken = new Map<string, string>();
  return withPut(disk, async (transaction, collection, record) => {
    for (const index of indexesOf(collection)) {
      const place = JSON.stringify([index, keyOf(record, collection, index)]);
      const key = JSON.stringify(keyOf(record, collection));
      if (taken.has(place) && taken.get(place) !== key) throw new CheckpointStoreError("conflict", `${place} is taken`);
      taken.set(place, key);
    }
    transaction.put(collection, record);
  });
};

/** Takes a record for its own rival. */
export const refusesToPutAgain: Breaks = (disk) =>
  withPut(disk, async (transaction, collection, record) => {
    if (
      indexesOf(collection).length > 0 &&
      (await transaction.get(collection, keyOf(record, collection))) !== undefined
    ) {
      throw new CheckpointStoreError("conflict", "a key of an index is taken");
    }
    transaction.put(collection, record);
  });
