import type { IDBPDatabase } from "idb";
import { COLLECTIONS, type Backend, type ReadTransaction, type WriteTransaction } from "../../core/backend.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import { Connection, isThroughFrame, type ConnectionOptions } from "./connection.ts";
import { isEngineError, isStorageFull, toStoreError } from "./errors.ts";
import { IndexedDbTransaction } from "./transaction.ts";
import { UnreadableRecords } from "./unreadable.ts";

/** Options of {@link openIndexedDbBackend}. */
export interface IndexedDbOptions extends ConnectionOptions {
  /**
   * `strict`: a commit is acknowledged when it is on disk. `relaxed`: when the operating system has it, which is faster
   * by a millisecond or less; a power cut then loses the commits of the last seconds. Transactions that write large
   * records or delete are strict in either case, since a power cut could tear them.
   */
  readonly durability: "strict" | "relaxed";
}

/** Some of what Firefox (153) does can be detected by nothing but its name. */
const IS_FIREFOX = /\bGecko\/\d/.test((globalThis.navigator as Navigator | undefined)?.userAgent ?? "");

/** How often one transaction is tried on a connection that turns out to be lost. */
const MAX_ATTEMPTS = 3;

const NAMES = Object.keys(COLLECTIONS);

/** How to run a transaction. */
interface Manner {
  readonly durability: "strict" | "relaxed";
  /** The records that are known to be unreadable, if there are any. */
  readonly unreadable?: UnreadableRecords | undefined;
}

/** Opens the database of a name. It is made if it does not exist. @throws What {@link Connection.open} throws. */
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
    // It may reject while the work still runs, before anything awaits it.
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
      // Resolved by `complete`. The requests' success comes too early: Chromium reports a full disk at commit.
      await done;
      return result;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It has ended by itself.
      }
      await done.catch(() => undefined);
      if (wrapped.needsStrict) return this.#transact(mode, work, { durability: "strict", unreadable });
      // This ends: each attempt finds one more unreadable record.
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
        // The connection is lost, and its `close` event has not come yet.
        this.#connection.lose(open);
        const isLost = (error as Error).name === "InvalidStateError";
        if (!isLost || attempt === MAX_ATTEMPTS) throw toStoreError(error, "can't start a transaction");
      }
    }
  }
}

/**
 * Uses up the transaction that Firefox restricts after a full disk. The connection's next transaction may only delete:
 * a `put` in it is an InvalidStateError, even if there is room again.
 */
function passUpCleanup(database: IDBPDatabase): void {
  try {
    database.transaction(NAMES, "readwrite").done.catch(() => undefined);
  } catch {
    // The connection is closed. The next one is not restricted.
  }
}
