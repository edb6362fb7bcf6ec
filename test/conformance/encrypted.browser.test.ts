import { describe } from "vitest";
import { openStore } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import type { ConformanceSubject } from "../../src/testing/index.ts";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { times } from "../length.ts";
import { encryptedCodec } from "./encrypted-codec.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { indexedDb, memory } from "./subjects.ts";

muteExpectedComplaints();
// What differs between browsers is their WebCrypto: for the short form, memory will do.
const subject = times<ConformanceSubject>({
  short: {
    ...memory,
    name: "memory, encrypted superjson",
    open: async (_, options) => createMemoryStore({ ...options, codec: encryptedCodec }),
  },
  long: {
    ...indexedDb,
    name: "IndexedDB, encrypted superjson",
    open: (name, options) => openStore(name, { ...options, codec: encryptedCodec }),
  },
});
describe.concurrent("the kit", () => {
  conformanceSuite(subject);
});
