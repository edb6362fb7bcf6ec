import { describe } from "vitest";
import { openStore } from "../../src/index.ts";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { encryptedCodec } from "./encrypted-codec.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { indexedDb } from "./subjects.ts";

muteExpectedComplaints();
describe.concurrent("the kit", () => {
  conformanceSuite({
    ...indexedDb,
    name: "IndexedDB, encrypted superjson",
    open: (name, options) => openStore(name, { ...options, codec: encryptedCodec, durability: "relaxed" }),
  });
});
