import { openPostgresBackend } from "./backends/postgres/backend.ts";
import { openPostgresChannel, type PostgresChannel } from "./backends/postgres/changes/channel.ts";
import { ISOLATIONS, type PostgresIsolation } from "./backends/postgres/isolation.ts";
import type { PostgresPool } from "./backends/postgres/pool.ts";
import { makeTables } from "./backends/postgres/schema.ts";
import { createSuperjsonCodec } from "./codecs/superjson.ts";
import { COLLECTIONS, type Backend, type CollectionName } from "./core/backend.ts";
import type { Codec } from "./core/codec.ts";
import { requireOptions, type OptionNames } from "./core/options.ts";
import { combineRetention, type QuotaHandler, type Retention } from "./core/retention.ts";
import type { Store } from "./core/store.ts";
import { Codecs } from "./pieces/codecs.ts";
import { TraceStore } from "./store/store.ts";
import { requireId } from "./store/validate.ts";

export type { PostgresIsolation } from "./backends/postgres/isolation.ts";
export type { PostgresClient, PostgresPool } from "./backends/postgres/pool.ts";

/** Options of {@link setUpPostgres}. */
export interface SetUpPostgresOptions {
  /** The schema that the tables are in. It is made if it does not exist. Default is `"waystone"`. */
  readonly schema?: string;
}

/** Options of {@link openPostgresStore}. */
export interface PostgresStoreOptions {
  /** The schema that the tables are in. Default is `"waystone"`. */
  readonly schema?: string;
  /** Encodes states for the records. Default is `createSuperjsonCodec()`. */
  readonly codec?: Codec;
  /** Further codecs to read with: those that wrote older records. Default is none. */
  readonly readCodecs?: readonly Codec[];
  /**
   * Whether records of a codec that does not bind them to their place (a plain one) may stand beside those of one that
   * does (an encrypted one): read where `codec` binds, and saved on top of the others where it does not. For a
   * migration. Anybody who can write to the database can forge a plain record. Default is false: `codec-mismatch`.
   */
  readonly allowPlainRecords?: boolean;
  /**
   * Whether a trace may be saved to although none of the codecs, with their keys, can read its newest checkpoint: whoever
   * can read that one will not be able to read on. Default is false: such saves are refused as `codec-mismatch`.
   */
  readonly allowUnreadableLatest?: boolean;
  /** What is kept of each trace: one rule, or several that all apply, with each save. Default is to keep everything. */
  readonly retention?: Retention | readonly Retention[];
  /**
   * Called when a save finds the server's disk full, to say what to keep of every trace before the save is tried once more.
   * Default is to reject the save with `quota-exceeded`, with everything stored intact.
   */
  readonly onQuotaExceeded?: QuotaHandler;
  /** What keeps the writes of a store apart: the same for all who have it open. Default is `"advisory-lock"`. */
  readonly isolation?: PostgresIsolation;
  /**
   * How changes that others make reach `watch`. Default is `"listen"`: by LISTEN, for which all stores of a pool in one schema
   * share one of its connections. `{ pollMs }` looks for them instead, every so many milliseconds: for poolers that know no
   * LISTEN, and for a pool of a single connection. With `"none"`, changes are neither told to others nor heard of them.
   */
  readonly changes?: "listen" | "none" | { readonly pollMs: number };
  /**
   * How long a call seeks a connection anew that was lost or refused before it rejects with `unavailable`, in milliseconds.
   * Default is 10,000.
   */
  readonly reconnectTimeoutMs?: number;
}

const SET_UP: OptionNames<SetUpPostgresOptions> = { schema: true };
const OPEN: OptionNames<PostgresStoreOptions> = {
  schema: true,
  codec: true,
  readCodecs: true,
  allowPlainRecords: true,
  allowUnreadableLatest: true,
  retention: true,
  onQuotaExceeded: true,
  isolation: true,
  changes: true,
  reconnectTimeoutMs: true,
};
const DELETE: OptionNames<DeletePostgresStoreOptions> = { schema: true, isolation: true };
const POLL: OptionNames<{ pollMs: number }> = { pollMs: true };
const SCHEMA = "waystone";
const RECONNECT_TIMEOUT_MS = 10_000;

