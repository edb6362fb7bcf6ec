import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { assert, assertHas, rejectionOf } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { noise, noiseBytes, saveSteps } from "../steps.ts";

const BIG = 300_000;

async function storedBytes(store: Store): Promise<number> {
  return (await store.usage()).storedBytes;
}

async function assertEmpty(store: Store, when: string): Promise<void> {
  const { storedBytes: stored, wholeStateBytes: whole } = await store.usage();
  assert(stored === 0, `${when}, storedBytes should be 0, not ${stored}`);
  assert(whole === 0, `${when}, wholeStateBytes should be 0, not ${whole}`);
}

/** A checkpoint with a big part of its own, between two without. */
async function saveBetween(store: Store, big: unknown): Promise<void> {
  await store.saveWithTrace("trace", createCheckpoint({ step: 1 }, { id: "before" }));
  await store.saveWithTrace("trace", createCheckpoint({ step: 2, big }, { id: "big" }));
  await store.saveWithTrace("trace", createCheckpoint({ step: 3 }, { id: "after" }));
}

const BIG_PARTS = [
  ["a string", noise(1, BIG)],
  ["bytes", noiseBytes(2, BIG)],
] as const;

/** What is stored is counted, and goes when nothing needs it. */
export const usageCases: readonly ConformanceCase[] = [
  {
    name: "usage: an empty store holds nothing",
    needs: ["usage"],
    async run({ open }) {
      const store = await open();
      await assertEmpty(store, "at first");
      for (const field of ["originBytes", "quotaBytes"] as const) {
        const bytes = (await store.usage())[field];
        assert(bytes === undefined || bytes >= 0, `${field} should be a number or undefined, not ${String(bytes)}`);
      }
      const { persisted } = await store.usage();
      assert(persisted === undefined || typeof persisted === "boolean", "persisted should be a boolean or undefined");
    },
  },
  {
    name: "usage: counts what is stored, and what whole states would have taken",
    needs: ["usage"],
    async run({ open }) {
      const store = await open();
      for (let step = 1; step <= 3; step++) {
        const state = { text: noise(step, BIG), bytes: noiseBytes(step, BIG) };
        await store.saveWithTrace("trace", createCheckpoint(state));
        const { storedBytes: stored, wholeStateBytes: whole } = await store.usage();
        assert(stored > step * BIG * 1.5, `${step} states that share nothing take more than ${stored} bytes`);
        assert(stored < step * BIG * 6, `${step} states that share nothing take less than ${stored} bytes`);
        assert(whole > step * BIG * 1.5, `${step} whole states take more than ${whole} bytes`);
        assert(whole < step * BIG * 6, `${step} whole states take less than ${whole} bytes`);
      }
    },
  },
  {
    name: "usage: a save that changes nothing stored, or is refused, adds nothing",
    needs: ["usage"],
    async run({ open }) {
      const store = await open();
      const checkpoint = createCheckpoint({ text: noise(1, 5_000) });
      await store.saveWithTrace("trace", checkpoint);
      const before = await store.usage();
      await store.saveWithTrace("trace", checkpoint);
      const refused = [
        createCheckpoint({ text: noise(2, 5_000), run: () => 1 }),
        { ...checkpoint, state: noise(3, 5_000) },
        { ...createCheckpoint(noise(4, 5_000)), createdAt: Number.NaN },
      ];
      for (const one of refused) await rejectionOf(() => store.saveWithTrace("trace", one), "a bad save");
      const after = await store.usage();
      assert(after.storedBytes === before.storedBytes, "storedBytes should not have changed");
      assert(after.wholeStateBytes === before.wholeStateBytes, "wholeStateBytes should not have changed");
    },
  },
  ...BIG_PARTS.flatMap(([what, big]): ConformanceCase[] => [
    {
      name: `usage: falls when the checkpoint that alone had ${what} of 300 kB is deleted`,
      needs: ["usage"],
      async run({ open }) {
        const store = await open();
        await saveBetween(store, big);
        const full = await storedBytes(store);
        await store.delete("big");
        const left = await storedBytes(store);
        assert(left < full / 10, `${full} bytes became ${left}: a piece that nobody needs is still there`);
        await assertHas(store, "trace", [(await store.load("before"))!, (await store.load("after"))!]);
      },
    },
    {
      name: `usage: falls when the checkpoint that alone had ${what} of 300 kB is pruned`,
      needs: ["usage"],
      async run({ open }) {
        const store = await open();
        await saveBetween(store, big);
        const full = await storedBytes(store);
        await store.prune("trace", 1);
        const left = await storedBytes(store);
        assert(left < full / 10, `${full} bytes became ${left}: a piece that nobody needs is still there`);
      },
    },
  ]),
  {
    name: "usage: is 0 again once all was deleted",
    needs: ["usage"],
    async run({ open }) {
      const store = await open();
      const [one, two] = [await saveSteps(store, "one", { count: 4 }), await saveSteps(store, "two", { count: 2 })];
      for (const { id } of [...one, ...two]) await store.delete(id);
      await assertEmpty(store, "once all was deleted");
    },
  },
  {
    name: "usage: is 0 again once all was pruned",
    needs: ["usage"],
    async run({ open }) {
      const store = await open();
      await saveBetween(store, noise(1, BIG));
      await saveSteps(store, "other", { count: 3 });
      await store.prune("trace", 1);
      await store.prune("trace", 0);
      await store.prune("other", 0);
      await assertEmpty(store, "once all was pruned");
    },
  },
  {
    name: "usage: is 0 again once every trace was deleted",
    needs: ["usage", "deleteTrace"],
    async run({ open }) {
      const store = await open();
      await saveBetween(store, noise(1, BIG));
      await saveSteps(store, "other", { count: 3 });
      await store.deleteTrace("trace");
      await store.deleteTrace("other");
      await assertEmpty(store, "once every trace was deleted");
    },
  },
  {
    name: "usage: is the same when opened again",
    needs: ["usage", "close", "persistence"],
    async run({ open }) {
      const store = await open();
      await saveBetween(store, noise(1, BIG));
      const before = await store.usage();
      await store.close();
      const after = await (await open()).usage();
      for (const field of ["storedBytes", "wholeStateBytes"] as const) {
        assert(after[field] === before[field], `${field} was ${before[field]}, and is ${after[field]}`);
      }
    },
  },
];
