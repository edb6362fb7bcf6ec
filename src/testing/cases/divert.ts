import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { assert, assertEqual, assertHas, assertRefused } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { assertNotes } from "../noting.ts";
import { noise, saveSteps } from "../steps.ts";

/** Saves steps of a state that grows, so that what comes later needs what was stored with what came before. */
async function saveGrowing(store: Store, traceId: string, count: number): Promise<Checkpoint[]> {
  const mine = { files: noise(1, 9_000), messages: [] as string[] };
  const saved: Checkpoint[] = [];
  for (let step = 0; step < count; step++) {
    mine.messages.push(noise(step + 2, 700));
    saved.push(createCheckpoint(structuredClone(mine), { nextNode: `step ${step}`, metadata: { step } }));
    await store.saveWithTrace(traceId, { ...saved.at(-1)!, state: mine });
  }
  return saved;
}

async function positionsOf(store: Store, traceId: string): Promise<number[]> {
  const positions: number[] = [];
  for await (const { seq } of store.history(traceId)) positions.unshift(seq);
  return positions;
}

/** A diversion moves the end of a trace into a fork, and the trace goes on in another way. */
export const divertCases: readonly ConformanceCase[] = [
  {
    name: "divert: the tail moves into the fork with its ids, and the trace stands where it stood",
    needs: ["divert"],
    async run({ open, replication }) {
      const store = await open();
      const saved = await saveGrowing(store, "trace", 7);
      const moved = await replication.divertTrace(store, "trace", { after: saved[3]!.id, fork: "fork" });
      const tail = saved.slice(4);
      await assertEqual(moved, tail.map(({ id }) => id).reverse(), "what has moved");
      await assertHas(store, "trace", saved.slice(0, 4));
      await assertHas(store, "fork", tail);
      await assertEqual(
        await replication.divertTrace(store, "trace", { after: saved[3]!.id, fork: "another" }),
        [],
        "no tail",
      );
      await assertHas(store, "another", []);
    },
  },
  {
    name: "divert: without a checkpoint to stand at, all of the trace moves",
    needs: ["divert"],
    async run({ open, replication }) {
      const store = await open();
      const saved = await saveGrowing(store, "trace", 3);
      await replication.divertTrace(store, "trace", { fork: "fork" });
      await assertHas(store, "trace", []);
      await assertHas(store, "fork", saved);
      await assertHas(store, "trace", await saveSteps(store, "trace", { count: 2 }));
    },
  },
  {
    name: "divert: the fork keeps the positions, and the trace gives them out anew",
    needs: ["divert", "history"],
    async run({ open, replication }) {
      const store = await open();
      const saved = await saveGrowing(store, "trace", 5);
      const before = await positionsOf(store, "trace");
      await replication.divertTrace(store, "trace", { after: saved[2]!.id, fork: "fork" });
      await saveSteps(store, "trace", { count: 2 });
      await assertEqual(await positionsOf(store, "fork"), before.slice(3), "the positions in the fork");
      await assertEqual(await positionsOf(store, "trace"), before, "the positions in the trace");
    },
  },
  {
    name: "divert: both traces go on, and each outlives the other",
    needs: ["divert", "deleteTrace"],
    async run({ open, replication }) {
      const store = await open();
      const saved = await saveGrowing(store, "trace", 8);
      await replication.divertTrace(store, "trace", { after: saved[3]!.id, fork: "fork" });
      const trace = saved.slice(0, 4);
      const fork = saved.slice(4);
      const goOn = async (traceId: string, into: Checkpoint[]) => {
        const state = into.at(-1)!.state as { messages: string[] };
        into.push(createCheckpoint({ ...state, messages: [...state.messages, `on in ${traceId}`] }));
        await store.saveWithTrace(traceId, into.at(-1)!);
      };
      for (let i = 0; i < 3; i++) await Promise.all([goOn("trace", trace), goOn("fork", fork)]);
      await assertHas(store, "trace", trace);
      await assertHas(store, "fork", fork);
      await store.deleteTrace("trace");
      await assertHas(store, "fork", fork);
      await replication.divertTrace(store, "fork", { after: fork[1]!.id, fork: "trace" });
      await store.deleteTrace("fork");
      await assertHas(store, "trace", fork.slice(2));
    },
  },
  {
    name: "divert: notes go with their checkpoints",
    needs: ["divert", "notes", "trace"],
    async run({ open, replication }) {
      const store = await open();
      const saved = await saveGrowing(store, "trace", 3);
      for (const { id } of saved) await store.trace("trace").note(id, { call: `of ${id}` });
      await replication.divertTrace(store, "trace", { after: saved[0]!.id, fork: "fork" });
      for (const { id } of saved) await assertNotes(store, id, [["call", `of ${id}`]]);
      assert(
        (await store.loadLatest("fork", { notes: true }))?.notes?.size === 1,
        "the fork's latest should have its note",
      );
    },
  },
  {
    name: "divert: where it can't be done, nothing changes",
    needs: ["divert"],
    async run({ open, replication }) {
      const store = await open();
      const saved = await saveGrowing(store, "trace", 3);
      const others = await saveSteps(store, "other", { count: 2 });
      const divert = (after: string, fork: string) => () => replication.divertTrace(store, "trace", { after, fork });
      await assertRefused(divert("unknown", "fork"), "not-found", "after an id that there is not");
      await assertRefused(divert(others[0]!.id, "fork"), "not-found", "after another trace's checkpoint");
      await assertRefused(divert(saved[0]!.id, "other"), "conflict", "into a trace that is there");
      await assertRefused(divert(saved[0]!.id, "trace"), "conflict", "into the trace itself");
      await assertHas(store, "trace", saved);
      await assertHas(store, "other", others);
      await assertHas(store, "fork", []);
    },
  },
];
