import { openStore } from "../../src/index.ts";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { encryptedCodec } from "./encrypted-codec.ts";
import { subjects } from "./subjects.ts";

const indexedDb = subjects.find(({ name }) => name.startsWith("IndexedDB"))!;
conformanceSuite({
  ...indexedDb,
  name: "IndexedDB, encrypted superjson",
  open: (name, options) => openStore(name, { ...options, codec: encryptedCodec, durability: "relaxed" }),
});
