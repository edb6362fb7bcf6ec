import { createMemoryBackend } from "./backends/memory.ts";
import { createStructuredCloneCodec } from "./codecs/structured-clone.ts";
import type { Codec } from "./core/codec.ts";
import { createProcessLocks } from "./core/locks.ts";
import { requireOptions, type OptionNames } from "./core/options.ts";
import { combineRetention, type Retention } from "./core/retention.ts";
import type { Store } from "./core/store.ts";
import { Codecs } from "./pieces/codecs.ts";
import { TraceStore } from "./store/store.ts";

/** Options of {@link createMemoryStore}. */
export interface MemoryStoreOptions {
  /** Encodes states for the records. Default is `createStructuredCloneCodec()`. */
  readonly codec?: Codec;
  /** What is kept of each trace: one rule, or several that all apply, with each save. Default is to keep everything. */
  readonly retention?: Retention | readonly Retention[];
}

const OPTIONS: OptionNames<MemoryStoreOptions> = { codec: true, retention: true };

/**
 * Creates a store in memory, with all the promises of one in IndexedDB, except that it lasts as long as the page. For
 * tests, above all.
 *
 * Each call creates a store of its own, which no other tab or worker sees.
 *
 * @returns An open store, without a promise: nothing is awaited.
 * @throws TypeError or RangeError if an option is not what it must be.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 *
 * const store = createMemoryStore<{ step: number }>();
 * await store.trace("run-1").save({ step: 1 });
 * console.log((await store.loadLatest("run-1"))?.state); // { step: 1 }
 * ```
 */
export function createMemoryStore<S = unknown>(options: MemoryStoreOptions = {}): Store<S> {
  requireOptions(options, OPTIONS, "createMemoryStore");
  const { codec = createStructuredCloneCodec(), retention } = options;
  return new TraceStore<S>({
    backend: createMemoryBackend(),
    codecs: new Codecs([codec], { store: `memory ${crypto.randomUUID()}` }),
    // Nobody else sees its records.
    locks: createProcessLocks(),
    retention: combineRetention(retention),
  });
}
