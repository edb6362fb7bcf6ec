import { openDB, type IDBPDatabase } from "idb";
import { COLLECTIONS } from "../../core/backend.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import { toStoreError } from "./errors.ts";

const SCHEMA_VERSION = 1;

/** How to open a database. */
export interface ConnectionOptions {
  /** How long another connection may keep the database from opening. */
  readonly blockedTimeoutMs: number;
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
  #isClosed = false;

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
    this.#database?.close();
    this.#database = undefined;
  }

  async #open(): Promise<IDBPDatabase> {
    if (typeof indexedDB === "undefined") {
      throw new CheckpointStoreError("unavailable", "there is no IndexedDB here");
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGivenUp = false;
    const opening = new Promise<IDBPDatabase>((resolve, reject) => {
      openDB(this.#name, SCHEMA_VERSION, {
        upgrade: createCollections,
        blocked: () => {
          const { blockedTimeoutMs } = this.#options;
          const message = `another connection to ${this.#name} has not closed within ${blockedTimeoutMs} ms`;
          timer = setTimeout(() => reject(new CheckpointStoreError("blocked", message)), blockedTimeoutMs);
        },
        blocking: (_current, _blocked, event) => {
          (event.target as unknown as IDBDatabase).close();
          this.#database = undefined;
        },
        terminated: () => (this.#database = undefined),
      }).then((database) => {
        // It may still open, long after it was given up.
        if (isGivenUp) return database.close();
        return resolve(database);
      }, reject);
    });
    try {
      this.#database = await opening;
      return this.#database;
    } catch (error) {
      isGivenUp = true;
      throw toStoreError(error, `can't open the database ${this.#name}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

function createCollections(database: IDBPDatabase): void {
  for (const [name, { key, indexes }] of Object.entries(COLLECTIONS)) {
    const store = database.createObjectStore(name, { keyPath: [...key] });
    for (const [index, fields] of Object.entries(indexes)) {
      store.createIndex(index, [...(fields as readonly string[])], { unique: true });
    }
  }
}
