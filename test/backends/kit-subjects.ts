import { openIndexedDbBackend } from "../../src/backends/indexeddb/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import type { BackendSubject } from "../../src/testing/index.ts";
import { createLiberalBackend } from "./liberal-backend.ts";
import { deleteRaw } from "./raw.ts";

const TIMEOUTS = { openTimeoutMs: 10_000, blockedTimeoutMs: 10_000 };

const memory: BackendSubject = { name: "memory", provides: ["blobs"], open: async () => createMemoryBackend() };

const indexedDb = (durability: "strict" | "relaxed"): BackendSubject => ({
  name: `IndexedDB, ${durability}`,
  provides: ["persistence", "connections", "blobs"],
  open: (name) => openIndexedDbBackend(name, { durability, ...TIMEOUTS }),
  destroy: deleteRaw,
});

const liberal: BackendSubject = {
  name: "memory, taking all liberties",
  provides: ["blobs"],
  open: async () => createLiberalBackend(),
};

/** The backends of this library, and one that shows how far the kit lets a good one go. */
export const backendSubjects: readonly BackendSubject[] = [memory, liberal, indexedDb("strict"), indexedDb("relaxed")];
