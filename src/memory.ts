import { createMemoryBackend } from "./backends/memory.ts";
import { createStructuredCloneCodec } from "./codecs/structured-clone.ts";
import type { Codec } from "./core/codec.ts";
import { combineRetention, type Retention } from "./core/retention.ts";
import type { Store } from "./core/store.ts";
import { Codecs } from "./engine/codecs.ts";
import { EngineStore } from "./engine/store.ts";

/** What a memory store can be told. */
export interface MemoryStoreOptions {
  /** Structured clone unless told otherwise. */
  readonly codec?: Codec;
  /** What is kept of each trace. */
  readonly retention?: Retention | readonly Retention[];
}

/** A store that lasts as long as the page: the same engine, the same promises, over memory. For tests, above all. */
export function createMemoryStore<S = unknown>({
  codec = createStructuredCloneCodec(),
  retention,
}: MemoryStoreOptions = {}): Store<S> {
  return new EngineStore<S>({
    backend: createMemoryBackend(),
    codecs: new Codecs([codec], { store: `memory ${crypto.randomUUID()}` }),
    retention: combineRetention(retention),
  });
}
