import { createCheckpoint } from "../../core/checkpoint.ts";
import { assert, assertRefused, assertSameCheckpoint } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";

/** A checkpoint of another graph is never resumed silently. */
export const graphCases: readonly ConformanceCase[] = [
  {
    name: "graph: a checkpoint loads if its graph is the one asked for, or if none is",
    async run({ open }) {
      const store = await open();
      const checkpoint = createCheckpoint({ step: 1 }, { graphHash: "sha256-a" });
      await store.saveWithTrace("trace", checkpoint);
      for (const options of [undefined, {}, { graphHash: "sha256-a" }]) {
        await assertSameCheckpoint(await store.load(checkpoint.id, options), checkpoint, "load");
        await assertSameCheckpoint(await store.loadLatest("trace", options), checkpoint, "loadLatest");
      }
    },
  },
  {
    name: "graph: a checkpoint of another graph is a mismatch that carries expected and actual",
    async run({ open }) {
      const store = await open();
      const checkpoint = createCheckpoint({ step: 1 }, { graphHash: "sha256-a" });
      await store.saveWithTrace("trace", checkpoint);
      const options = { graphHash: "sha256-b" };
      for (const call of [() => store.load(checkpoint.id, options), () => store.loadLatest("trace", options)]) {
        const error = await assertRefused(call, "graph-mismatch", "a checkpoint of another graph");
        assert(error.expected === "sha256-b", `expected should be the graph asked for, not ${error.expected}`);
        assert(error.actual === "sha256-a", `actual should be the checkpoint's graph, not ${error.actual}`);
        assert(error.checkpointId === checkpoint.id, "the mismatch should carry the checkpointId");
      }
      await assertSameCheckpoint(await store.load(checkpoint.id), checkpoint, "load without a graph");
    },
  },
  {
    name: "graph: a checkpoint that names no graph does not pass for one of the graph asked for",
    async run({ open }) {
      const store = await open();
      const checkpoint = createCheckpoint({ step: 1 });
      await store.saveWithTrace("trace", checkpoint);
      const call = () => store.load(checkpoint.id, { graphHash: "sha256-b" });
      const error = await assertRefused(call, "graph-mismatch", "a checkpoint that names no graph");
      assert(error.expected === "sha256-b", `expected should be the graph asked for, not ${error.expected}`);
      assert(error.actual === undefined, `actual should be undefined, not ${error.actual}`);
    },
  },
  {
    name: "graph: loadLatest looks at the latest alone",
    async run({ open }) {
      const store = await open();
      const [old, latest] = ["sha256-a", "sha256-b"].map((graphHash) => createCheckpoint(graphHash, { graphHash }));
      await store.saveWithTrace("trace", old!);
      await store.saveWithTrace("trace", latest!);
      await assertRefused(() => store.loadLatest("trace", { graphHash: "sha256-a" }), "graph-mismatch", "the latest");
      assert((await store.loadLatest("unknown", { graphHash: "x" })) === undefined, "an unknown trace has no latest");
      assert((await store.load("unknown", { graphHash: "x" })) === undefined, "an unknown id is not there");
    },
  },
];
