import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Codec } from "../../src/core/codec.ts";
import { createMemoryStore } from "../../src/memory.ts";
import type { ConformanceFeature, ConformanceSubject } from "../../src/testing/index.ts";

const MEMORY: readonly ConformanceFeature[] = [
  "close", "trace", "traces", "history", "fork", "deleteTrace", "watch", "usage", "sharing",
];

const CODECS: readonly (readonly [name: string, create: () => Codec])[] = [
  ["superjson", () => createSuperjsonCodec()],
  ["structured clone", () => createStructuredCloneCodec()],
];

/** Both backends with both codecs. */
export const subjects: readonly ConformanceSubject[] = CODECS.flatMap(([codecName, createCodec]) => [
  {
    name: `memory, ${codecName}`,
    provides: MEMORY,
    open: async () => createMemoryStore({ codec: createCodec() }),
    destroy: async () => undefined,
  },
]);