/**
 * Makes the tables of stores in a Postgres database, all in one schema, for any number of stores. Does nothing where they
 * are. Call it when you deploy, or before `openPostgresStore`.
 *
 * @param pool - A pool of connections, such as a `Pool` of `pg`. Its role needs the right to make a schema, or to make
 *   tables in this one; where they are, it needs no more than to read.
 * @returns A promise that resolves when the tables are there.
 * @throws TypeError if an option is not what it must be.
 * @throws CheckpointStoreError `newer-schema`: a newer release has set up this schema. It was left untouched.
 * @throws CheckpointStoreError `unavailable`: the server can't be reached, or refuses the role.
 * @throws CheckpointStoreError `storage`: Postgres failed in another way; see `cause`.
 */
export async function setUpPostgres(pool: PostgresPool, options: SetUpPostgresOptions = {}): Promise<void> {
  requireOptions(options, SET_UP, "setUpPostgres");
  const { schema = SCHEMA } = options;
  requirePool(pool);
  requireId(schema, "schema");
  await makeTables(pool, { schema, timeoutMs: RECONNECT_TIMEOUT_MS });
}

/**
 * Opens the store of a name in a Postgres database, with all the promises of one in IndexedDB. It is made if it does not
 * exist.
 *
 * A save resolves when it is committed: on the server's disk, and on those of its synchronous standbys. Any number of
 * processes may have the same store open.
 *
 * @param pool - A pool of connections, such as a `Pool` of `pg`. It stays yours: close the stores before you end it.
 * @param name - The name of the store: a string that is not empty.
 * @returns The open store.
 * @throws TypeError or RangeError if `name` or an option is not what it must be.
 * @throws CheckpointStoreError `unavailable`: the server can't be reached, or refuses the role, or `setUpPostgres` was not
 *   called for this schema.
 * @throws CheckpointStoreError `newer-schema`: a newer release has set up this schema.
 * @throws CheckpointStoreError `storage`: Postgres failed in another way; see `cause`.
 *
 * @example
 * ```ts
 * import { PGlite } from "@electric-sql/pglite";
 * import { createPgConfig } from "@electric-sql/pglite/node-postgres";
 * import { Pool, type PoolConfig } from "pg";
 * import { openPostgresStore, setUpPostgres } from "waystone/postgres";
 *
 * // A Postgres within this process. For a server: new Pool({ connectionString }), and no changes option.
 * const pool = new Pool(createPgConfig(await PGlite.create()) as unknown as PoolConfig);
 *
 * await setUpPostgres(pool);
 * const store = await openPostgresStore<{ step: number }>(pool, "my-agent", { changes: { pollMs: 500 } });
 * await store.trace("run-1").save({ step: 1 });
 * console.log((await store.loadLatest("run-1"))?.state); // { step: 1 }
 *
 * await store.close();
 * await pool.end();
 * ```
 */
export async function openPostgresStore<S = unknown>(
  pool: PostgresPool,
  name: string,
  options: PostgresStoreOptions = {},
): Promise<Store<S>> {
  requireOptions(options, OPEN, "openPostgresStore");
  const { schema = SCHEMA, codec = createSuperjsonCodec(), readCodecs = [] } = options;
  const { isolation = "advisory-lock", changes = "listen", reconnectTimeoutMs = RECONNECT_TIMEOUT_MS } = options;
  const { allowPlainRecords, allowUnreadableLatest, onQuotaExceeded } = options;
  requirePlace(pool, name, { schema, isolation });
  requireMs(reconnectTimeoutMs, "reconnectTimeoutMs");
  const pollMs = pollIntervalOf(changes, pool);
  const retention = combineRetention(options.retention);
  const backend = await openPostgresBackend(pool, name, { schema, isolation, reconnectTimeoutMs });
  const channel =
    changes === "none"
      ? undefined
      : await openPostgresChannel(pool, name, { schema, pollMs, codec, reconnectTimeoutMs });
  return new TraceStore<S>({
    backend: channel === undefined ? backend : closedAfter(backend, channel),
    codecs: new Codecs([codec, ...readCodecs], { store: name, allowPlainRecords, allowUnreadableLatest }),
    retention,
    ...(onQuotaExceeded !== undefined && { onQuotaExceeded }),
    ...(channel !== undefined && { channel }),
  });
}

