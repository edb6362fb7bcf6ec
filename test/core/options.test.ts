import { describe, expect, test } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { createStore } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import {
  createEncryptedCodec,
  createKeyRing,
  openManagedKeys,
  openPasskeyKeys,
  openPassphraseKeys,
} from "../../src/codecs/encrypted.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { requireOptions } from "../../src/core/options.ts";
import { createCheckpoint, deleteStore, openStore } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";

const codec = createSuperjsonCodec();
const wrong = (options: object) => options as never;
const store = createMemoryStore();

/** Everything else that takes options; what a store's methods take, the kit asks of every store. */
const CALLS: Readonly<Record<string, () => unknown>> = {
  openStore: () => openStore("options", wrong({ retain: { keepLast: 5 } })),
  "openStore, by the letter": () => openStore("options", wrong({ allowplainrecords: true })),
  "openStore, a rule": () => openStore("options", { retention: [{ keepLast: 5 }, wrong({ keeplast: 5 })] }),
  deleteStore: () => deleteStore("options", wrong({ timeoutMs: 1 })),
  createStore: () => createStore(createMemoryBackend(), wrong({ codec, codecs: [] })),
  createMemoryStore: () => createMemoryStore(wrong({ name: "memory" })),
  createCheckpoint: () => createCheckpoint({}, wrong({ nextnode: "ask" })),
  exportTraces: () => exportTraces(store, wrong({ traceId: "run" })),
  importTraces: () => importTraces(store, new Blob([]).stream(), wrong({ onconflict: "skip" })),
  takeOver: () => store.trace("run").takeOver(async () => undefined, wrong({ skipdamaged: true })),
  createSuperjsonCodec: () => createSuperjsonCodec(wrong({ class: {} })),
  createEncryptedCodec: () => createEncryptedCodec(wrong({ codec, keys: { current() {}, find() {} }, metadata: true })),
  createKeyRing: () => createKeyRing(wrong({ current: "a", keys: {}, key: 1 })),
  openManagedKeys: () => openManagedKeys("options", wrong({ allowNewKey: true })),
  openPassphraseKeys: () => openPassphraseKeys("secret", wrong({ name: "options", rounds: 1e6 })),
  openPasskeyKeys: () => openPasskeyKeys("options", wrong({ user: "me" })),
  "openStore, null": () => openStore("options", wrong(null as never)),
  "createMemoryStore, a list": () => createMemoryStore(wrong([])),
};

describe("an option that there is not is a TypeError", () => {
  test.each(Object.entries(CALLS))("%s", async (_, call) => {
    await expect((async () => call())()).rejects.toThrow(/no option|must be an object/);
    await expect((async () => call())()).rejects.toBeInstanceOf(TypeError);
  });
});

test("the message has the name that was meant, or all there are", () => {
  const names = { keepLast: true, maxBytes: true } as const;
  expect(() => requireOptions<{ keepLast?: 1; maxBytes?: 1 }>(wrong({ keeplast: 5 }), names, "retention")).toThrow(
    'retention has no option "keeplast"; is it keepLast?',
  );
  expect(() => requireOptions<{ keepLast?: 1; maxBytes?: 1 }>(wrong({ constructor: 5 }), names, "retention")).toThrow(
    'retention has no option "constructor"; there are: keepLast, maxBytes',
  );
});
