import { openStore } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { times } from "../length.ts";
import { encryptedCodec } from "./encrypted-codec.ts";
import { subjects } from "./subjects.ts";

// What differs between engines is their WebCrypto: for the short form, memory will do.
const [backend, open] = times<[string, typeof openStore]>({
  short: ["memory", async (_, options) => createMemoryStore(options)],
  long: ["IndexedDB", openStore],
});
const plain = subjects.find(({ name }) => name.startsWith(backend))!;
conformanceSuite({
  ...plain,
  name: `${backend}, encrypted superjson`,
  open: (name, options) => open(name, { ...options, codec: encryptedCodec }),
});
