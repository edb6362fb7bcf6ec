import { createMemoryBackend } from "../../../src/backends/memory.ts";
import { CheckpointStoreError } from "../../../src/core/errors.ts";
import { connectionTo, type Disk } from "../connection.ts";
import type { Breaks } from "./broken.ts";

export const neverCloses: Breaks = (disk) => ({ ...disk, close: async () => undefined });

export const closesAtOnce: Breaks = (disk) => {
  const connection = connectionTo(disk);
  return {
    ...connection,
    async close() {
      void connection.close();
    },
  };
};

export const waitsInItsFirstCallAlone: Breaks = (disk) => {
  const connection = connectionTo(disk);
  let isCalled = false;
  return {
    ...connection,
    async close() {
      if (isCalled) return;
      isCalled = true;
      await connection.close();
    },
  };
};

export const closesOnce: Breaks = (disk) => {
  const connection = connectionTo(disk);
  let isCalled = false;
  return {
    ...connection,
    async close() {
      if (isCalled) throw new CheckpointStoreError("closed", "it is closed already");
      isCalled = true;
      await connection.close();
    },
  };
};

export const takesCallsWhileItCloses: Breaks = (disk) => {
  const running: Promise<unknown>[] = [];
  const connection = connectionTo(disk);
  const noted = <T>(turn: Promise<T>): Promise<T> => {
    running.push(turn);
    return turn;
  };
  return {
    read: (work) => noted(connection.read(work)),
    write: (work) => noted(connection.write(work)),
    async close() {
      await Promise.allSettled(running);
      await connection.close();
    },
  };
};

export const throwsWhenClosed: Breaks = (disk) => {
  const connection = connectionTo(disk);
  let isClosed = false;
  const requireOpen = (): void => {
    if (isClosed) throw new CheckpointStoreError("closed", "it is closed");
  };
  return {
    read: (work) => (requireOpen(), connection.read(work)),
    write: (work) => (requireOpen(), connection.write(work)),
    close() {
      isClosed = true;
      return connection.close();
    },
  };
};

export const callsItselfUnavailable: Breaks = (disk) => {
  const connection = connectionTo(disk);
  const wrap = (error: { code?: string }): never => {
    throw error.code === "closed" ? new CheckpointStoreError("unavailable", "there is no connection") : error;
  };
  return {
    ...connection,
    read: (work) => connection.read(work).catch(wrap),
    write: (work) => connection.write(work).catch(wrap),
  };
};

export const runsWorkWhenClosed: Breaks = (disk) => {
  const connection = connectionTo(disk);
  let isClosed = false;
  return {
    async read(work) {
      if (isClosed) await disk.read(work);
      return connection.read(work);
    },
    write: (work) => connection.write(work),
    close() {
      isClosed = true;
      return connection.close();
    },
  };
};

/** The last one to leave turns off the light. */
const readers = new WeakMap<Disk, Disk>();
export const forgetsWhenClosed: Breaks = (disk) => {
  const sound = readers.get(disk) ?? createMemoryBackend();
  readers.set(disk, sound);
  const connection = connectionTo(sound);
  return {
    ...connection,
    async close() {
      await connection.close();
      readers.delete(disk);
    },
  };
};

const shut = new WeakSet<Disk>();
export const closesForEveryone: Breaks = (disk) => {
  const connection = connectionTo(disk);
  shut.delete(disk);
  const requireOpen = async (): Promise<void> => {
    if (shut.has(disk)) throw new CheckpointStoreError("unavailable", "the disk was shut down");
  };
  return {
    read: async (work) => (await requireOpen(), connection.read(work)),
    write: async (work) => (await requireOpen(), connection.write(work)),
    async close() {
      await connection.close();
      shut.add(disk);
    },
  };
};

const everything = createMemoryBackend();
export const hasOneDiskForAll: Breaks = () => connectionTo(everything);

/** A name that is opened twice is two things. */
export const keepsConnectionsApart: Breaks = () => connectionTo(createMemoryBackend());
