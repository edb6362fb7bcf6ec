import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { exportTraces, importTraces } from "../../src/archive.ts";
import type { Codec } from "../../src/core/codec.ts";
import { openStore } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { divertTrace } from "../../src/replicate.ts";
import type { ConformanceFeature, ConformanceSubject } from "../../src/testing/index.ts";

/** What a store in memory provides. */
export const MEMORY: readonly ConformanceFeature[] = [
  "close",
  "trace",
  "traces",
  "history",
  "fork",
  "deleteTrace",
  "deleteTraces",
  "head",
  "notes",
  "ifLatest",
  "upgrade",
  "watch",
  "usage",
  "persist",
  "preview",
  "retention",
  "sharing",
  "archive",
  "divert",
];
const INDEXED_DB: readonly ConformanceFeature[] = [...MEMORY, "persistence", "connections"];

function inMemory(codec: string, createCodec: () => Codec): ConformanceSubject {
  return {
    name: `memory, ${codec}`,
    provides: MEMORY,
    archive: { exportTraces, importTraces },
    replication: { divertTrace },
    open: async (_, options) => createMemoryStore({ ...options, codec: createCodec() }),
    destroy: async () => undefined,
  };
}

function inIndexedDb(
  codec: string,
  createCodec: () => Codec,
  { durability }: { durability: "strict" | "relaxed" },
): ConformanceSubject {
  return {
    name: `IndexedDB, ${codec}, ${durability}`,
    provides: INDEXED_DB,
    archive: { exportTraces, importTraces },
    replication: { divertTrace },
    open: (name, options) => openStore(name, { ...options, codec: createCodec(), durability }),
    destroy: deleteDatabase,
  };
}

export const memory = inMemory("superjson", createSuperjsonCodec);
export const indexedDb = inIndexedDb("superjson", createSuperjsonCodec, { durability: "strict" });
export const clonedMemory = inMemory("structured clone", createStructuredCloneCodec);
export const clonedIndexedDb = inIndexedDb("structured clone", createStructuredCloneCodec, { durability: "relaxed" });

/** Both backends with both codecs, in both durabilities. */
export const subjects: readonly ConformanceSubject[] = [memory, indexedDb, clonedMemory, clonedIndexedDb];

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error(`${name} is still open`));
  });
}
