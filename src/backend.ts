import type { Backend } from "./core/backend.ts";
import type { Channel } from "./core/channel.ts";
import type { Codec } from "./core/codec.ts";
import type { Locks } from "./core/locks.ts";
import { requireOptions, type OptionNames } from "./core/options.ts";
import { combineRetention, type QuotaHandler, type Retention } from "./core/retention.ts";
import type { Store } from "./core/store.ts";
import { Codecs } from "./pieces/codecs.ts";
import { TraceStore } from "./store/store.ts";

export { COLLECTIONS, compareKeys } from "./core/backend.ts";
export type {
  Backend,
  CollectionName,
  IndexName,
  Key,
  KeyRange,
  Query,
  ReadTransaction,
  Scope,
  WriteTransaction,
} from "./core/backend.ts";
export type { Channel } from "./core/channel.ts";
export { CheckpointStoreError, isCheckpointStoreError } from "./core/errors.ts";
export type { CheckpointStoreErrorCode, CheckpointStoreErrorDetails } from "./core/errors.ts";
export { createProcessLocks } from "./core/locks.ts";
export type { Locks } from "./core/locks.ts";

/** Options of {@link createStore}. */
export interface CreateStoreOptions {
  /** Encodes states for the records. */
  readonly codec: Codec;
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
   * Carries changes to other stores over the same records. Default is none: then `watch` reports only what is changed
   * through this store.
   */
  readonly channel?: Channel;
  /**
   * The store's name. It is part of the place that a codec may bind to, and of the lock by which a trace is taken over:
   * use the same name for the same records. Default is the empty string.
   */
  readonly name?: string;
  /**
   * By which traces are taken over: the same for all stores over the same records. Default is the Web Locks of a browser;
   * where there are none, `takeOver` is refused as `unavailable`.
   */
  readonly locks?: Locks;
  /** What is kept of each trace: one rule, or several that all apply, with each save. Default is to keep everything. */
  readonly retention?: Retention | readonly Retention[];
  /**
   * Called when a save finds the storage full, to say what to keep of every trace before the save is tried once more.
   * Default is to reject the save with `quota-exceeded`, with everything stored intact.
   */
  readonly onQuotaExceeded?: QuotaHandler;
}

const OPTIONS: OptionNames<CreateStoreOptions> = {
  codec: true,
  readCodecs: true,
  allowPlainRecords: true,
  allowUnreadableLatest: true,
  channel: true,
  name: true,
  locks: true,
  retention: true,
  onQuotaExceeded: true,
};

/**
 * Creates a store over any backend, with all the promises of one in IndexedDB. `waystone/testing` has cases that show
 * whether the backend does its part.
 *
 * @param backend - Where the records live. It belongs to the store from now on: `close` closes it.
 * @returns An open store.
 * @throws TypeError or RangeError if an option is not what it must be.
 *
 * @example
 * ```ts
 * import { createStore, type Backend } from "waystone/backend";
 * import { createStructuredCloneCodec } from "waystone/codecs/structured-clone";
 *
 * // A store without a disk: every trace is empty, and nothing can be saved.
 * const backend: Backend = {
 *   read: (work) => work({ get: async () => undefined, getAll: async () => [], keys: async () => [] }),
 *   write: async () => {
 *     throw new Error("there is no disk");
 *   },
 *   close: async () => undefined,
 * };
 * const store = createStore(backend, { codec: createStructuredCloneCodec() });
 * console.log(await store.list("run-1")); // []
 * ```
 */
export function createStore<S = unknown>(backend: Backend, options: CreateStoreOptions): Store<S> {
  requireOptions(options, OPTIONS, "createStore");
  const { codec, readCodecs = [], channel, name = "", locks, retention, onQuotaExceeded } = options;
  const { allowPlainRecords, allowUnreadableLatest } = options;
  return new TraceStore<S>({
    backend,
    codecs: new Codecs([codec, ...readCodecs], { store: name, allowPlainRecords, allowUnreadableLatest }),
    retention: combineRetention(retention),
    ...(onQuotaExceeded !== undefined && { onQuotaExceeded }),
    ...(channel !== undefined && { channel }),
    ...(locks !== undefined && { locks }),
  });
}
