import { createStore, delMany, get, setMany } from "idb-keyval";
import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { Candidate } from "./candidate.ts";

/** idb-keyval: a value for each checkpoint and, since it has no indexes, a list of ids for each trace. */
export const idbKeyval: Candidate = {
  title: "idb-keyval snapshots",
  keeps: "states",
  async open(database) {
    const store = createStore(database, "checkpoints");
    const lists = new Map<string, Promise<string[]>>();
    const listKey = (traceId: string) => ["trace", traceId];
    const listOf = (traceId: string) => {
      const known = lists.get(traceId) ?? get<string[]>(listKey(traceId), store).then((stored) => stored ?? []);
      lists.set(traceId, known);
      return known;
    };
    const save = async (traceId: string, checkpoints: readonly Checkpoint[]) => {
      const ids = await listOf(traceId);
      ids.push(...checkpoints.map(({ id }) => id));
      await setMany([...checkpoints.map((one): [string, Checkpoint] => [one.id, one]), [listKey(traceId), ids]], store);
    };

    return {
      saveWithTrace: (traceId, checkpoint) => save(traceId, [checkpoint]),
      fill: save,
      load: (id) => get<Checkpoint>(id, store),
      async loadLatest(traceId) {
        const newest = (await listOf(traceId)).at(-1);
        return newest === undefined ? undefined : get<Checkpoint>(newest, store);
      },
      list: async (traceId) => [...(await listOf(traceId))].reverse(),
      async prune(traceId, keep) {
        const ids = await listOf(traceId);
        const pruned = ids.splice(0, Math.max(0, ids.length - keep));
        await Promise.all([delMany(pruned, store), setMany([[listKey(traceId), ids]], store)]);
        return pruned.length;
      },
      // It has no way to close its connection; the page that holds it goes instead.
      close() {},
    };
  },
};
