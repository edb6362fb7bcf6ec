import { openDB } from "idb";
import type { DBSchema } from "idb";
import superjson from "superjson";
import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { Candidate } from "./candidate.ts";

interface Schema extends DBSchema {
  checkpoints: {
    key: string;
    value: Omit<Checkpoint, "state"> & { traceId: string; timestamp: number; state: string };
    indexes: { by_trace_timestamp: [string, number] };
  };
}

/** `idb` and a string of superjson for each checkpoint: what most would write first. */
export const idbSuperjson: Candidate = {
  title: "`idb` + superjson snapshots",
  keeps: "states",
  async open(database) {
    const db = await openDB<Schema>(database, 1, {
      upgrade(fresh) {
        const checkpoints = fresh.createObjectStore("checkpoints", { keyPath: "id" });
        checkpoints.createIndex("by_trace_timestamp", ["traceId", "timestamp"], { unique: true });
      },
    });
    const traceRange = (traceId: string) => IDBKeyRange.bound([traceId], [traceId, []]);
    const write = () => db.transaction("checkpoints", "readwrite", { durability: "relaxed" });
    let timestamp = 0;
    const record = (traceId: string, checkpoint: Checkpoint) => {
      timestamp = Math.max(checkpoint.createdAt, timestamp + 1);
      return { ...checkpoint, traceId, timestamp, state: superjson.stringify(checkpoint.state) };
    };
    const restore = (stored: Schema["checkpoints"]["value"] | undefined): Checkpoint | undefined =>
      stored && { ...stored, state: superjson.parse(stored.state) };

    return {
      async saveWithTrace(traceId, checkpoint) {
        const transaction = write();
        await Promise.all([transaction.store.put(record(traceId, checkpoint)), transaction.done]);
      },
      async fill(traceId, checkpoints) {
        const transaction = write();
        await Promise.all([...checkpoints.map((one) => transaction.store.put(record(traceId, one))), transaction.done]);
      },
      async load(id) {
        return restore(await db.get("checkpoints", id));
      },
      async loadLatest(traceId) {
        const index = db.transaction("checkpoints").store.index("by_trace_timestamp");
        return restore((await index.openCursor(traceRange(traceId), "prev"))?.value);
      },
      async list(traceId) {
        return (await db.getAllKeysFromIndex("checkpoints", "by_trace_timestamp", traceRange(traceId))).reverse();
      },
      async prune(traceId, keep) {
        const transaction = write();
        const ids = await transaction.store.index("by_trace_timestamp").getAllKeys(traceRange(traceId));
        const pruned = ids.slice(0, Math.max(0, ids.length - keep));
        await Promise.all([...pruned.map((id) => transaction.store.delete(id)), transaction.done]);
        return pruned.length;
      },
      close: () => db.close(),
    };
  },
};
