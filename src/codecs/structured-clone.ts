import type { Codec } from "../core/codec.ts";

/**
 * Creates a codec that leaves values as they are, for the backend to clone: the fastest codec, and the smallest.
 *
 * Records then hold the browser's own format, which no other program reads. An archive holds JSON all the same.
 *
 * @returns A codec with the name `structured-clone`.
 *
 * @example
 * ```ts
 * import { openStore } from "waystone";
 * import { createStructuredCloneCodec } from "waystone/codecs/structured-clone";
 *
 * const store = await openStore("my-agent", { codec: createStructuredCloneCodec() });
 * await store.trace("run-1").save({ seen: new Set(["a"]) });
 * console.log((await store.loadLatest("run-1"))?.state); // { seen: Set(1) { 'a' } }
 * ```
 */
export function createStructuredCloneCodec(): Codec {
  return { name: "structured-clone", encode: (value) => value, decode: (encoded) => encoded };
}
