import { openDB } from "idb";
import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { Candidate } from "./candidate.ts";

/** The least that a save can cost: a readwrite transaction that writes nothing and waits for its commit. */
export const emptyCommit = floor("floor: an empty commit (strict)", "nothing");

/** The least that a save of this step can cost: what is new, put in one record, with nothing to find it by. */
export const putOfChanges = floor("floor: a put of the new messages (strict)", "changes");

function floor(title: string, keeps: "changes" | "nothing"): Candidate {
  return {
    title,
    keeps,
    async open(database) {
      const db = await openDB(database, 1, { upgrade: (fresh) => void fresh.createObjectStore("changes") });
      return {
        async saveWithTrace(_traceId, checkpoint) {
          const transaction = db.transaction("changes", "readwrite", { durability: "strict" });
          if (keeps === "changes") void transaction.store.put(checkpoint.state, checkpoint.id);
          transaction.commit();
          await transaction.done;
        },
        load: async (id): Promise<Checkpoint> => ({ id, createdAt: 0, state: await db.get("changes", id) }),
        loadLatest: async () => undefined,
        list: async () => [],
        prune: async () => 0,
        close: () => db.close(),
      };
    },
  };
}
