import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import { assert, assertHas, assertLoads, assertRefused } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { isCheckpointStoreError } from "../../core/errors.ts";
import { saveSteps } from "../steps.ts";

function rich(): unknown {
  const shared = { at: new Date(3) };
  const ring: unknown[] = [shared];
  ring.push(ring);
  return {
    ring,
    shared,
    none: undefined,
    odd: [Number.NaN, -0, 5n],
    map: new Map<unknown, unknown>([
      ["k", new Set([1])],
      [new Map([[[-0, new Date(0)], ""]]), /x/g],
    ]),
    sets: [{ in: [new Set([0, /x/g, new URL("https://a.example/"), new Date(1), [-0], Number.NaN])] }],
    bytes: new Uint8Array([1, 2, 3]),
  };
}

const hole: unknown[] = [];
hole.length = 1;

/** Pairs that look alike and are not the same content. */
const LOOKALIKES: readonly (readonly [what: string, one: unknown, other: unknown])[] = [
  ["0 and -0", { n: 0 }, { n: -0 }],
  ["an absent field and an undefined one", {}, { n: undefined }],
  ["undefined and null", { n: undefined }, { n: null }],
  ["NaN and null", [Number.NaN], [null]],
  ["a hole and undefined", hole, [undefined]],
  ["1 and 1n", 1, 1n],
  ["1 and its string", [1], ["1"]],
  ["a date and its string", new Date(0), new Date(0).toISOString()],
  ["a URL and its string", new URL("https://a.example/"), "https://a.example/"],
  [
    "maps in another order",
    new Map([
      ["a", 1],
      ["b", 2],
    ]),
    new Map([
      ["b", 2],
      ["a", 1],
    ]),
  ],
  ["a map and an object", new Map([["a", 1]]), { a: 1 }],
  ["a set and an array", new Set([1]), [1]],
  ["an array and an object", ["a"], { 0: "a" }],
  ["bytes that differ in the last place", new Uint8Array([1, 2, 3]), new Uint8Array([1, 2, 4])],
  ["bytes and a clamped array of them", new Uint8Array([1, 2]), new Uint8ClampedArray([1, 2])],
  ["strings that differ in the middle", `${"x".repeat(9_000)}a${"x".repeat(9_000)}`, "x".repeat(18_001)],
];

const HEADS: readonly Partial<Checkpoint>[] = [
  { parentId: "other" },
  { nextNode: "other" },
  { graphHash: "other" },
  { createdAt: 2 },
  { metadata: { n: 2 } },
];

