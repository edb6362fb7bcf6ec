import type { Backend } from "./core/backend.ts";
import type { Channel } from "./core/channel.ts";
import type { Codec } from "./core/codec.ts";
import { combineRetention, type QuotaHandler, type Retention } from "./core/retention.ts";
import type { Store } from "./core/store.ts";
import { Codecs } from "./engine/codecs.ts";
import { EngineStore } from "./engine/store.ts";

export { COLLECTIONS } from "./core/backend.ts";
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

/** What a store over a backend of one's own is made of. */
export interface CreateStoreOptions {
  readonly codec: Codec;
  /** Further codecs to read with: those that older records were written by. */
  readonly readCodecs?: readonly Codec[];
  /** Carries changes to other stores over the same records. Without one, `watch` hears this store alone. */
  readonly channel?: Channel;
  /** What a codec that binds its records to their place takes for the store's name. */
  readonly name?: string;
  /** What is kept of each trace. */
  readonly retention?: Retention | readonly Retention[];
  /** Asked when a save finds the storage full: what to keep of every trace, before it is tried once more. */
  readonly onQuotaExceeded?: QuotaHandler;
}

/**
 * A store over any backend, with all its promises: the engine does the rest.
 *
 * `waystone/testing` tells whether the backend keeps its side.
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
