/**
 * The room `remotes` has places where devices exchange traces. Each is an implementation of `core/remote.ts`, and none knows
 * another, or a store.
 */
import { CheckpointStoreError } from "../core/errors.ts";
import type { Remote, RemoteEntry, VersionedEntry } from "../core/remote.ts";

interface Log {
  version: number;
  entries: readonly VersionedEntry[];
}

/**
 * Creates a remote in memory: for tests, and for stores of one page or process.
 *
 * @returns A remote with no logs. Whoever is handed it shares it.
 *
 * @example
 * ```ts
 * import { createMemoryRemote } from "waystone/replicate";
 *
 * const remote = createMemoryRemote();
 * const entry = { id: "step-1", bytes: new TextEncoder().encode("anything") };
 * console.log(await remote.append("run-1", entry, { version: 0 })); // 1
 * console.log((await remote.read("run-1", { after: 0 })).entries[0]?.id); // step-1
 * ```
 */
export function createMemoryRemote(): Remote {
  const logs = new Map<string, Log>();
  const listeners = new Set<(traceId: string) => void>();
  const logOf = (traceId: string): Log => logs.get(traceId) ?? { version: 0, entries: [] };
  const store = (
    traceId: string,
    { id, bytes }: RemoteEntry,
    { version, before }: { readonly version: number; readonly before: readonly VersionedEntry[] },
  ): number => {
    const { version: current } = logOf(traceId);
    if (current !== version) {
      const message = `the log of trace ${traceId} has version ${current}, not ${version}`;
      throw new CheckpointStoreError("conflict", message, { traceId });
    }
    const next = version + 1;
    logs.set(traceId, { version: next, entries: [...before, { id, bytes: bytes.slice(), version: next }] });
    // In a later task, as from afar.
    for (const listener of listeners) setTimeout(() => listeners.has(listener) && listener(traceId), 0);
    return next;
  };
  return {
    async read(traceId, { after, signal }) {
      signal?.throwIfAborted();
      const { version, entries } = logOf(traceId);
      const younger = entries.filter((entry) => entry.version > after);
      return { version, entries: younger.map((entry) => ({ ...entry, bytes: entry.bytes.slice() })) };
    },
    async append(traceId, entry, { version, signal }) {
      signal?.throwIfAborted();
      return store(traceId, entry, { version, before: logOf(traceId).entries });
    },
    async replace(traceId, entry, { version, signal }) {
      signal?.throwIfAborted();
      return store(traceId, entry, { version, before: [] });
    },
    async watch(listener, { signal }) {
      signal.throwIfAborted();
      const own = (traceId: string): void => listener(traceId);
      listeners.add(own);
      signal.addEventListener("abort", () => listeners.delete(own), { once: true });
      for (const traceId of logs.keys()) own(traceId);
    },
  };
}