/** Options of {@link deletePostgresStore}. */
export interface DeletePostgresStoreOptions {
  /** The schema that the tables are in. Default is `"waystone"`. */
  readonly schema?: string;
  /** What keeps the writes of the store apart, as `openPostgresStore` was told. Default is `"advisory-lock"`. */
  readonly isolation?: PostgresIsolation;
}

/**
 * Deletes the store of a name with all it holds, in one transaction. Does nothing if there is no such store.
 *
 * Stores of the name that are open, here and in other processes, stay so, and are empty.
 *
 * @param pool - A pool of connections, such as a `Pool` of `pg`.
 * @param name - The name of the store.
 * @returns A promise that resolves when its records are gone.
 * @throws TypeError if `name` is empty or not a string, or an option is not what it must be.
 * @throws CheckpointStoreError `unavailable`: the server can't be reached, or `setUpPostgres` was not called for this schema.
 * @throws CheckpointStoreError `newer-schema`: a newer release has set up this schema.
 * @throws CheckpointStoreError `storage`: Postgres failed in another way; see `cause`.
 */
export async function deletePostgresStore(
  pool: PostgresPool,
  name: string,
  options: DeletePostgresStoreOptions = {},
): Promise<void> {
  requireOptions(options, DELETE, "deletePostgresStore");
  const { schema = SCHEMA, isolation = "advisory-lock" } = options;
  requirePlace(pool, name, { schema, isolation });
  const backend = await openPostgresBackend(pool, name, {
    schema,
    isolation,
    reconnectTimeoutMs: RECONNECT_TIMEOUT_MS,
  });
  await backend
    .write(async (transaction) => {
      for (const collection of Object.keys(COLLECTIONS) as CollectionName[]) transaction.delete(collection, {});
    })
    .finally(() => backend.close());
}

/** A backend that is closed only once the channel has told all, since the pool may be ended then. */
function closedAfter(backend: Backend, channel: PostgresChannel): Backend {
  return {
    read: (work) => backend.read(work),
    write: (work) => backend.write(work),
    async close() {
      await Promise.all([backend.close(), channel.sent()]);
    },
  };
}

/** @throws TypeError or RangeError for what is no way to hear of changes. */
function pollIntervalOf(
  changes: NonNullable<PostgresStoreOptions["changes"]>,
  { options }: PostgresPool,
): number | undefined {
  if (changes === "none") return undefined;
  if (changes === "listen") {
    if (options?.max !== 1) return undefined;
    throw new RangeError("to listen takes a connection of its own, and the pool has one: use changes: { pollMs: 500 }");
  }
  requireOptions(changes, POLL, "changes");
  requireMs(changes.pollMs, "changes.pollMs");
  return changes.pollMs;
}

/** @throws TypeError for what does not say where a store is, or how it is locked. */
function requirePlace(
  pool: PostgresPool,
  name: string,
  { schema, isolation }: { schema: string; isolation: PostgresIsolation },
): void {
  requirePool(pool);
  requireId(name, "name");
  requireId(schema, "schema");
  if (!ISOLATIONS.includes(isolation)) {
    throw new TypeError(`isolation must be one of ${ISOLATIONS.join(", ")}, got ${String(isolation)}`);
  }
}

/** @throws TypeError for what is not a pool of connections. */
function requirePool(pool: unknown): void {
  const { connect, on } = (pool ?? {}) as Partial<Record<string, unknown>>;
  if (typeof connect !== "function" || typeof on !== "function") {
    throw new TypeError("pool must be a pool of connections, as new Pool() of pg makes it");
  }
}

/** @throws TypeError or RangeError for what is not a time that a timer can wait. */
function requireMs(value: unknown, name: string): void {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number of milliseconds, got ${typeof value}`);
  if (!(value >= 0 && value <= 2 ** 31 - 1))
    throw new RangeError(`${name} must be from 0 to 2,147,483,647, got ${value}`);
}
