import { openIndexedDbBackend } from "./backends/indexeddb/backend.ts";
import { createBroadcastChannel } from "./backends/indexeddb/channel.ts";
import type { DataLoss } from "./backends/indexeddb/connection.ts";
import { deleteDatabase } from "./backends/indexeddb/delete.ts";
import { createSuperjsonCodec } from "./codecs/superjson.ts";
import type { Codec } from "./core/codec.ts";
import { isOwnName } from "./core/names.ts";
import { requireOptions, type OptionNames } from "./core/options.ts";
import { combineRetention, type QuotaHandler, type Retention } from "./core/retention.ts";
import type { Store } from "./core/store.ts";
import { Codecs } from "./pieces/codecs.ts";
import { TraceStore } from "./store/store.ts";
import { requireId } from "./store/validate.ts";

export type { DataLoss } from "./backends/indexeddb/connection.ts";
export { createCheckpoint } from "./core/checkpoint.ts";
export { CheckpointStoreError, isCheckpointStoreError } from "./core/errors.ts";
export type {
  Checkpoint,
  CheckpointHead,
  CheckpointId,
  CheckpointOptions,
  StoredHead,
  TraceId,
} from "./core/checkpoint.ts";
export { keepLast, maxAge, maxBytes } from "./core/retention.ts";
export type { QuotaHandler, Retention } from "./core/retention.ts";
export type { CheckpointStoreErrorCode, CheckpointStoreErrorDetails } from "./core/errors.ts";
export type { Codec, CustomValues, Place, PlacedHead } from "./core/codec.ts";
export type {
  CheckpointStore,
  DeleteTracesOptions,
  StorageUsage,
  Store,
  TracesCursor,
  TraceSummary,
  TracesOptions,
  WatchOptions,
} from "./core/store.ts";
export type {
  Change,
  ChangeListener,
  ForkOptions,
  GraphOptions,
  HistoryOptions,
  LoadLatestOptions,
  LoadOptions,
  NoteEntries,
  NoteOptions,
  PrunePreview,
  SaveGuard,
  SaveOptions,
  TakeOverOptions,
  Trace,
  TraceOptions,
  TraceWork,
} from "./core/trace.ts";

/** Options of {@link openStore}. */
export interface OpenStoreOptions {
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
  /**
   * When a save resolves. Default is `"strict"`: when it is on disk. `"relaxed"`: when the operating system has it,
   * which is faster by a millisecond or less. A power cut then loses the saves of the last seconds, but never a part of
   * one: to that end, writes of large records and deletions are strict in any case.
   */
  readonly durability?: "strict" | "relaxed";
  /** What is kept of each trace: one rule, or several that all apply, with each save. Default is to keep everything. */
  readonly retention?: Retention | readonly Retention[];
  /**
   * Called when a save finds the storage full, to say what to keep of every trace before the save is tried once more.
   * Default is to reject the save with `quota-exceeded`, with everything stored intact.
   */
  readonly onQuotaExceeded?: QuotaHandler;
  /**
   * How long an older release that has the database open may keep it from being upgraded, in milliseconds. After that,
   * opening rejects with `blocked`. Default is 5,000.
   */
  readonly blockedTimeoutMs?: number;
  /**
   * How long the browser may take to open the database, in milliseconds. After that, opening rejects with
   * `unavailable`. Default is 10,000.
   */
  readonly openTimeoutMs?: number;
  /**
   * Called if the browser has lost the whole store: its files were damaged, or somebody deleted the database without
   * {@link deleteStore}. It is called before `openStore` resolves, or later, when a connection that was lost is opened
   * again. The store then exists again, and is empty. Default is a warning on the console.
   *
   * A loss is noticed by a mark in Cache Storage. Where there is none, outside of secure contexts, no loss is noticed;
   * nor is it when the user clears the site's data, which takes the mark too.
   */
  readonly onDataLoss?: (loss: DataLoss) => void;
}

const OPEN: OptionNames<OpenStoreOptions> = {
  codec: true,
  readCodecs: true,
  allowPlainRecords: true,
  allowUnreadableLatest: true,
  durability: true,
  retention: true,
  onQuotaExceeded: true,
  blockedTimeoutMs: true,
  openTimeoutMs: true,
  onDataLoss: true,
};
const DELETE: OptionNames<DeleteStoreOptions> = { blockedTimeoutMs: true };
const BLOCKED_TIMEOUT_MS = 5000;

