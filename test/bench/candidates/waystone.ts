import { openStore } from "../../../src/index.ts";
import type { Candidate } from "./candidate.ts";

/** This store as it comes, in the durability that is asked for. */
export function waystone(durability: "strict" | "relaxed"): Candidate {
  return {
    title: `**Waystone** (${durability})`,
    keeps: "states",
    async open(database) {
      const store = await openStore(database, { durability });
      return {
        saveWithTrace: (traceId, checkpoint) => store.saveWithTrace(traceId, checkpoint),
        async fill(traceId, checkpoints) {
          const filler = await openStore(database, { durability: "relaxed" });
          for (const checkpoint of checkpoints) await filler.saveWithTrace(traceId, checkpoint);
          await filler.close();
        },
        load: (id) => store.load(id),
        loadLatest: (traceId) => store.loadLatest(traceId),
        list: (traceId) => store.list(traceId),
        prune: (traceId, keep) => store.prune(traceId, keep),
        close: () => store.close(),
      };
    },
  };
}
