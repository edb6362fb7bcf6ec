import { createCheckpoint } from "../../core/checkpoint.ts";
import { assert, assertHas, assertLoads } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { saveSteps } from "../steps.ts";

/** Deleting takes one checkpoint and leaves the rest as it was. */
export const removalCases: readonly ConformanceCase[] = [
  {
    name: "delete: answers whether there was such a checkpoint",
    async run({ open }) {
      const store = await open();
      const [first, second] = await saveSteps(store, "trace", { count: 2 });
      assert((await store.delete("unknown")) === false, "deleting an unknown id should answer false");
      assert((await store.delete(first!.id)) === true, "deleting a checkpoint should answer true");
      assert((await store.delete(first!.id)) === false, "deleting it again should answer false");
      assert((await store.load(first!.id)) === undefined, "a deleted checkpoint should not load");
      await assertHas(store, "trace", [second!]);
    },
  },
  {
    name: "delete: after the newest went, loadLatest answers the one before it",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 4 });
      while (saved.length > 0) {
        await store.delete(saved.pop()!.id);
        await assertHas(store, "trace", saved);
      }
    },
  },
  {
    name: "delete: from the middle and from the start leaves the others in order",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 6 });
      for (const index of [2, 0, 3]) {
        const [gone] = saved.splice(index, 1);
        await store.delete(gone!.id);
        await assertHas(store, "trace", saved);
      }
    },
  },
  {
    name: "delete: saving goes on after it, newest last",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 3 });
      await store.delete(saved.pop()!.id);
      const next = createCheckpoint({ step: "next" }, { createdAt: 1 });
      await store.saveWithTrace("trace", next);
      await assertHas(store, "trace", [...saved, next]);
    },
  },
  {
    name: "delete: a child outlives its parent, and still names it",
    async run({ open }) {
      const store = await open();
      const [parent, child] = await saveSteps(store, "trace", { count: 2 });
      await store.delete(parent!.id);
      assert(child!.parentId === parent!.id, "the child should name its parent");
      await assertLoads(store, child!);
    },
  },
  {
    name: "delete: deletes that are not awaited answer true once",
    async run({ open }) {
      const store = await open();
      const [first, second] = await saveSteps(store, "trace", { count: 2 });
      const answers = await Promise.all([1, 2, 3].map(() => store.delete(first!.id)));
      assert(answers.filter(Boolean).length === 1, `deleting three times at once answered ${answers.join(", ")}`);
      await assertHas(store, "trace", [second!]);
    },
  },
];
