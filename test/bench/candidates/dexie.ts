import { Dexie } from "dexie";
import type { Table } from "dexie";
import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { Candidate } from "./candidate.ts";

type SnapshotRecord = Checkpoint & { traceId: string; timestamp: number };

/** Dexie with a table of whole states. */
export const dexie: Candidate = {
  title: "Dexie snapshots",
  keeps: "states",
  async open(database) {
    const db = new Dexie(database, { chromeTransactionDurability: "relaxed" });
    db.version(1).stores({ checkpoints: "id, &[traceId+timestamp]" });
    await db.open();
    const checkpoints = db.table("checkpoints") as Table<SnapshotRecord, string>;
    const ofTrace = (traceId: string) =>
      checkpoints.where("[traceId+timestamp]").between([traceId, Dexie.minKey], [traceId, Dexie.maxKey]);
    let timestamp = 0;
    const record = (traceId: string, checkpoint: Checkpoint): SnapshotRecord => {
      timestamp = Math.max(checkpoint.createdAt, timestamp + 1);
      return { ...checkpoint, traceId, timestamp };
    };

    return {
      async saveWithTrace(traceId, checkpoint) {
        await checkpoints.put(record(traceId, checkpoint));
      },
      async fill(traceId, many) {
        await checkpoints.bulkPut(many.map((one) => record(traceId, one)));
      },
      load: async (id) => checkpoints.get(id),
      loadLatest: async (traceId) => ofTrace(traceId).last(),
      list: async (traceId) => ofTrace(traceId).reverse().primaryKeys(),
      prune: async (traceId, keep) =>
        db.transaction("rw", checkpoints, async () => {
          const pruned = (await ofTrace(traceId).reverse().primaryKeys()).slice(keep);
          await checkpoints.bulkDelete(pruned);
          return pruned.length;
        }),
      close: () => db.close(),
    };
  },
};
