import { wrap, type IDBPDatabase } from "idb";
import { COLLECTIONS } from "../../core/backend.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import { toStoreError } from "./errors.ts";
import { openFrame, type Frame } from "./frame.ts";
import { keyPathOf } from "./keys.ts";
import { lastSeenAt, noteSeen } from "./witness.ts";

const SCHEMA_VERSION = 1;

/** Databases whose values have to be adopted. */
const throughFrames = new WeakSet<IDBPDatabase>();

/** Whether what is read from a database is of another document's classes. */
export function isThroughFrame(database: IDBPDatabase): boolean {
  return throughFrames.has(database);
}

/** How to open a database. */
export interface ConnectionOptions {
  /** How long another connection may keep the database from opening. */
  readonly blockedTimeoutMs: number;
  /** How long the engine may take to open it, where nothing blocks it. */
  readonly openTimeoutMs: number;
  /** Told when the database had to be made anew, although it was there before. */
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
 * A connection to one database that comes back when it is lost: the engine closes it when storage is cleared, and it
 * closes itself when another tab wants to upgrade or delete the database.
 */
export class Connection {
  readonly #name: string;
  readonly #options: ConnectionOptions;
  #database: IDBPDatabase | undefined;
  #opening: Promise<IDBPDatabase> | undefined;
  #frame: Frame | undefined;
  #isClosed = false;
  /** Whether this connection has noted that the database is there. */
  #isSeen = false;
  /** While it is being noted. */
  #noting: Promise<void> | undefined;

  constructor(name: string, options: ConnectionOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** The database if it is open; otherwise a promise of it. @throws `closed`, and what opening throws. */
  get(): IDBPDatabase | Promise<IDBPDatabase> {
    if (this.#isClosed) throw new CheckpointStoreError("closed", "the store was closed");
    return this.#database ?? this.open();
  }

  /** Opens the database. @throws `unavailable`, `blocked`, `newer-schema`, `storage`. */
  open(): Promise<IDBPDatabase> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Takes the database for lost: the next use opens it again. */
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

  /** Tells of the database that a new one is in the place of, if there was one. */
  async #tellLoss(startedAt: number): Promise<void> {
    const seenAt = await lastSeenAt(this.#name);
    await noteSeen(this.#name);
    // Another tab that opened the new one may have noted it meanwhile.
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
        // Now and then nothing is ever heard of a request: WebKit bug 226547, or an engine's storage process that hangs.
        const silence = `the database ${this.#name} did not open within ${openTimeoutMs} ms`;
        timer = setTimeout(() => reject(new CheckpointStoreError("unavailable", silence)), openTimeoutMs);
        const request = factory.open(this.#name, SCHEMA_VERSION);
        request.onupgradeneeded = () => {
          // Nobody waits for it any more: whoever asks again does it.
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
          // It may still open, long after it was given up.
          if (isGivenUp) request.result.close();
          else resolve(request.result);
        };
      });
      const database = wrap(opened);
      const lose = (): void => this.lose(database);
      opened.onversionchange = () => {
        lose();
        // Noted after a deletion on purpose, the database would be told as lost.
        if (this.#noting === undefined) opened.close();
        else void this.#noting.then(() => opened.close());
      };
      opened.onclose = lose;
      if (factory !== globalThis.indexedDB) throughFrames.add(database);
      this.#database = database;
      if (isNew) await this.#tellLoss(startedAt);
      else if (!this.#isSeen) this.#noting = noteSeen(this.#name).finally(() => (this.#noting = undefined));
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

/** WebKit has no other word for it, and no other engine has this one. */
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
