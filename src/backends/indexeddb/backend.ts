import type { IDBPDatabase } from "idb";
import { COLLECTIONS, type Backend, type ReadTransaction, type WriteTransaction } from "../../core/backend.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import { Connection, isThroughFrame, type ConnectionOptions } from "./connection.ts";
import { isEngineError, isStorageFull, toStoreError } from "./errors.ts";
import { IndexedDbTransaction } from "./transaction.ts";
import { UnreadableRecords } from "./unreadable.ts";

/** How to keep records in IndexedDB. */
export interface IndexedDbOptions extends ConnectionOptions {
  /**
   * `strict` has every commit on disk before it is acknowledged. `relaxed` leaves that to the operating system: faster
   * by a millisecond or less, and the last seconds are lost with the power. What writes large records or deletes is
   * strict all the same, or a power cut could tear it.
   */
  readonly durability: "strict" | "relaxed";
}

/** Some of what Firefox (153) does can't be told but by its name. */
const IS_FIREFOX = /\bGecko\/\d/.test((globalThis.navigator as Navigator | undefined)?.userAgent ?? "");

/** How often a connection that turns out to be lost is opened again for one transaction. */
const MAX_ATTEMPTS = 3;

const NAMES = Object.keys(COLLECTIONS);

/** How a transaction is to be done. */
interface Manner {
  readonly durability: "strict" | "relaxed";
  /** Once it is known that some records can't be read. */
  readonly unreadable?: UnreadableRecords | undefined;
}

/** Opens the database of a name, making it where there is none. @throws what {@link Connection.open} throws. */
export async function openIndexedDbBackend(name: string, options: IndexedDbOptions): Promise<Backend> {
  const backend = new IndexedDbBackend(new Connection(name, options), options.durability);
  await backend.open();
  return backend;
}

class IndexedDbBackend implements Backend {
  readonly #connection: Connection;
  readonly #durability: "strict" | "relaxed";
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(connection: Connection, durability: "strict" | "relaxed") {
    this.#connection = connection;
    this.#durability = durability;
  }

  async open(): Promise<void> {
    await this.#connection.open();
  }

  read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    return this.#run("readonly", work);
  }

  write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    return this.#run("readwrite", work);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#running).then(() => this.#connection.close());
    return this.#closing;
  }

  #run<T>(mode: "readonly" | "readwrite", work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new CheckpointStoreError("closed", "the store was closed"));
    }
    const running = this.#transact(mode, work);
    this.#running.add(running);
    const forget = (): void => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  async #transact<T>(
    mode: "readonly" | "readwrite",
    work: (transaction: WriteTransaction) => Promise<T>,
    { durability, unreadable }: Manner = { durability: this.#durability },
  ): Promise<T> {
    const transaction = await this.#begin(mode, durability);
    const done = transaction.done;
    // It may fail while the work still runs, and nobody waits for it yet.
    done.catch(() => undefined);
    const isRelaxed = mode === "readwrite" && durability === "relaxed";
    const wrapped = new IndexedDbTransaction(transaction, {
      isThroughFrame: isThroughFrame(transaction.db),
      isRelaxed,
      unreadable,
    });
    let isWorkDone = false;
    try {
      const result = await work(wrapped);
      isWorkDone = true;
      if (wrapped.needsStrict) throw new Error("the work went on after a refusal");
      if (wrapped.failure !== undefined) throw wrapped.failure;
      // Without it, the engine waits a turn to see whether more requests come. Not in Firefox: where a request fails
      // after it, that completes with all other writes in place, and must abort (Indexed Database API 3.0, section 5.5).
      if (mode === "readwrite" && !IS_FIREFOX) transaction.commit();
      // On `complete`, not on the requests' success: Chromium reports a full disk after that, at commit.
      await done;
      return result;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It has ended already.
      }
      await done.catch(() => undefined);
      if (wrapped.needsStrict) return this.#transact(mode, work, { durability: "strict", unreadable });
      // Each time, one more record is known that can't be read.
      if (wrapped.metUnreadable)
        return this.#transact(mode, work, { durability, unreadable: unreadable ?? new UnreadableRecords() });
      const isOfWork = !isWorkDone && !wrapped.hasRaised(error);
      if (isOfWork || !isEngineError(error)) throw error;
      // What the work saw of it may be no more than the abort that followed.
      const reason = wrapped.failure ?? transaction.error ?? error;
      const failure = toStoreError(reason, mode === "readonly" ? "can't read" : "can't write");
      if (!IS_FIREFOX || mode === "readonly") throw failure;
      const isFull =
        failure.code === "quota-exceeded" || ((reason as Error).name === "UnknownError" && (await isStorageFull()));
      if (!isFull) throw failure;
      passUpCleanup(transaction.db);
      throw new CheckpointStoreError("quota-exceeded", failure.message, { cause: reason });
    }
  }

  async #begin(mode: "readonly" | "readwrite", durability: "strict" | "relaxed") {
    for (let attempt = 1; ; attempt += 1) {
      let open = this.#connection.get();
      if (open instanceof Promise) open = await open;
      try {
        return mode === "readonly" ? open.transaction(NAMES, mode) : open.transaction(NAMES, mode, { durability });
      } catch (error) {
        // The connection is gone, and nobody has told us yet.
        this.#connection.lose(open);
        const isLost = (error as Error).name === "InvalidStateError";
        if (!isLost || attempt === MAX_ATTEMPTS) throw toStoreError(error, "can't start a transaction");
      }
    }
  }
}

/**
 * After a full disk, Firefox makes the connection's next transaction one that may delete and nothing else: a `put` in it
 * is an InvalidStateError, even where there is room again. Nobody has asked for it, so that one is let go.
 */
function passUpCleanup(database: IDBPDatabase): void {
  try {
    database.transaction(NAMES, "readwrite").done.catch(() => undefined);
  } catch {
    // The connection is closed, and the next one knows nothing of it.
  }
}
