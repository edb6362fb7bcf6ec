import type { Backend } from "./core/backend.ts";
import type { Channel } from "./core/channel.ts";
import type { Codec } from "./core/codec.ts";
import { combineRetention, type QuotaHandler, type Retention } from "./core/retention.ts";
import type { Store } from "./core/store.ts";
import { Codecs } from "./engine/codecs.ts";
import { EngineStore } from "./engine/store.ts";

export { COLLECTIONS, compareKeys } from "./core/backend.ts";
export type {
  Backend,
  CollectionName,
  IndexName,
  Key,
  KeyRange,
  Query,
  ReadTransaction,
  WriteTransaction,
} from "./core/backend.ts";
export type { Channel } from "./core/channel.ts";
export { CheckpointStoreError, isCheckpointStoreError } from "./core/errors.ts";
export type { CheckpointStoreErrorCode, CheckpointStoreErrorDetails } from "./core/errors.ts";

/** Options for {@link createStore}. */
export interface CreateStoreOptions {
  /** What turns states into records, and back. */
  readonly codec: Codec;
  /** Further codecs to read with: those that older records were written by. Default is none. */
  readonly readCodecs?: readonly Codec[];
  /** Carries changes to other stores over the same records. Without one, `watch` reports only this store's own changes. */
  readonly channel?: Channel;
  /** The store's name, for codecs that bind what they encode to its place. Default is the empty string. */
  readonly name?: string;
  /** What is kept of each trace. Default is everything. */
  readonly retention?: Retention | readonly Retention[];
  /**
   * Called when a save is refused with `quota-exceeded`. If it returns a rule, that is applied to every trace, and the save
   * is tried once more.
   */
  readonly onQuotaExceeded?: QuotaHandler;
}

/**
 * Makes a store over any backend, with all that a store promises.
 *
 * `backendSuite` from `waystone/testing/vitest` or `waystone/testing/node` tells whether the backend keeps its own
 * promises; `conformanceSuite` tells it of the store.
 *
 * @param backend - Where the records live. Closing the store closes it.
 * @param options - The codec, and what else the store should do.
 * @returns The store. It reads and writes nothing before it is used.
 * @example
 * ```ts
 * const store = createStore(await openMyBackend("my-agent"), { codec: createSuperjsonCodec() });
 * ```
 */
export function createStore<S = unknown>(backend: Backend, options: CreateStoreOptions): Store<S> {
  const { codec, readCodecs = [], channel, name = "", retention, onQuotaExceeded } = options;
  return new EngineStore<S>({
    backend,
    codecs: new Codecs([codec, ...readCodecs], { store: name }),
    retention: combineRetention(retention),
    ...(onQuotaExceeded !== undefined && { onQuotaExceeded }),
    ...(channel !== undefined && { channel }),
  });
}
