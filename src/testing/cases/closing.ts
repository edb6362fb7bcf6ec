import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { assert, assertRefused } from "../assertions.ts";
import type { ConformanceCase, ConformanceFeature } from "../conformance.ts";
import { saveSteps } from "../steps.ts";

type Call = readonly [what: string, call: (store: Store) => Promise<unknown>, ...needs: ConformanceFeature[]];

const CALLS: readonly Call[] = [
  ["saveWithTrace", (store) => store.saveWithTrace("trace", createCheckpoint(1))],
  ["load", (store) => store.load("known")],
  ["loadLatest", (store) => store.loadLatest("trace")],
  ["list", (store) => store.list("trace")],
  ["delete", (store) => store.delete("known")],
  ["prune", (store) => store.prune("trace", 0)],
  [
    "history",
    async (store) => {
      for await (const _ of store.history("trace"));
    },
    "history",
  ],
  ["traces", (store) => store.traces(), "traces"],
  ["fork", (store) => store.fork("known", "fork"), "fork"],
  ["deleteTrace", (store) => store.deleteTrace("trace"), "deleteTrace"],
  ["usage", (store) => store.usage(), "usage"],
];

/** A closed store says so. */
export const closingCases: readonly ConformanceCase[] = [
  ...CALLS.map(([what, call, ...needs]): ConformanceCase => ({
    name: `closing: ${what} of a closed store is a closed error`,
    needs: ["close", ...needs],
    async run({ open }) {
      const store = await open();
      await saveSteps(store, "trace", { count: 2, optionsOf: (step) => (step ? { id: "known" } : {}) });
      await store.close();
      await assertRefused(() => call(store), "closed", what);
      await assertRefused(() => call(store), "closed", `${what}, called again`);
    },
  })),
  {
    name: "closing: a handle of a closed store answers with closed errors",
    needs: ["close", "trace"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      await trace.save({ step: 1 });
      await store.close();
      await assertRefused(() => trace.save({ step: 2 }), "closed", "save");
      await assertRefused(() => trace.loadLatest(), "closed", "loadLatest");
      await assertRefused(() => store.trace("other").list(), "closed", "list of a handle made later");
    },
  },
  {
    name: "closing: can be done again and again",
    needs: ["close"],
    async run({ open }) {
      const store = await open();
      await Promise.all([store.close(), store.close()]);
      await store.close();
    },
  },
  {
    name: "closing: what was called before is done, what is called after is refused",
    needs: ["close"],
    async run({ open }) {
      const store = await open();
      const save = store.saveWithTrace("trace", createCheckpoint(1));
      const list = store.list("trace");
      const closing = store.close();
      const late = assertRefused(() => store.list("trace"), "closed", "list, called while the store closes");
      await Promise.all([save, list, closing, late]);
    },
  },
  {
    name: "closing: ends the watches, without a change",
    needs: ["close", "watch"],
    async run({ open }) {
      const store = await open();
      let heard = 0;
      const end = store.watch(() => void heard++);
      await store.close();
      await assertRefused(() => store.saveWithTrace("trace", createCheckpoint(1)), "closed", "saveWithTrace");
      end();
      assert(heard === 0, `closing was heard as ${heard} changes`);
    },
  },
];
