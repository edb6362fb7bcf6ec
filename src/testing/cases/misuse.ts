import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { assert, assertBadInput, assertHas, rejectionOf } from "../assertions.ts";
import type { ConformanceCase, ConformanceFeature } from "../conformance.ts";
import { show } from "../equality.ts";
import { saveSteps } from "../steps.ts";

const NO_IDS: readonly unknown[] = ["", undefined, null, 42, 0n, true, {}, ["id"], Symbol("id"), () => "id"];

type Call = (store: Store, id: string) => Promise<unknown>;

async function firstOf(items: AsyncIterable<unknown>): Promise<unknown> {
  for await (const item of items) return item;
  return undefined;
}

/** The verbs, with the bad id in each place that takes one. */
const CALLS: readonly (readonly [what: string, call: Call, ...needs: ConformanceFeature[]])[] = [
  ["saveWithTrace, as the trace", (store, id) => store.saveWithTrace(id, createCheckpoint({ bad: true }))],
  ["saveWithTrace, in the checkpoint", (store, id) => store.saveWithTrace("trace", { ...createCheckpoint(1), id })],
  ["load", (store, id) => store.load(id)],
  ["loadLatest", (store, id) => store.loadLatest(id)],
  ["list", (store, id) => store.list(id)],
  ["delete", (store, id) => store.delete(id)],
  ["prune", (store, id) => store.prune(id, 1)],
  ["history", async (store, id) => firstOf(store.history(id)), "history"],
  ["fork, as the checkpoint", (store, id) => store.fork(id, "fork"), "fork"],
  ["fork, as the trace", (store, id) => store.fork("known", id), "fork"],
  ["deleteTrace", (store, id) => store.deleteTrace(id), "deleteTrace"],
  ["trace", async (store, id) => store.trace(id), "trace"],
];

const KEEPS: readonly unknown[] = [-1, -0.5, 1.5, Number.NaN, -Infinity, "2", undefined, null, 2n, {}];

const BAD_CHECKPOINTS: readonly (readonly [what: string, checkpoint: unknown])[] = [
  ["undefined", undefined],
  ["null", null],
  ["a string", "checkpoint"],
  ["an empty object", {}],
  ["a checkpoint without an id", { createdAt: 1, state: 1 }],
  ["a checkpoint without a createdAt", { id: "bad", state: 1 }],
  ...[Number.NaN, Infinity, -Infinity, "1", null, 1n, new Date(1)].map(
    (createdAt) => [`a createdAt of ${show(createdAt)}`, { id: "bad", createdAt, state: 1 }] as const,
  ),
  ["a state that is a promise", { id: "bad", createdAt: 1, state: Promise.resolve({}) }],
  ["a parentId that is no string", { id: "bad", createdAt: 1, parentId: 42, state: 1 }],
];

/** Options that there are not, each by a letter or two from one that there is. */
const NO_OPTIONS: readonly (readonly [
  what: string,
  call: (store: Store) => Promise<unknown>,
  ...ConformanceFeature[],
])[] = [
  ["load", (store) => store.load("known", { graphhash: "g" } as object), "trace"],
  ["loadLatest", (store) => store.loadLatest("trace", { skipdamaged: true } as object), "trace"],
  ["a handle's load", (store) => store.trace("trace").load("known", { graph: "g" } as object), "trace"],
  ["a handle's save", (store) => store.trace("trace").save({ bad: true }, { nextnode: "n" } as object), "trace"],
  ["trace", async (store) => store.trace("trace", { retain: {} } as object), "trace"],
  ["a rule", async (store) => store.trace("trace", { retention: { keeplast: 1 } as object }), "trace", "retention"],
  ["prune", (store) => store.prune("trace", 0, { dryrun: true } as never), "preview"],
  ["prune, by its value", (store) => store.prune("trace", 0, { dryRun: 1 } as never), "preview"],
  ["traces", (store) => store.traces({ limits: 1 } as object), "traces"],
  ["history", async (store) => firstOf(store.history("trace", { after: "known" } as object)), "history"],
  ["watch", async (store) => store.watch(() => undefined, { trace: "trace" } as object), "watch"],
  [
    "a handle's watch",
    async (store) => store.trace("trace").watch(() => undefined, { traceId: "t" } as object),
    "trace",
    "watch",
  ],
];

/** What was there is still there, and nothing more. */
async function assertUntouched(store: Store, before: readonly Checkpoint[]): Promise<void> {
  await assertHas(store, "trace", before);
  for (const id of ["bad", "undefined", "null", "42", "fork"]) {
    assert((await store.load(id)) === undefined, `something was written under the id ${id}`);
    assert((await store.list(id)).length === 0, `something was written under the trace ${id}`);
  }
}

/** Bad input is a TypeError or a RangeError, and nothing is written. */
export const misuseCases: readonly ConformanceCase[] = [
  ...CALLS.map(([what, call, ...needs]): ConformanceCase => ({
    name: `misuse: ids that are empty or no strings: ${what}`,
    needs,
    async run({ open }) {
      const store = await open();
      const optionsOf = (step: number) => (step ? { id: "known" } : {});
      const before = await saveSteps(store, "trace", { count: 2, optionsOf });
      for (const id of NO_IDS) {
        const title = `${what} with ${show(id)}`;
        assertBadInput(await rejectionOf(() => call(store, id as string), title), title);
      }
      await assertUntouched(store, before);
    },
  })),
  {
    name: "misuse: a keep that is negative, fractional, or no number",
    async run({ open }) {
      const store = await open();
      const before = await saveSteps(store, "trace", { count: 3 });
      for (const keep of KEEPS) {
        const title = `prune(${show(keep)})`;
        assertBadInput(await rejectionOf(() => store.prune("trace", keep as number), title), title);
      }
      await assertUntouched(store, before);
    },
  },
  ...NO_OPTIONS.map(([what, call, ...needs]): ConformanceCase => ({
    name: `misuse: an option that there is not: ${what}`,
    needs,
    async run({ open }) {
      const store = await open();
      const before = await saveSteps(store, "trace", { count: 3, optionsOf: (step) => (step ? {} : { id: "known" }) });
      assertBadInput(await rejectionOf(() => call(store), what), what);
      await assertUntouched(store, before);
    },
  })),
  {
    name: "misuse: what is no checkpoint",
    async run({ open }) {
      const store = await open();
      const before = await saveSteps(store, "trace", { count: 2 });
      for (const [what, checkpoint] of BAD_CHECKPOINTS) {
        assertBadInput(await rejectionOf(() => store.saveWithTrace("trace", checkpoint as Checkpoint), what), what);
      }
      await assertUntouched(store, before);
    },
  },
  {
    name: "misuse: a refused call does not hold up the next",
    async run({ open }) {
      const store = await open();
      const good = [createCheckpoint(1), createCheckpoint(2)];
      const bad = { ...createCheckpoint(3), createdAt: Number.NaN };
      const answers = await Promise.allSettled([
        store.saveWithTrace("trace", good[0]!),
        store.saveWithTrace("trace", bad),
        store.prune("trace", -1),
        store.saveWithTrace("trace", good[1]!),
      ]);
      const outcome = answers.map(({ status }) => status).join(" ");
      assert(outcome === "fulfilled rejected rejected fulfilled", `the calls ended ${outcome}`);
      await assertUntouched(store, good);
    },
  },
];
