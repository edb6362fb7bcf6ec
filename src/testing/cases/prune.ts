import { createCheckpoint, type CheckpointOptions } from "../../core/checkpoint.ts";
import { assert, assertHas, assertLoads } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import type { CheckpointStore } from "../../core/store.ts";
import { saveSteps } from "../steps.ts";

async function assertPrunes(store: CheckpointStore, keep: number, went: number): Promise<void> {
  const answer = await store.prune("trace", keep);
  assert(answer === went, `prune(${keep}) should answer ${went}, not ${String(answer)}`);
}

/** Options that pin the checkpoints of these steps. */
function pinning(...pinned: readonly number[]): (step: number) => CheckpointOptions {
  return (step) => (pinned.includes(step) ? { metadata: { pinned: true } } : {});
}

/** Pruning keeps the newest and answers how many went. */
export const pruneCases: readonly ConformanceCase[] = [
  {
    name: "prune: keeps the newest and answers how many went",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 7 });
      await assertPrunes(store, 7, 0);
      await assertPrunes(store, 100, 0);
      await assertHas(store, "trace", saved);
      await assertPrunes(store, 3, 4);
      await assertHas(store, "trace", saved.slice(4));
      for (const { id } of saved.slice(0, 4)) {
        assert((await store.load(id)) === undefined, "a pruned checkpoint should not load");
      }
      await assertPrunes(store, 3, 0);
      await assertPrunes(store, 1, 2);
      await assertHas(store, "trace", saved.slice(6));
    },
  },
  {
    name: "prune: keeps those saved last, whatever their clocks said",
    async run({ open }) {
      const store = await open();
      const optionsOf = (step: number) => ({ createdAt: 1_000_000 - step * 1_000 });
      const saved = await saveSteps(store, "trace", { count: 5, optionsOf });
      await assertPrunes(store, 2, 3);
      await assertHas(store, "trace", saved.slice(3));
    },
  },
  {
    name: "prune: 0 empties the trace, which can be saved to again",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 3 });
      await assertPrunes(store, 0, 3);
      await assertHas(store, "trace", []);
      await assertPrunes(store, 0, 0);
      await store.saveWithTrace("trace", saved[1]!);
      await assertHas(store, "trace", [saved[1]!]);
    },
  },
  {
    name: "prune: pinned checkpoints stay, wherever they stand",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 9, optionsOf: pinning(0, 3, 4, 7) });
      const of = (...steps: number[]) => steps.map((step) => saved[step]!);
      await assertPrunes(store, 4, 2);
      await assertHas(store, "trace", of(0, 3, 4, 5, 6, 7, 8));
      await assertPrunes(store, 4, 0);
      await assertPrunes(store, 1, 2);
      await assertHas(store, "trace", of(0, 3, 4, 7, 8));
      assert(await store.delete(saved[3]!.id), "a pinned checkpoint can be deleted");
      await assertHas(store, "trace", of(0, 4, 7, 8));
      const next = createCheckpoint({ step: 9 });
      await store.saveWithTrace("trace", next);
      await assertPrunes(store, 1, 1);
      await assertHas(store, "trace", [...of(0, 4, 7), next]);
    },
  },
  {
    name: "prune: 0 removes pinned checkpoints, too",
    async run({ open }) {
      const store = await open();
      await saveSteps(store, "trace", { count: 4, optionsOf: pinning(1, 3) });
      await assertPrunes(store, 0, 4);
      await assertHas(store, "trace", []);
    },
  },
  {
    name: "prune: of an unknown trace answers 0",
    async run({ open }) {
      const store = await open();
      await assertPrunes(store, 0, 0);
      await assertPrunes(store, 5, 0);
    },
  },
  {
    name: "prune: counts only what was there, not what had been deleted",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 8 });
      for (const index of [0, 2, 5]) await store.delete(saved[index]!.id);
      const left = [1, 3, 4, 6, 7].map((index) => saved[index]!);
      await assertPrunes(store, 5, 0);
      await assertPrunes(store, 2, 3);
      await assertHas(store, "trace", left.slice(3));
      await store.delete(left[4]!.id);
      await assertPrunes(store, 0, 1);
    },
  },
  {
    name: "prune: counts an id that was saved twice once",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 3 });
      await store.saveWithTrace("trace", saved[2]!);
      await assertPrunes(store, 2, 1);
      await assertHas(store, "trace", saved.slice(1));
    },
  },
  {
    name: "prune: leaves other traces alone",
    async run({ open }) {
      const store = await open();
      await saveSteps(store, "trace", { count: 3 });
      const others = await saveSteps(store, "other", { count: 3 });
      await assertPrunes(store, 0, 3);
      await assertHas(store, "other", others);
    },
  },
  {
    name: "prune: a child outlives its pruned parent, and still names it",
    async run({ open }) {
      const store = await open();
      const [parent, child] = await saveSteps(store, "trace", { count: 2 });
      await assertPrunes(store, 1, 1);
      assert(child!.parentId === parent!.id, "the child should name its parent");
      await assertLoads(store, child!);
    },
  },
  {
    name: "prune: saving goes on after it, newest last",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 4 });
      await assertPrunes(store, 2, 2);
      const next = createCheckpoint({ step: "next" }, { createdAt: 1 });
      await store.saveWithTrace("trace", next);
      await assertHas(store, "trace", [...saved.slice(2), next]);
    },
  },
];
