import { unwrap, type IDBPDatabase } from "idb";
import {
  COLLECTIONS,
  type Backend,
  type ReadTransaction,
  type Scope,
  type WriteTransaction,
} from "../../core/backend.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import { Connection, isThroughFrame, type ConnectionOptions } from "./connection.ts";
import { isEngineError, isStorageFull, toStoreError } from "./errors.ts";
import { ended } from "./requests.ts";
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

/** What a transaction may do, and to which collections. */
interface Reach {
  readonly mode: "readonly" | "readwrite";
  readonly collections: readonly string[];
}

/** A transaction, and the database that it is one of. */
interface Begun {
  readonly transaction: IDBTransaction;
  readonly database: IDBPDatabase;
}

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

  read<T>(work: (transaction: ReadTransaction) => Promise<T>, scope?: Scope): Promise<T> {
    return this.#run({ mode: "readonly", collections: scope ?? NAMES }, work);
  }

  write<T>(work: (transaction: WriteTransaction) => Promise<T>, scope?: Scope): Promise<T> {
    return this.#run({ mode: "readwrite", collections: scope ?? NAMES }, work);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#running).then(() => this.#connection.close());
    return this.#closing;
  }

  #run<T>(reach: Reach, work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new CheckpointStoreError("closed", "the store was closed"));
    }
    const running = this.#transact(reach, work);
    this.#running.add(running);
    const forget = (): void => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  async #transact<T>(
    reach: Reach,
    work: (transaction: WriteTransaction) => Promise<T>,
    { durability, unreadable }: Manner = { durability: this.#durability },
  ): Promise<T> {
    const { mode } = reach;
    const begun = this.#begin(reach, durability);
    // Without an await where the database is open: each would cost a turn.
    const { transaction, database } = begun instanceof Promise ? await begun : begun;
    const done = ended(transaction);
    // It may reject while the work still runs, before anything awaits it.
    done.catch(() => undefined);
    const isRelaxed = mode === "readwrite" && durability === "relaxed";
    const wrapped = new IndexedDbTransaction(transaction, {
      isThroughFrame: isThroughFrame(database),
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
      if (wrapped.needsStrict) return this.#transact(reach, work, { durability: "strict", unreadable });
      // This ends: each attempt finds one more unreadable record.
      if (wrapped.metUnreadable)
        return this.#transact(reach, work, { durability, unreadable: unreadable ?? new UnreadableRecords() });
      const isOfWork = !isWorkDone && !wrapped.hasRaised(error);
      if (isOfWork || !isEngineError(error)) throw error;
      // What the work saw of it may be no more than the abort that followed.
      const reason = wrapped.failure ?? transaction.error ?? error;
      const failure = toStoreError(reason, mode === "readonly" ? "can't read" : "can't write");
      if (!IS_FIREFOX || mode === "readonly") throw failure;
      const isFull =
        failure.code === "quota-exceeded" || ((reason as Error).name === "UnknownError" && (await isStorageFull()));
      if (!isFull) throw failure;
      passUpCleanup(database);
      throw new CheckpointStoreError("quota-exceeded", failure.message, { cause: reason });
    }
  }

  #begin(reach: Reach, durability: "strict" | "relaxed"): Begun | Promise<Begun> {
    const open = this.#connection.get();
    return open instanceof Promise
      ? this.#beginOnceOpen(reach, durability, open)
      : this.#beginOn(open, reach, durability);
  }

  async #beginOnceOpen(
    reach: Reach,
    durability: "strict" | "relaxed",
    opening: Promise<IDBPDatabase>,
    attempt = 1,
  ): Promise<Begun> {
    return this.#beginOn(await opening, reach, durability, attempt);
  }

  #beginOn(
    database: IDBPDatabase,
    reach: Reach,
    durability: "strict" | "relaxed",
    attempt = 1,
  ): Begun | Promise<Begun> {
    const { mode, collections } = reach;
    try {
      const raw = unwrap(database);
      const transaction =
        mode === "readonly" ? raw.transaction(collections, mode) : raw.transaction(collections, mode, { durability });
      return { transaction, database };
    } catch (error) {
      // The connection is lost, and its `close` event has not come yet.
      this.#connection.lose(database);
      const isLost = (error as Error).name === "InvalidStateError";
      if (!isLost || attempt === MAX_ATTEMPTS) throw toStoreError(error, "can't start a transaction");
      return this.#beginOnceOpen(reach, durability, this.#connection.open(), attempt + 1);
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
