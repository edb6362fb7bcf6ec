import { createCheckpoint, type Checkpoint } from "../../core/checkpoint.ts";
import {
  assert,
  assertBadInput,
  assertEqual,
  assertHas,
  assertRefused,
  assertSameCheckpoint,
  rejectionOf,
} from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";

interface Old {
  readonly log: string[];
}

/** The state of the new graph: what was a list of texts is a list of messages. */
function upgrade({ state }: Checkpoint): object {
  return { messages: (state as Old).log.map((text) => ({ text })) };
}

const OLD = createCheckpoint(
  { log: ["a", "b"] },
  { id: "old", graphHash: "v1", nextNode: "ask", createdAt: 1, metadata: { step: 1 } },
);
const NEW = { ...OLD, graphHash: "v2", state: { messages: [{ text: "a" }, { text: "b" }] } };

/** A run can go on with another graph, once somebody has said how. */
export const upgradeCases: readonly ConformanceCase[] = [
  {
    name: "upgrade: a load returns what was made of another graph's checkpoint, and what is stored stays",
    needs: ["upgrade", "trace"],
    async run({ open }) {
      const store = await open();
      await store.saveWithTrace("trace", OLD);
      const options = { graphHash: "v2", upgrade };
      const trace = store.trace("trace");
      for (const load of [
        () => store.load("old", options),
        () => store.loadLatest("trace", options),
        () => trace.load("old", { ...options, upgrade: async (checkpoint) => upgrade(checkpoint) }),
        () => trace.loadLatest(options),
      ]) {
        await assertSameCheckpoint(await load(), NEW, "what was upgraded");
      }
      await assertHas(store, "trace", [OLD]);
    },
  },
  {
    name: "upgrade: is asked about checkpoints of other graphs alone, and given them as they were saved",
    needs: ["upgrade", "trace"],
    async run({ open }) {
      const store = await open();
      const unnamed = createCheckpoint({ log: [] }, { id: "unnamed" });
      for (const checkpoint of [OLD, unnamed, { ...OLD, id: "new", graphHash: "v2" }]) {
        await store.saveWithTrace("trace", checkpoint);
      }
      const asked: Checkpoint[] = [];
      const options = {
        graphHash: "v2",
        upgrade(checkpoint: Checkpoint) {
          asked.push(structuredClone(checkpoint));
          (checkpoint.state as Old).log.push("spoiled");
          return checkpoint.state;
        },
      };
      assert((await store.load("unknown", options)) === undefined, "what is not there is undefined");
      await assertEqual((await store.load("old", options))?.state, { log: ["a", "b", "spoiled"] }, "the state");
      await store.load("unnamed", options);
      await store.load("new", options);
      await store.loadLatest("trace", options);
      await assertEqual(asked.length, 2, "how often it was asked");
      await assertSameCheckpoint(asked[0], OLD, "the first");
      await assertSameCheckpoint(asked[1], unnamed, "the second");
      await assertSameCheckpoint(await store.load("old"), OLD, "what is stored");
    },
  },
  {
    name: "upgrade: undefined is a mismatch, and what it throws is what the load rejects with",
    needs: ["upgrade", "trace"],
    async run({ open }) {
      const store = await open();
      await store.saveWithTrace("trace", OLD);
      const failure = new Error("no way");
      const trace = store.trace("trace");
      for (const load of [trace.load.bind(trace, "old"), trace.loadLatest.bind(trace)]) {
        const declines = { graphHash: "v2", upgrade: () => undefined };
        const error = await assertRefused(() => load(declines), "graph-mismatch", "an upgrade to undefined");
        assert(error.expected === "v2" && error.actual === "v1", "the mismatch should carry both graphs");
        for (const fails of [() => Promise.reject(failure), () => thrown(failure)]) {
          const reason = await rejectionOf(() => load({ graphHash: "v2", upgrade: fails }), "an upgrade that fails");
          assert(reason === failure, `it should reject with what was thrown, and not ${String(reason)}`);
        }
      }
      const next = await trace.save({ step: 1 });
      assert(!("parentId" in next) && !("graphHash" in next), "what was not loaded is nothing to go on from");
    },
  },
  {
    name: "upgrade: what the handle then saves is of the new graph",
    needs: ["upgrade", "trace"],
    async run({ open }) {
      const store = await open();
      await store.saveWithTrace("trace", OLD);
      const trace = store.trace("trace");
      const loading = trace.loadLatest({ graphHash: "v2", upgrade });
      const saves = [trace.save({ step: 1 }), trace.save({ step: 2 }, { graphHash: "v3" }), trace.save({ step: 3 })];
      await loading;
      const saved = await Promise.all(saves);
      await assertEqual(
        saved.map(({ graphHash }) => graphHash),
        ["v2", "v3", "v2"],
        "the graphs of what was saved",
      );
      await assertEqual(saved[0]?.parentId, "old", "the parent of the first");
      await trace.loadLatest({ graphHash: "v2", upgrade });
      const after = await trace.save({ step: 4 });
      assert(!("graphHash" in after), "after another load, nothing was upgraded");
      await assertHas(store, "trace", [OLD, ...saved, after]);
    },
  },
  {
    name: "upgrade: what is no function is refused, and so is one without graphHash",
    needs: ["upgrade", "trace"],
    async run({ open }) {
      const store = await open();
      await store.saveWithTrace("trace", OLD);
      const bad = [{ upgrade }, { graphHash: "v1", upgrade: 1 }, { graphHash: "v2", upgrade: null }] as never[];
      for (const options of bad) {
        assertBadInput(await rejectionOf(() => store.load("old", options), "a bad upgrade"), "a bad upgrade");
        assertBadInput(await rejectionOf(() => store.loadLatest("trace", options), "a bad upgrade"), "a bad upgrade");
      }
    },
  },
];

function thrown(error: Error): never {
  throw error;
}
