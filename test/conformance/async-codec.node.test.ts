import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Codec } from "../../src/core/codec.ts";
import { openStore } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { subjects } from "./subjects.ts";

/** A codec whose every call takes a turn of the event loop, as one that encrypts would: no transaction outlives it. */
function createAsyncCodec(): Codec {
  const codec = createSuperjsonCodec();
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    name: "async",
    isAsync: true,
    async encode(value, place) {
      const encoded = codec.encode(value, place);
      await turn();
      return encoded;
    },
    async decode(encoded, place) {
      await turn();
      return codec.decode(encoded, place);
    },
  };
}

const [memory, indexedDb] = subjects;
conformanceSuite({
  ...memory!,
  name: "memory, an asynchronous codec",
  open: async (_, options) => createMemoryStore({ ...options, codec: createAsyncCodec() }),
});
conformanceSuite({
  ...indexedDb!,
  name: "IndexedDB, an asynchronous codec",
  open: (name, options) => openStore(name, { ...options, codec: createAsyncCodec() }),
});