/** A checkpoint never changes: its id saved again is a retry or a conflict. */
export const unchangingCases: readonly ConformanceCase[] = [
  {
    name: "unchanging: the same id with equal content is a no-op",
    async run({ open }) {
      const store = await open();
      const id = "again";
      const make = () => createCheckpoint(rich(), { id, createdAt: 1, metadata: { n: [1, undefined] } });
      await store.saveWithTrace("trace", make());
      await store.saveWithTrace("trace", make());
      const loaded = await store.load(id);
      assert(loaded !== undefined, "the checkpoint is not there");
      await store.saveWithTrace("trace", loaded);
      await assertHas(store, "trace", [make()]);
    },
  },
  {
    name: "unchanging: a retry is a no-op also where the metadata has one date in two places",
    async run({ open }) {
      const store = await open();
      const at = new Date(5);
      const checkpoint = createCheckpoint(1, { metadata: { first: at, all: [at, new Date(5)] } });
      await store.saveWithTrace("trace", checkpoint);
      await store.saveWithTrace("trace", checkpoint);
      await store.saveWithTrace("trace", (await store.load(checkpoint.id))!);
      await assertHas(store, "trace", [checkpoint]);
    },
  },
  {
    name: "unchanging: repeating an older save changes neither the order nor the latest",
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 4 });
      await store.saveWithTrace("trace", saved[1]!);
      await store.saveWithTrace("trace", saved[0]!);
      await assertHas(store, "trace", saved);
      const gone = await store.prune("trace", 2);
      assert(gone === 2, `prune(2) of four should answer 2, not ${gone}`);
      await assertHas(store, "trace", saved.slice(2));
    },
  },
  {
    name: "unchanging: a save repeated without awaiting the first is a no-op",
    async run({ open }) {
      const store = await open();
      const checkpoint = createCheckpoint(rich());
      await Promise.all([1, 2, 3].map(() => store.saveWithTrace("trace", checkpoint)));
      await assertHas(store, "trace", [checkpoint]);
    },
  },
  {
    name: "unchanging: a retry is a no-op also where parts became one object, and the checkpoint before went",
    async run({ open }) {
      const store = await open();
      const state: Record<string, unknown> = { index: new Map([["k", {}]]), list: [{ a: 1 }] };
      const saved = [createCheckpoint({ ...state })];
      await store.saveWithTrace("trace", saved[0]!);
      Object.assign(state, { again: state.index, lists: [state.list, state.list] });
      const gone = createCheckpoint({ ...state });
      await store.saveWithTrace("trace", gone);
      await store.delete(gone.id);
      for (let step = 0; step < 2; step++) {
        saved.push(createCheckpoint({ ...state }));
        await store.saveWithTrace("trace", saved.at(-1)!);
        for (const one of saved) await store.saveWithTrace("trace", structuredClone(one));
      }
      await assertHas(store, "trace", saved);
    },
  },
  {
    name: "unchanging: the same id with another state is a conflict, and the first one stays",
    async run({ open }) {
      const store = await open();
      const [first, second] = await saveSteps(store, "trace", { count: 2 });
      const changed = { ...first!, state: { step: "other" } };
      const error = await assertRefused(() => store.saveWithTrace("trace", changed), "conflict", "another state");
      assert(error.checkpointId === first!.id, "the conflict should carry the checkpointId");
      await assertHas(store, "trace", [first!, second!]);
    },
  },
  {
    name: "unchanging: the same id with another head is a conflict, and the first one stays",
    async run({ open }) {
      const store = await open();
      const given = { parentId: "a", nextNode: "b", graphHash: "c", createdAt: 1, metadata: { n: 1 } };
      const checkpoint = createCheckpoint({ step: 1 }, given);
      await store.saveWithTrace("trace", checkpoint);
      for (const change of HEADS) {
        const what = `another ${Object.keys(change).join()}`;
        await assertRefused(() => store.saveWithTrace("trace", { ...checkpoint, ...change }), "conflict", what);
      }
      const { nextNode: _, ...complete } = checkpoint;
      await assertRefused(() => store.saveWithTrace("trace", complete), "conflict", "the nextNode left out");
      await assertHas(store, "trace", [checkpoint]);
    },
  },
  {
    name: "unchanging: the same id under another trace is a conflict, whatever its content",
    async run({ open }) {
      const store = await open();
      const [saved] = await saveSteps(store, "trace", { count: 1 });
      await assertRefused(() => store.saveWithTrace("other", saved!), "conflict", "an id under another trace");
      await assertHas(store, "other", []);
      await assertHas(store, "trace", [saved!]);
    },
  },
  {
    name: "unchanging: of two saves at once of one id with other content, the first wins",
    async run({ open }) {
      const store = await open();
      const [one, other] = [createCheckpoint("one", { id: "id" }), createCheckpoint("other", { id: "id" })];
      const [first, second] = await Promise.allSettled([
        store.saveWithTrace("trace", one),
        store.saveWithTrace("trace", other),
      ]);
      assert(first.status === "fulfilled", "the first of two saves at once should be stored");
      assert(second.status === "rejected", "the second of two saves at once should be refused");
      assert(isCheckpointStoreError(second.reason, "conflict"), "the second should be a conflict");
      await assertHas(store, "trace", [one]);
    },
  },
  {
    name: "unchanging: a deleted id can be saved again, and is the newest then",
    async run({ open }) {
      const store = await open();
      const [first, second] = await saveSteps(store, "trace", { count: 2 });
      await store.delete(first!.id);
      const again = { ...first!, state: "another" };
      await store.saveWithTrace("trace", again);
      await assertHas(store, "trace", [second!, again]);
      await store.delete(again.id);
      await store.saveWithTrace("elsewhere", first!);
      await assertHas(store, "elsewhere", [first!]);
      await assertHas(store, "trace", [second!]);
    },
  },
  ...LOOKALIKES.map(([what, one, other]): ConformanceCase => ({
    name: `unchanging: ${what} are not the same content`,
    async run({ open }) {
      const store = await open();
      for (const [first, second] of [
        [one, other],
        [other, one],
      ] as const) {
        const checkpoint = createCheckpoint({ a: 1, value: first });
        await store.saveWithTrace("trace", checkpoint);
        const changed = { ...checkpoint, state: { a: 1, value: second } };
        await assertRefused(() => store.saveWithTrace("trace", changed), "conflict", "a lookalike");
        await assertLoads(store, checkpoint);
      }
    },
  })),
];
