import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Change } from "../../core/trace.ts";
import { assert, assertEqual, assertHas, assertSameHead, ConformanceFailure, rejectionOf } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { show } from "../equality.ts";
import { Recorder } from "../recorder.ts";
import { saveSteps } from "../steps.ts";

function kinds(changes: readonly Change[]): string {
  return changes.map(({ kind }) => kind).join(" ");
}

/** What changes is reported: in order, once each. */
export const watchCases: readonly ConformanceCase[] = [
  {
    name: "watch: hears of each save, in order, once, with its head and no state",
    needs: ["watch", "history"],
    async run({ open }) {
      const store = await open();
      const recorder = new Recorder(store);
      await saveSteps(store, "trace", { count: 4, optionsOf: () => ({ metadata: { a: 1 }, nextNode: "n" }) });
      const heard = await recorder.expect(4);
      const heads: object[] = [];
      for await (const head of store.history("trace")) heads.unshift(head);
      for (const [index, change] of heard.entries()) {
        assert(change.kind === "saved", `a save should be heard as saved, not ${change.kind}`);
        assert(change.origin === "local", "what this store object did is local");
        assert(change.traceId === "trace", "a change should name its trace");
        assert(change.version === heard[0]!.version + index, "version should grow by one");
        await assertSameHead(change.head, heads[index]!, `the head of change ${index}`);
      }
    },
  },
  {
    name: "watch: hears of what was deleted and pruned, by id",
    needs: ["watch", "deleteTrace"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 5 });
      await saveSteps(store, "other", { count: 1 });
      const recorder = new Recorder(store, { traceId: "trace" });
      await store.delete(saved[4]!.id);
      await store.prune("trace", 2);
      await store.deleteTrace("trace");
      const heard = await recorder.expect(3);
      assert(kinds(heard) === "deleted pruned trace-deleted", `heard was ${kinds(heard)}`);
      const ids = heard.map((change) => ("ids" in change ? [...change.ids].sort() : []));
      await assertEqual(ids, [[saved[4]!.id], [saved[0]!.id, saved[1]!.id].sort(), []], "ids");
      const versions = heard.map(({ version }) => version - heard[0]!.version);
      await assertEqual(versions, [0, 1, 2], "versions, from the first on");
    },
  },
  {
    name: "watch: hears nothing where nothing changed",
    needs: ["watch", "deleteTrace"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 2 });
      const recorder = new Recorder(store);
      await store.saveWithTrace("trace", saved[0]!);
      await rejectionOf(() => store.saveWithTrace("trace", { ...saved[0]!, state: 1 }), "another state");
      await rejectionOf(
        () =>
          store.saveWithTrace(
            "trace",
            createCheckpoint(() => 1),
          ),
        "a function",
      );
      await store.delete("unknown");
      await store.prune("trace", 2);
      await store.deleteTrace("unknown");
      await store.loadLatest("trace");
      await recorder.expect(0);
      await saveSteps(store, "trace", { count: 1 });
      await recorder.expect(1);
    },
  },
  {
    name: "watch: hears saves that were not awaited in the order of the calls",
    needs: ["watch"],
    async run({ open }) {
      const store = await open();
      const recorder = new Recorder(store);
      const saved = Array.from({ length: 10 }, (_, step) => createCheckpoint({ step }));
      await Promise.all(saved.map((checkpoint) => store.saveWithTrace("trace", checkpoint)));
      const heard = await recorder.expect(10);
      const ids = heard.map((change) => (change.kind === "saved" ? change.head.id : ""));
      await assertEqual(
        ids,
        saved.map(({ id }) => id),
        "the ids heard",
      );
    },
  },
  {
    name: "watch: one trace alone, where asked to",
    needs: ["watch"],
    async run({ open }) {
      const store = await open();
      const [all, one] = [new Recorder(store), new Recorder(store, { traceId: "one" })];
      await saveSteps(store, "one", { count: 1 });
      await saveSteps(store, "other", { count: 2 });
      await all.expect(3);
      const [change] = await one.expect(1);
      assert(change!.traceId === "one", "a change of another trace was heard");
    },
  },
  {
    name: "watch: a fork is heard as the first save of its trace",
    needs: ["watch", "fork"],
    async run({ open }) {
      const store = await open();
      const [origin] = await saveSteps(store, "trace", { count: 1 });
      const recorder = new Recorder(store);
      const copy = await store.fork(origin!.id, "fork");
      const [change] = await recorder.expect(1);
      assert(change!.kind === "saved", "a fork should be heard as saved");
      assert(change!.traceId === "fork", "a fork should be heard in the new trace");
      assert(change!.head.id === copy.id, "the change should carry the head of the copy");
    },
  },
  {
    name: "watch: once ended, not a change more is heard",
    needs: ["watch"],
    async run({ open }) {
      const store = await open();
      const [ended, atOnce, other] = [new Recorder(store), new Recorder(store), new Recorder(store)];
      const controller = new AbortController();
      const aborted = new Recorder(store, { signal: controller.signal });
      const never = new Recorder(store, { signal: AbortSignal.abort() });
      await saveSteps(store, "trace", { count: 1 });
      atOnce.end();
      const heardAtOnce = atOnce.heard.length;
      await Promise.all([ended.expect(1), aborted.expect(1)]);
      const pending = saveSteps(store, "trace", { count: 3 });
      ended.end();
      controller.abort();
      const heard = ended.heard.length;
      await pending;
      ended.end();
      await other.expect(4);
      await Promise.all([ended.expect(heard), aborted.expect(1), never.expect(0), atOnce.expect(heardAtOnce)]);
    },
  },
  {
    name: "watch: a listener may end its watch, and begin others, while it hears",
    needs: ["watch"],
    async run({ open }) {
      const store = await open();
      let heard = 0;
      const end = store.watch(() => {
        heard += 1;
        end();
      });
      const later: Recorder[] = [];
      store.watch(() => {
        if (later.length === 0) later.push(new Recorder(store));
      });
      const other = new Recorder(store);
      await saveSteps(store, "trace", { count: 3 });
      await other.expect(3);
      assert(heard === 1, `a listener that ended its watch heard ${heard} changes`);
      assert(later[0]!.heard.length >= 2, "a watch begun by a listener should hear what follows");
    },
  },
  {
    name: "watch: one listener twice hears each change twice",
    needs: ["watch"],
    async run({ open }) {
      const store = await open();
      const heard: Change[] = [];
      const listener = (change: Change) => void heard.push(change);
      const [end] = [store.watch(listener), store.watch(listener)];
      const other = new Recorder(store);
      await saveSteps(store, "trace", { count: 1 });
      await other.expect(1);
      await assertEqual(heard.length, 2, "the changes heard by two watches");
      end();
      await saveSteps(store, "trace", { count: 1 });
      await other.expect(2);
      await assertEqual(heard.length, 3, "the changes heard once one of the two watches ended");
    },
  },
  {
    name: "watch: a listener that throws harms neither the save nor the other listeners",
    needs: ["watch"],
    async run({ open }) {
      const store = await open();
      const before = new Recorder(store);
      const thrown = new Error("a listener that throws");
      store.watch(() => {
        throw thrown;
      });
      const after = new Recorder(store);
      // Where a store reports it as the platform does, it is no error of the page that runs the cases.
      const keepQuiet = (event: Event) => {
        if ((event as ErrorEvent).error !== thrown) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      };
      globalThis.addEventListener?.("error", keepQuiet, { capture: true });
      const saved = await saveSteps(store, "trace", { count: 3 }).catch((error: unknown) => {
        throw new ConformanceFailure(`the save ended with what a listener threw: ${show(error)}`);
      });
      await before.expect(3);
      await after.expect(3);
      globalThis.removeEventListener?.("error", keepQuiet, { capture: true });
      await assertHas(store, "trace", saved);
    },
  },
];