/**
 * Opens the store of a name in this origin's IndexedDB. It is made if it does not exist.
 *
 * Tabs and workers may have the same store open at once. Each hears what the others change; see `Store.watch`.
 *
 * @param name - The name of the store: a string that is not empty. It names the database, too. Names that begin with
 *   `waystone-` are those of the library's own databases.
 * @returns The open store.
 * @throws TypeError or RangeError if `name` or an option is not what it must be.
 * @throws CheckpointStoreError `unavailable`: there is no IndexedDB here, or it did not open within `openTimeoutMs`.
 * @throws CheckpointStoreError `blocked`: an older release has the database open elsewhere and did not close it in
 *   time.
 * @throws CheckpointStoreError `newer-schema`: a newer release wrote the database. It was left untouched.
 * @throws CheckpointStoreError `storage`: IndexedDB failed in another way; see `cause`.
 *
 * @example
 * ```ts
 * import { openStore } from "waystone";
 *
 * const store = await openStore<{ messages: string[] }>("my-agent");
 * const run = store.trace("run-1");
 * await run.save({ messages: ["hello"] }, { nextNode: "ask" });
 *
 * // On the next page, or after a crash:
 * const last = await run.loadLatest();
 * console.log(last?.state, last?.nextNode); // { messages: [ 'hello' ] } ask
 * ```
 */
export async function openStore<S = unknown>(name: string, options: OpenStoreOptions = {}): Promise<Store<S>> {
  requireOptions(options, OPEN, "openStore");
  const {
    codec = createSuperjsonCodec(),
    readCodecs = [],
    allowPlainRecords,
    allowUnreadableLatest,
    durability = "strict",
    blockedTimeoutMs = BLOCKED_TIMEOUT_MS,
    openTimeoutMs = 10_000,
    onQuotaExceeded,
    onDataLoss = warn,
  } = options;
  requireStoreName(name);
  if (durability !== "strict" && durability !== "relaxed") {
    throw new TypeError(`durability must be "strict" or "relaxed", got ${String(durability)}`);
  }
  const retention = combineRetention(options.retention);
  const backend = await openIndexedDbBackend(name, { durability, blockedTimeoutMs, openTimeoutMs, onDataLoss });
  const channel = createBroadcastChannel(name);
  return new TraceStore<S>({
    backend,
    codecs: new Codecs([codec, ...readCodecs], { store: name, allowPlainRecords, allowUnreadableLatest }),
    retention,
    ...(onQuotaExceeded !== undefined && { onQuotaExceeded }),
    ...(channel !== undefined && { channel }),
  });
}

/** Options of {@link deleteStore}. */
export interface DeleteStoreOptions {
  /**
   * How long something that is not Waystone may keep the database open, in milliseconds. After that, the call rejects
   * with `blocked`. Default is 5,000.
   */
  readonly blockedTimeoutMs?: number;
}

/**
 * Deletes the store of a name with all it holds. Does nothing if there is no such store.
 *
 * Stores that have it open, here and in other tabs, are disconnected. They make it anew when they are used again.
 *
 * @param name - The name of the store.
 * @returns A promise that resolves when the database is gone.
 * @throws TypeError if `name` is empty or not a string, or begins with `waystone-`.
 * @throws CheckpointStoreError `blocked`: something that is not Waystone keeps the database open. It is deleted as soon
 *   as that is closed.
 * @throws CheckpointStoreError `unavailable`: there is no IndexedDB here.
 * @throws CheckpointStoreError `storage`: IndexedDB failed in another way; see `cause`.
 *
 * @example
 * ```ts
 * import { deleteStore, openStore } from "waystone";
 *
 * const store = await openStore("my-agent");
 * await store.trace("run-1").save({ step: 1 });
 * await store.close();
 *
 * await deleteStore("my-agent");
 * console.log(await (await openStore("my-agent")).traces()); // []
 * ```
 */
export async function deleteStore(name: string, options: DeleteStoreOptions = {}): Promise<void> {
  requireOptions(options, DELETE, "deleteStore");
  const { blockedTimeoutMs = BLOCKED_TIMEOUT_MS } = options;
  requireStoreName(name);
  await deleteDatabase(name, { blockedTimeoutMs });
}

/** @throws TypeError for what can't name a store. */
function requireStoreName(name: unknown): asserts name is string {
  requireId(name, "name");
  if (isOwnName(name)) throw new TypeError(`names that begin with waystone- are the library's own, got ${name}`);
}

function warn({ name, lastSeenAt }: DataLoss): void {
  console.warn(
    `Waystone: the browser has lost the store ${name}, last seen ${new Date(lastSeenAt).toISOString()}; it starts afresh.`,
  );
}
