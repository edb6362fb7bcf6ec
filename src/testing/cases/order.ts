import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import { assert, assertBadInput, assertEqual, assertHas, assertLoads } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { saveSteps } from "../steps.ts";

const NOW = 1_760_000_000_000;

function ordered(name: string, createdAts: readonly number[]): ConformanceCase {
  return {
    name: `order: ${name}`,
    async run({ open }) {
      const store = await open();
      const optionsOf = (step: number) => ({ createdAt: createdAts[step]! });
      await assertHas(store, "trace", await saveSteps(store, "trace", { count: createdAts.length, optionsOf }));
    },
  };
}

/** Order is the order of saving, whatever the clocks said. */
export const orderCases: readonly ConformanceCase[] = [
  {
    name: "order: a store is empty at first",
    async run({ open }) {
      const store = await open();
      await assertEqual(await store.list("trace"), [], "list");
      assert((await store.loadLatest("trace")) === undefined, "loadLatest of an unknown trace should be undefined");
      assert((await store.load("id")) === undefined, "load of an unknown id should be undefined");
    },
  },
  {
    name: "order: list is newest first, and loadLatest answers the one saved last",
    async run({ open }) {
      const store = await open();
      const saved: Checkpoint[] = [];
      for (const id of ["m", "z", "a", "k", "B", "10", "9"]) {
        const checkpoint = createCheckpoint({ id }, { id });
        await store.saveWithTrace("trace", checkpoint);
        saved.push(checkpoint);
        await assertHas(store, "trace", saved);
      }
    },
  },
  ordered("equal milliseconds", [NOW, NOW, NOW, NOW, NOW]),
  ordered("a clock set back", [NOW, NOW + 5, NOW - 3_600_000, NOW - 3_599_000, NOW + 1]),
  ordered("a clock once far in the future", [NOW, 8_640_000_000_000_000, NOW + 1, NOW + 2]),
  ordered("times before the epoch, zero, and fractions of a millisecond", [-5, 0, -0.25, 0.5, 0.25]),
  {
    name: "order: a time too large to count from is refused, or kept in order",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 1 });
      for (const createdAt of [Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER]) {
        const checkpoint = createCheckpoint({ createdAt }, { createdAt });
        try {
          await store.saveWithTrace("trace", checkpoint);
          saved.push(checkpoint);
        } catch (error) {
          assertBadInput(error, `a createdAt of ${createdAt}`);
        }
      }
      const last = createCheckpoint("after them");
      await store.saveWithTrace("trace", last);
      await assertHas(store, "trace", [...saved, last]);
    },
  },
  {
    name: "order: saves that are not awaited keep the order of the calls",
    async run({ open }) {
      const store = await open();
      const saved = Array.from({ length: 20 }, (_, step) => createCheckpoint({ step }, { createdAt: NOW - step }));
      await Promise.all(saved.map((checkpoint) => store.saveWithTrace("trace", checkpoint)));
      await assertHas(store, "trace", saved);
    },
  },
  {
    name: "order: saves to several traces that are not awaited keep the order of the calls in each",
    async run({ open }) {
      const store = await open();
      const traces = ["one", "two", "three"].map((traceId) => ({ traceId, saved: [] as Checkpoint[] }));
      const pending: Promise<void>[] = [];
      for (let step = 0; step < 24; step++) {
        const { traceId, saved } = traces[(step * step) % traces.length]!;
        saved.push(createCheckpoint({ traceId, step }));
        pending.push(store.saveWithTrace(traceId, saved.at(-1)!));
      }
      await Promise.all(pending);
      for (const { traceId, saved } of traces) await assertHas(store, traceId, saved);
    },
  },
  {
    name: "order: traces keep to themselves, even if one's id begins with another's",
    async run({ open }) {
      const store = await open();
      const traceIds = ["a", "ab", "a\u0000", "a/b", "a,b", "A", "é", "e\u0301", " ", "0", "__proto__", "constructor"];
      const saved = new Map<string, Checkpoint[]>();
      for (const traceId of traceIds) saved.set(traceId, await saveSteps(store, traceId, { count: 2 }));
      for (const [traceId, checkpoints] of saved) await assertHas(store, traceId, checkpoints);
      await store.prune("a", 0);
      await store.prune("é", 1);
      saved.set("a", []);
      saved.set("é", saved.get("é")!.slice(1));
      for (const [traceId, checkpoints] of saved) await assertHas(store, traceId, checkpoints);
    },
  },
  {
    name: "order: any string that is not empty can be an id",
    async run({ open }) {
      const store = await open();
      const long = "x".repeat(2_000);
      const ids = ["__proto__", "constructor", "0", "-1", " ", "\u0000", "a/b", "é", "e\u0301", "👩‍🚀", long];
      const saved = ids.map((id) => createCheckpoint({ id }, { id }));
      for (const checkpoint of saved) await store.saveWithTrace("trace", checkpoint);
      await assertHas(store, "trace", saved);
    },
  },
  {
    name: "order: the fields of a head come back as given, and those not given are not there",
    async run({ open }) {
      const store = await open();
      const saved = [
        createCheckpoint({ bare: true }),
        createCheckpoint(
          { full: true },
          {
            parentId: "never saved",
            nextNode: "ask",
            graphHash: "sha256-1",
            createdAt: 1,
            metadata: { pinned: true, tags: ["a", "b"], nested: { at: new Date(5), none: undefined, big: 12n } },
          },
        ),
        createCheckpoint({ empty: true }, { nextNode: "", graphHash: "", metadata: {} }),
      ];
      for (const checkpoint of saved) await store.saveWithTrace("trace", checkpoint);
      await assertHas(store, "trace", saved);
    },
  },
  {
    name: "order: fields of a head that are undefined count as not given",
    async run({ open }) {
      const store = await open();
      const plain = createCheckpoint({ step: 1 }, { id: "id", createdAt: 7 });
      const spelled = { ...plain, parentId: undefined, nextNode: undefined, graphHash: undefined, metadata: undefined };
      await store.saveWithTrace("trace", spelled as unknown as Checkpoint);
      await store.saveWithTrace("trace", plain);
      await assertLoads(store, plain);
    },
  },
];
