import { wrap, type IDBPDatabase } from "idb";
import { COLLECTIONS } from "../../core/backend.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import { toStoreError } from "./errors.ts";
import { openFrame, type Frame } from "./frame.ts";
import { beginFreshLog } from "./fresh-log.ts";
import { keyPathOf } from "./keys.ts";
import { laterTask } from "./requests.ts";
import { lastSeenAt, noteSeen } from "./witness.ts";

const SCHEMA_VERSION = 1;

/** Databases that were opened through a frame: their values have to be adopted. */
const throughFrames = new WeakSet<IDBPDatabase>();

/** Tells whether values read from a database are instances of another document's classes. */
export function isThroughFrame(database: IDBPDatabase): boolean {
  return throughFrames.has(database);
}

/** Options of {@link Connection}. */
export interface ConnectionOptions {
  /** How long an older release that has the database open may keep it from being upgraded. */
  readonly blockedTimeoutMs: number;
  /** How long the browser may take to open the database, if nothing blocks it. */
  readonly openTimeoutMs: number;
  /** Called if the database had to be made anew, although it existed before. */
  readonly onDataLoss?: (loss: DataLoss) => void;
}

/** What `onDataLoss` is called with: a store that existed, and that the browser has lost. */
export interface DataLoss {
  /** The name of the store. */
  readonly name: string;
  /** When the store was last seen to exist, in milliseconds since the epoch. */
  readonly lastSeenAt: number;
}

/**
 * A connection to one database, which is opened again when it was lost: the browser closes it when storage is cleared,
 * and it closes itself when another tab wants to upgrade or delete the database.
 */
export class Connection {
  readonly #name: string;
  readonly #options: ConnectionOptions;
  #database: IDBPDatabase | undefined;
  #opening: Promise<IDBPDatabase> | undefined;
  #frame: Frame | undefined;
  #isClosed = false;
  /** Whether this connection has noted that the database exists. */
  #isSeen = false;
  /** Set while it is being noted. */
  #noting: Promise<void> | undefined;

  constructor(name: string, options: ConnectionOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** Returns the database if it is open, otherwise a promise of it. @throws `closed`, and what opening throws. */
  get(): IDBPDatabase | Promise<IDBPDatabase> {
    if (this.#isClosed) throw new CheckpointStoreError("closed", "the store was closed");
    return this.#database ?? this.open();
  }

  /** Opens the database. @throws `unavailable`, `blocked`, `newer-schema`, `storage`. */
  open(): Promise<IDBPDatabase> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Drops a database that was lost. The next use opens it again. */
  lose(database: IDBPDatabase): void {
    if (this.#database === database) this.#database = undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.catch(() => undefined);
    await this.#noting;
    this.#database?.close();
    this.#database = undefined;
    this.#frame?.remove();
  }

  async #open(): Promise<IDBPDatabase> {
    if (typeof indexedDB === "undefined") {
      throw new CheckpointStoreError("unavailable", "there is no IndexedDB here");
    }
    try {
      return await this.#openIn(this.#frame?.factory ?? indexedDB);
    } catch (error) {
      if (!isServerLost(error)) throw toStoreError(error, `can't open the database ${this.#name}`);
      this.#frame?.remove();
      this.#frame = openFrame();
      if (this.#frame === undefined) {
        const message = "the connection to the browser's storage is lost for good: the page has to be loaded again";
        throw new CheckpointStoreError("unavailable", message, { cause: error });
      }
    }
    try {
      return await this.#openIn(this.#frame.factory);
    } catch (error) {
      throw toStoreError(error, `can't open the database ${this.#name}`);
    }
  }

  async #noteSeen(): Promise<void> {
    await laterTask();
    await noteSeen(this.#name);
  }

  /** Reports a data loss, if the database that was just made had existed before. */
  async #tellLoss(startedAt: number): Promise<void> {
    const seenAt = await lastSeenAt(this.#name);
    await noteSeen(this.#name);
    // If it is that recent, another tab has noted the new database.
    if (seenAt === undefined || seenAt >= startedAt) return;
    this.#options.onDataLoss?.({ name: this.#name, lastSeenAt: seenAt });
  }

  async #openIn(factory: IDBFactory): Promise<IDBPDatabase> {
    const { blockedTimeoutMs, openTimeoutMs } = this.#options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const startedAt = Date.now();
    let isGivenUp = false;
    let isNew = false;
    try {
      const opened = await new Promise<IDBDatabase>((resolve, reject) => {
        // Some requests never settle: WebKit bug 226547, or a storage process that hangs.
        const silence = `the database ${this.#name} did not open within ${openTimeoutMs} ms`;
        timer = setTimeout(() => reject(new CheckpointStoreError("unavailable", silence)), openTimeoutMs);
        const request = factory.open(this.#name, SCHEMA_VERSION);
        request.onupgradeneeded = () => {
          // The caller was told that it failed. The next attempt makes the database.
          if (isGivenUp) return request.transaction!.abort();
          createCollections(request.result);
          isNew = true;
        };
        request.onblocked = () => {
          clearTimeout(timer);
          const message =
            `an older release has ${this.#name} open in another tab or worker of ${globalThis.location?.origin ?? "this process"} ` +
            `and has not closed it within ${blockedTimeoutMs} ms: close or reload that one`;
          timer = setTimeout(() => reject(new CheckpointStoreError("blocked", message)), blockedTimeoutMs);
        };
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          // It can still open long after the timeout.
          if (isGivenUp) request.result.close();
          else resolve(request.result);
        };
      });
      const database = wrap(opened);
      const lose = (): void => this.lose(database);
      opened.onversionchange = () => {
        lose();
        // If it were noted after it was deleted on purpose, it would be reported as lost.
        if (this.#noting === undefined) opened.close();
        else void this.#noting.then(() => opened.close());
      };
      opened.onclose = lose;
      if (factory !== globalThis.indexedDB) throughFrames.add(database);
      this.#database = database;
      beginFreshLog();
      if (isNew) await this.#tellLoss(startedAt);
      else if (!this.#isSeen) this.#noting = this.#noteSeen().finally(() => (this.#noting = undefined));
      this.#isSeen = true;
      return database;
    } catch (error) {
      isGivenUp = true;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * Tells whether WebKit's storage process has ended. Its message is the only sign, and no other browser has that
 * message.
 */
function isServerLost(error: unknown): boolean {
  const { name, message } = error as Partial<Error>;
  return name === "UnknownError" && /server lost/.test(message ?? "");
}

function createCollections(database: IDBDatabase): void {
  for (const [name, { key, indexes }] of Object.entries(COLLECTIONS)) {
    const store = database.createObjectStore(name, { keyPath: keyPathOf(key) });
    for (const [index, fields] of Object.entries(indexes)) {
      store.createIndex(index, keyPathOf(fields as readonly string[]), { unique: true });
    }
  }
}
