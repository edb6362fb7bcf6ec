import { openIndexedDbBackend } from "./backends/indexeddb/backend.ts";
import { createBroadcastChannel } from "./backends/indexeddb/channel.ts";
import type { DataLoss } from "./backends/indexeddb/connection.ts";
import { deleteDatabase } from "./backends/indexeddb/delete.ts";
import { createSuperjsonCodec } from "./codecs/superjson.ts";
import type { Codec } from "./core/codec.ts";
import { combineRetention, type QuotaHandler, type Retention } from "./core/retention.ts";
import type { Store } from "./core/store.ts";
import { Codecs } from "./engine/codecs.ts";
import { EngineStore } from "./engine/store.ts";
import { requireId } from "./engine/validate.ts";

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
  Change,
  ChangeListener,
  CheckpointStore,
  HistoryOptions,
  LoadLatestOptions,
  LoadOptions,
  PrunePreview,
  StorageUsage,
  Store,
  TakeOverOptions,
  Trace,
  TraceOptions,
  TraceSummary,
  TraceWork,
  TracesOptions,
  WatchOptions,
} from "./core/store.ts";

/** How a store is opened. */
export interface OpenStoreOptions {
  /** What turns states into records; superjson unless told otherwise. */
  readonly codec?: Codec;
  /** Further codecs to read with: those that older records were written by. */
  readonly readCodecs?: readonly Codec[];
  /**
   * `strict`, the default, has a save on disk before it resolves. `relaxed` is faster by a millisecond or less, and
   * a power cut takes what was saved in the last seconds: whole saves, never a part of one. For that, writes of large
   * records and deletions are strict in any case.
   */
  readonly durability?: "strict" | "relaxed";
  /** What is kept of each trace: `keepLast(20)`, or several rules. Applied with each save; everything unless told otherwise. */
  readonly retention?: Retention | readonly Retention[];
  /**
   * Asked when a save finds the storage full: what to keep of every trace, before it is tried once more. Without an
   * answer the save is a `quota-exceeded` error, and nothing that was stored is lost.
   */
  readonly onQuotaExceeded?: QuotaHandler;
  /** How long another connection may keep the database from opening, before that is a `blocked` error. */
  readonly blockedTimeoutMs?: number;
  /** How long the browser may take to open the database, before that is an `unavailable` error; 10 seconds unless told otherwise. */
  readonly openTimeoutMs?: number;
  /**
   * Told before this resolves, and when a lost connection comes back, if the browser has lost the whole store: damaged
   * files, or somebody deleted its database past {@link deleteStore}. The store is there again then, and empty. Without
   * an answer to it, it is a warning on the console.
   *
   * It is known from a mark in Cache Storage, which goes with IndexedDB when the site's data is cleared, and which is not
   * there outside of secure contexts.
   */
  readonly onDataLoss?: (loss: DataLoss) => void;
}

const BLOCKED_TIMEOUT_MS = 5000;

/**
 * Opens the store of a name in this origin, making it where there is none.
 *
 * Tabs and workers may have the same store open at once; each hears what the others save.
 *
 * @throws `unavailable` where there is no IndexedDB; `blocked`; `newer-schema` if a newer release wrote it.
 */
export async function openStore<S = unknown>(name: string, options: OpenStoreOptions = {}): Promise<Store<S>> {
  const {
    codec = createSuperjsonCodec(),
    readCodecs = [],
    durability = "strict",
    blockedTimeoutMs = BLOCKED_TIMEOUT_MS,
    openTimeoutMs = 10_000,
    onQuotaExceeded,
    onDataLoss = warn,
  } = options;
  requireId(name, "name");
  if (durability !== "strict" && durability !== "relaxed") {
    throw new TypeError(`durability must be "strict" or "relaxed", got ${String(durability)}`);
  }
  const retention = combineRetention(options.retention);
  const backend = await openIndexedDbBackend(name, { durability, blockedTimeoutMs, openTimeoutMs, onDataLoss });
  const channel = createBroadcastChannel(name);
  return new EngineStore<S>({
    backend,
    codecs: new Codecs([codec, ...readCodecs], { store: name }),
    retention,
    ...(onQuotaExceeded !== undefined && { onQuotaExceeded }),
    ...(channel !== undefined && { channel }),
  });
}

/**
 * Deletes the store of a name with all it holds. Stores that are open on it, here and in other tabs, let go of it, and
 * make it anew when they are used again.
 *
 * @throws `blocked` if something that is not Waystone keeps it open; `unavailable`; `storage`.
 */
export async function deleteStore(
  name: string,
  { blockedTimeoutMs = BLOCKED_TIMEOUT_MS }: { readonly blockedTimeoutMs?: number } = {},
): Promise<void> {
  requireId(name, "name");
  await deleteDatabase(name, { blockedTimeoutMs });
}

function warn({ name, lastSeenAt }: DataLoss): void {
  console.warn(
    `Waystone: the browser has lost the store ${name}, last seen ${new Date(lastSeenAt).toISOString()}; it starts afresh.`,
  );
}
