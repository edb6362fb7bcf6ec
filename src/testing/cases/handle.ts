import { assert, assertEqual, assertHas, assertRefused, rejectionOf } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { Recorder } from "../recorder.ts";
import { saveSteps } from "../steps.ts";

/** A handle on one trace does what the store does, and knows where it stands. */
export const handleCases: readonly ConformanceCase[] = [
  {
    name: "handle: saves checkpoints whose parent is the one before",
    needs: ["trace"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      assert(trace.id === "trace", "a handle should know its trace");
      assert((await trace.loadLatest()) === undefined, "a new trace has no latest");
      const first = await trace.save({ step: 1 });
      const second = await trace.save({ step: 2 }, { nextNode: "ask", metadata: { a: 1 } });
      assert(!("parentId" in first), "the first checkpoint has no parent");
      assert(second.parentId === first.id, "the second should name the first as its parent");
      assert(second.nextNode === "ask", "options should be kept");
      await assertEqual(second.state, { step: 2 }, "the state of what save answers");
      await assertHas(store, "trace", [first, second]);
      await assertEqual(await trace.list(), [second.id, first.id], "list");
    },
  },
  {
    name: "handle: goes on from what it loaded",
    needs: ["trace"],
    async run({ open }) {
      const store = await open();
      const [first, second] = await saveSteps(store, "trace", { count: 2 });
      const trace = store.trace("trace");
      await trace.loadLatest();
      const third = await trace.save({ step: 3 });
      assert(third.parentId === second!.id, "the parent should be the latest, which was loaded");
      await trace.load(first!.id);
      const other = await trace.save({ step: "other" });
      assert(other.parentId === first!.id, "the parent should be the one loaded last");
      const given = await trace.save({ step: "given" }, { parentId: "given" });
      assert(given.parentId === "given", "a parent that is given should be kept");
      await assertHas(store, "trace", [first!, second!, third, other, given]);
    },
  },
  {
    name: "handle: a save that failed does not become a parent",
    needs: ["trace"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const first = await trace.save({ step: 1 });
      await assertRefused(() => trace.save({ run: () => 1 }), "serialization", "a function");
      await rejectionOf(() => trace.save({ step: 2 }, { createdAt: Number.NaN }), "a createdAt of NaN");
      const next = await trace.save({ step: 2 });
      assert(next.parentId === first.id, `the parent should be the last one saved, not ${next.parentId}`);
      await assertHas(store, "trace", [first, next]);
    },
  },
  {
    name: "handle: saves that are not awaited are a chain in the order of the calls",
    needs: ["trace"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const state = { step: 0 };
      const pending = Array.from({ length: 5 }, (_, step) => {
        state.step = step;
        return trace.save(state);
      });
      const saved = await Promise.all(pending);
      for (const [index, { parentId }] of saved.entries()) {
        assert(parentId === saved[index - 1]?.id, `checkpoint ${index} should name the one before as its parent`);
      }
      await assertHas(
        store,
        "trace",
        saved.map((checkpoint, step) => ({ ...checkpoint, state: { step } })),
      );
    },
  },
  {
    name: "handle: knows nothing of checkpoints of other traces",
    needs: ["trace"],
    async run({ open }) {
      const store = await open();
      const [mine] = await saveSteps(store, "trace", { count: 1 });
      const [other] = await saveSteps(store, "other", { count: 1 });
      const trace = store.trace("trace");
      assert((await trace.load(mine!.id))?.id === mine!.id, "a checkpoint of the trace should load");
      assert((await trace.load(other!.id)) === undefined, "a checkpoint of another trace should not load");
      assert((await trace.save("next")).parentId === mine!.id, "the other trace's checkpoint became a parent");
    },
  },
  {
    name: "handle: insists on a graph as the store does",
    needs: ["trace"],
    async run({ open }) {
      const trace = (await open()).trace("trace");
      const { id } = await trace.save({ step: 1 }, { graphHash: "a" });
      await assertRefused(() => trace.load(id, { graphHash: "b" }), "graph-mismatch", "load");
      await assertRefused(() => trace.loadLatest({ graphHash: "b" }), "graph-mismatch", "loadLatest");
      assert((await trace.loadLatest({ graphHash: "a" }))?.id === id, "the graph asked for should load");
    },
  },
  {
    name: "handle: prunes and reads the history of its trace",
    needs: ["trace", "history"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 4 });
      const others = await saveSteps(store, "other", { count: 2 });
      const trace = store.trace("trace");
      assert((await trace.prune(2)) === 2, "prune should answer how many went");
      const met: string[] = [];
      for await (const { id } of trace.history({ limit: 5 })) met.push(id);
      await assertEqual(met, [saved[3]!.id, saved[2]!.id], "history");
      await assertHas(store, "other", others);
    },
  },
  {
    name: "handle: forks into a handle that stands at the copy",
    needs: ["trace", "fork"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const origin = await trace.save({ step: 1 });
      const last = await trace.save({ step: 2 });
      const fork = await trace.fork(origin.id, "fork");
      assert(fork.id === "fork", "the fork should be a handle on the new trace");
      const copy = (await store.loadLatest("fork"))!;
      assert(copy.parentId === origin.id, "the copy should name the origin as its parent");
      const next = await fork.save({ step: "next" });
      assert(next.parentId === copy.id, "the next save of the fork should name the copy as its parent");
      await assertHas(store, "fork", [copy, next]);
      const [other] = await saveSteps(store, "other", { count: 1 });
      await assertRefused(() => trace.fork(other!.id, "stolen"), "not-found", "a fork of another trace's checkpoint");
      assert((await trace.save({ step: 3 })).parentId === last.id, "forking should not move the handle");
    },
  },
  {
    name: "handle: watches its trace alone",
    needs: ["trace", "watch"],
    async run({ open }) {
      const store = await open();
      const recorder = new Recorder(store.trace("trace"));
      await saveSteps(store, "other", { count: 2 });
      await saveSteps(store, "trace", { count: 2 });
      const heard = await recorder.expect(2);
      assert(
        heard.every(({ traceId }) => traceId === "trace"),
        "a handle should hear of its trace alone",
      );
    },
  },
];
