import type { CheckpointOptions } from "../../core/checkpoint.ts";
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
    name: "handle: a save grows from what the call before it loads",
    needs: ["trace"],
    async run({ open }) {
      const store = await open();
      const [first, second] = await saveSteps(store, "trace", { count: 2 });
      const trace = store.trace("trace");
      const [, third] = await Promise.all([trace.loadLatest(), trace.save({ step: 3 })]);
      assert(third.parentId === second!.id, `the parent should be the latest, not ${third.parentId}`);
      const fourth = await trace.save({ step: 4 });
      assert(fourth.parentId === third.id, `the parent should be what was saved last, not ${fourth.parentId}`);
      const [fifth] = await Promise.all([trace.save({ step: 5 }), trace.load(first!.id)]);
      assert(fifth.parentId === fourth.id, `a load that comes later should not be the parent: ${fifth.parentId}`);
      const last = await Promise.all([trace.load("none"), trace.save({ step: 6 })]);
      assert(last[1].parentId === first!.id, `the parent should be what was loaded last, not ${last[1].parentId}`);
      await assertHas(store, "trace", [first!, second!, third, fourth, fifth, last[1]]);
    },
  },
  {
    name: "handle: saves that were not awaited grow from the last that was stored",
    needs: ["trace"],
    async run({ open }) {
      const store = await open();
      const [taken] = await saveSteps(store, "other", { count: 1 });
      const trace = store.trace("trace");
      const pending = [
        trace.save({ step: 1 }),
        trace.save({ step: 2 }, { id: taken!.id }),
        trace.save({ step: 3 }, { createdAt: Number.NaN }),
        trace.save({ step: () => 4 }),
        trace.save({ step: 5 }),
        trace.save({ step: 6 }),
      ] as const;
      const outcome = (await Promise.allSettled(pending)).map(({ status }) => status).join(" ");
      assert(outcome === "fulfilled rejected rejected rejected fulfilled fulfilled", `the saves ended ${outcome}`);
      const [first, fifth, sixth] = await Promise.all([pending[0], pending[4], pending[5]]);
      assert(fifth.parentId === first.id, `the parent should be the last that was stored, not ${fifth.parentId}`);
      assert(sixth.parentId === fifth.id, `the parent should be the one before, not ${sixth.parentId}`);
      await assertHas(store, "trace", [first, fifth, sixth]);
    },
  },
  {
    name: "handle: the same id, state and options are the same save",
    needs: ["trace"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const zero = await trace.save({ step: 0 });
      const save = (state: unknown, options: CheckpointOptions = {}) =>
        trace.save(state, { id: "one", nextNode: "ask", ...options });
      const twice = [save({ step: 1 }), save({ step: 1 })] as const;
      const outcome = (await Promise.allSettled(twice)).map(({ status }) => status).join(" ");
      assert(outcome === "fulfilled fulfilled", `the same save twice ended ${outcome}`);
      const [first, again] = await Promise.all(twice);
      assert(first.parentId === zero.id, `the parent should be the one before, not ${first.parentId}`);
      await assertEqual(again, first, "what the same save answers");
      const next = await trace.save({ step: 2 });
      // Longer than a clock's tick: a retry has another time.
      await new Promise((resolve) => void setTimeout(resolve, 5));
      await assertEqual(await save({ step: 1 }), first, "what a retry answers later");
      assert((await trace.save({ step: 3 }, { id: "three" })).parentId === "one", "the retry is what was stored last");
      await assertRefused(() => save({ step: "other" }), "conflict", "another state");
      await assertRefused(() => save({ step: 1 }, { nextNode: "stop" }), "conflict", "another node");
      await assertRefused(() => save({ step: 1 }, { metadata: { a: 1 } }), "conflict", "other metadata");
      await assertRefused(() => save({ step: 1 }, { parentId: next.id }), "conflict", "another parent");
      await assertRefused(() => save({ step: 1 }, { createdAt: 1 }), "conflict", "another time");
      await assertEqual(await trace.list(), ["three", next.id, "one", zero.id], "list");
    },
  },
  {
    name: "handle: what was deleted can be saved again, and is not its own parent",
    needs: ["trace"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const zero = await trace.save({ step: 0 });
      await trace.save({ step: 1 }, { id: "one" });
      assert(await store.delete("one"), "it should be there to be deleted");
      const again = await trace.save({ step: 1 }, { id: "one" });
      assert(again.parentId === zero.id, `the parent should be the one before, not ${again.parentId}`);
      await assertHas(store, "trace", [zero, again]);
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
