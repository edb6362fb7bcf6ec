import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Store, TracesOptions } from "../../core/store.ts";
import { assert, assertBadInput, assertEqual, assertHas, assertSameHead, rejectionOf } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { saveSteps } from "../steps.ts";

async function traceIds(store: Store, options?: TracesOptions): Promise<string[]> {
  return (await store.traces(options)).map(({ traceId }) => traceId);
}

/** The traces of a store, and what became of those deleted. */
export const traceCases: readonly ConformanceCase[] = [
  {
    name: "traces: the one saved to last comes first",
    needs: ["traces"],
    async run({ open }) {
      const store = await open();
      await assertEqual(await traceIds(store), [], "the traces of an empty store");
      for (const traceId of ["a", "c", "b"]) await saveSteps(store, traceId, { count: 2 });
      await assertEqual(await traceIds(store), ["b", "c", "a"], "traces");
      await saveSteps(store, "c", { count: 1 });
      await assertEqual(await traceIds(store), ["c", "b", "a"], "traces, after saving to c");
    },
  },
  {
    name: "traces: the one saved to last comes first, whatever the clocks said",
    needs: ["traces"],
    async run({ open }) {
      const store = await open();
      const times = [
        ["far", 8_640_000_000_000_000],
        ["z", 7],
        ["a", 7],
        ["old", -1],
        ["m", 7],
      ] as const;
      for (const [traceId, createdAt] of times) {
        await saveSteps(store, traceId, { count: 1, optionsOf: () => ({ createdAt }) });
      }
      await assertEqual(await traceIds(store), ["m", "old", "a", "z", "far"], "traces");
      for (const traceId of ["z", "far", "old"]) await store.saveWithTrace(traceId, createCheckpoint(1));
      await assertEqual(await traceIds(store), ["old", "far", "z", "m", "a"], "traces, after saving to three of them");
    },
  },
  {
    name: "traces: each with its count, its bytes and its latest head",
    needs: ["traces", "history"],
    async run({ open }) {
      const store = await open();
      for (const [traceId, count] of [
        ["a", 5],
        ["b", 1],
      ] as const)
        await saveSteps(store, traceId, { count });
      await store.delete((await store.list("a"))[0]!);
      await store.saveWithTrace("b", (await store.loadLatest("b"))!);
      for (const { traceId, checkpoints, bytes, latest } of await store.traces()) {
        const wanted = traceId === "a" ? 4 : 1;
        assert(checkpoints === wanted, `trace ${traceId} has ${wanted} checkpoints, not ${checkpoints}`);
        assert(bytes > 0, `trace ${traceId} takes more than ${bytes} bytes`);
        assert(!("state" in latest), "the latest head should carry no state");
        for await (const head of store.history(traceId, { limit: 1 })) {
          await assertSameHead(latest, head, `latest of trace ${traceId}`);
        }
      }
    },
  },
  {
    name: "traces: limit and before make pages",
    needs: ["traces"],
    async run({ open }) {
      const store = await open();
      const all = ["e", "b", "d", "a", "c"];
      for (const traceId of [...all].reverse()) await saveSteps(store, traceId, { count: 1 });
      const of = Object.fromEntries((await store.traces()).map((summary) => [summary.traceId, summary]));
      await assertEqual(await traceIds(store, { limit: 2 }), ["e", "b"], "the first page");
      await assertEqual(await traceIds(store, { limit: 2, before: of["b"]! }), ["d", "a"], "the second page");
      await assertEqual(await traceIds(store, { limit: 2, before: of["a"]! }), ["c"], "the last page");
      await assertEqual(await traceIds(store, { before: of["c"]! }), [], "before the last");
      const { traceId, savedAt } = of["b"]!;
      await assertEqual(await traceIds(store, { before: { traceId, savedAt } }), ["d", "a", "c"], "by two fields");
    },
  },
  {
    name: "traces: a summary says where to go on, whatever became of its trace",
    needs: ["traces", "deleteTrace"],
    async run({ open }) {
      const store = await open();
      for (const traceId of ["f", "e", "d", "c", "b", "a"]) await saveSteps(store, traceId, { count: 2 });
      const page = await store.traces({ limit: 3 });
      const next = async () => traceIds(store, { limit: 2, before: page[2]! });
      await assertEqual(await next(), ["d", "e"], "the second page");
      await saveSteps(store, "c", { count: 1 });
      await assertEqual(await next(), ["d", "e"], "once the last trace of the page was saved to");
      await store.delete((await store.list("c"))[0]!);
      await assertEqual(await next(), ["d", "e"], "once that save was deleted");
      await store.deleteTrace("c");
      await assertEqual(await next(), ["d", "e"], "once the last trace of the page was deleted");
      await store.deleteTrace("d");
      await assertEqual(await next(), ["e", "f"], "once the next was deleted");
      await saveSteps(store, "c", { count: 1 });
      await assertEqual(await next(), ["e", "f"], "once the last trace of the page was made anew");
    },
  },
  {
    name: "traces: what does not say where to go on is bad input",
    needs: ["traces"],
    async run({ open }) {
      const store = await open();
      await saveSteps(store, "trace", { count: 1 });
      for (const before of ["trace", null, {}, { traceId: "trace" }, { traceId: "trace", savedAt: Number.NaN }]) {
        const title = `traces before ${JSON.stringify(before)}`;
        assertBadInput(await rejectionOf(() => store.traces({ before: before as never }), title), title);
      }
    },
  },
  {
    name: "traces: a trace exists while it has checkpoints",
    needs: ["traces"],
    async run({ open }) {
      const store = await open();
      const [only] = await saveSteps(store, "deleted from", { count: 1 });
      await saveSteps(store, "pruned", { count: 3 });
      await saveSteps(store, "kept", { count: 1 });
      await store.delete(only!.id);
      await store.prune("pruned", 0);
      await rejectionOf(
        () =>
          store.saveWithTrace(
            "refused",
            createCheckpoint(() => 1),
          ),
        "a function",
      );
      await assertEqual(await traceIds(store), ["kept"], "traces");
      await saveSteps(store, "pruned", { count: 2 });
      await assertEqual(await traceIds(store), ["pruned", "kept"], "traces, after saving to the emptied one");
    },
  },
  {
    name: "deleteTrace: removes the trace with all it owns and answers how many went",
    needs: ["deleteTrace"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 5 });
      const others = await saveSteps(store, "trace 2", { count: 2 });
      await store.delete(saved[1]!.id);
      const gone = await store.deleteTrace("trace");
      assert(gone === 4, `deleteTrace should answer 4, not ${gone}`);
      await assertHas(store, "trace", []);
      for (const { id } of saved) assert((await store.load(id)) === undefined, "a checkpoint outlived its trace");
      const again = await store.deleteTrace("trace");
      assert(again === 0, `deleteTrace of a trace that is gone should answer 0, not ${again}`);
      assert((await store.deleteTrace("unknown")) === 0, "deleteTrace of an unknown trace should answer 0");
      await assertHas(store, "trace 2", others);
    },
  },
  {
    name: "deleteTrace: the trace can begin anew, with the ids it had",
    needs: ["deleteTrace"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 3 });
      await store.deleteTrace("trace");
      await store.saveWithTrace("other", saved[0]!);
      const anew = { ...saved[1]!, state: { anew: true }, createdAt: 1 };
      await store.saveWithTrace("trace", anew);
      await assertHas(store, "trace", [anew]);
      await assertHas(store, "other", [saved[0]!]);
    },
  },
];
