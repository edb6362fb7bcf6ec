import { createEncryptedCodec } from "../../src/codecs/encrypted.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { openStore } from "../../src/index.ts";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { subjects } from "./subjects.ts";

const keys = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
const codec = createEncryptedCodec({ codec: createSuperjsonCodec(), keys, encryptMetadata: true });

const indexedDb = subjects.find(({ name }) => name.startsWith("IndexedDB"))!;
conformanceSuite({
  ...indexedDb,
  name: "IndexedDB, encrypted superjson",
  open: (name, options) => openStore(name, { ...options, codec, durability: "relaxed" }),
});
