import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
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
import { noiseBytes, saveSteps } from "../steps.ts";

function state(): { messages: string[]; map: Map<string, unknown>; bytes: Uint8Array; ring: unknown[] } {
  const ring: unknown[] = [];
  ring.push(ring);
  return { messages: ["a", "b"], map: new Map([["k", undefined]]), bytes: noiseBytes(1, 5_000), ring };
}

/** A fork is a new trace that starts from a checkpoint of another. */
export const forkCases: readonly ConformanceCase[] = [
  {
    name: "fork: starts a trace with a copy whose parent is the checkpoint it came from",
    needs: ["fork"],
    async run({ open }) {
      const store = await open();
      const head = { id: "origin", nextNode: "ask", graphHash: "g", createdAt: 1, metadata: { step: 1, tags: ["x"] } };
      await store.saveWithTrace("trace", createCheckpoint(state(), head));
      const later = await saveSteps(store, "trace", { count: 2 });
      const copy = await store.fork("origin", "fork");
      assert(copy.id !== "origin", "the copy should have an id of its own");
      assert(copy.parentId === "origin", `the copy's parent should be the origin, not ${copy.parentId}`);
      assert(copy.nextNode === "ask" && copy.graphHash === "g", "the copy should resume where the origin does");
      await assertEqual(copy.metadata, head.metadata, "metadata");
      await assertEqual(copy.state, state(), "state");
      await assertHas(store, "fork", [copy]);
      await assertHas(store, "trace", [createCheckpoint(state(), head), ...later]);
    },
  },
  {
    name: "fork: of an unknown checkpoint is not-found, and nothing is written",
    needs: ["fork"],
    async run({ open }) {
      const store = await open();
      const error = await assertRefused(() => store.fork("unknown", "fork"), "not-found", "fork of an unknown id");
      assert(error.checkpointId === "unknown", "the error should carry the checkpointId");
      await assertHas(store, "fork", []);
    },
  },
  {
    name: "fork: into a trace that exists is a conflict, and nothing is written",
    needs: ["fork"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 2 });
      const others = await saveSteps(store, "other", { count: 1 });
      await assertRefused(() => store.fork(saved[0]!.id, "other"), "conflict", "fork into another trace");
      await assertRefused(() => store.fork(saved[0]!.id, "trace"), "conflict", "fork into its own trace");
      await assertHas(store, "trace", saved);
      await assertHas(store, "other", others);
      await store.prune("other", 0);
      await assertHas(store, "other", [await store.fork(saved[0]!.id, "other")]);
    },
  },
  {
    name: "fork: both traces go on apart, and each outlives the other",
    needs: ["fork", "deleteTrace"],
    async run({ open }) {
      const store = await open();
      const mine = state();
      const trace: Checkpoint[] = [];
      const save = async (traceId: string, into: Checkpoint[]) => {
        into.push(createCheckpoint(structuredClone(mine)));
        await store.saveWithTrace(traceId, { ...into.at(-1)!, state: mine });
      };
      await save("trace", trace);
      mine.messages.push("c");
      await save("trace", trace);
      const fork = [await store.fork(trace[1]!.id, "fork")];
      const second = [await store.fork(fork[0]!.id, "second")];
      mine.messages.push("only in the trace");
      await save("trace", trace);
      mine.messages[3] = "only in the fork";
      mine.bytes[0]! ^= 1;
      await save("fork", fork);
      await assertHas(store, "trace", trace);
      await assertHas(store, "fork", fork);
      await store.deleteTrace("trace");
      await assertHas(store, "fork", fork);
      await store.prune("fork", 1);
      await assertHas(store, "fork", fork.slice(1));
      await assertHas(store, "second", second);
    },
  },
  {
    name: "fork: the answer belongs to its caller",
    needs: ["fork"],
    async run({ open }) {
      const store = await open();
      await store.saveWithTrace("trace", createCheckpoint(state(), { id: "origin" }));
      const copy = (await store.fork("origin", "fork")) as Checkpoint<ReturnType<typeof state>>;
      copy.state.messages.push("spoiled");
      copy.state.bytes[0]! ^= 1;
      copy.state.map.clear();
      await assertEqual((await store.load("origin"))?.state, state(), "the origin's state");
      await assertSameCheckpoint(await store.loadLatest("fork"), { ...copy, state: state() }, "the fork");
    },
  },
  {
    name: "fork: the copy has the id that was given, and the fork can be repeated",
    needs: ["fork", "trace"],
    async run({ open }) {
      const store = await open();
      const origin = createCheckpoint(state(), { id: "origin", metadata: { step: 1 } });
      await store.saveWithTrace("trace", origin);
      const copy = await store.fork("origin", "fork", { id: "copy" });
      assert(copy.id === "copy" && copy.parentId === "origin", `the copy is ${copy.id} of ${copy.parentId}`);
      const next = await store.trace("fork").save({ more: true }, { parentId: "copy" });
      const again = await Promise.allSettled([store.fork("origin", "fork", { id: "copy" })]);
      const [outcome] = again;
      assert(outcome.status === "fulfilled", "the same fork once more should be no conflict");
      await assertSameCheckpoint(outcome.value, copy, "what the repeated fork answers");
      const handle = await store.trace("trace").fork("origin", "fork", { id: "copy" });
      assert((await handle.save({ last: true })).parentId === "copy", "its handle should stand at the copy");
      await assertSameCheckpoint(await store.load("copy"), copy, "the copy");
      assert((await store.list("fork")).includes(next.id), "what was saved to the fork should still be there");
    },
  },
  {
    name: "fork: an id that is taken by anything but this very copy is a conflict",
    needs: ["fork"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 2 });
      const [first, second] = saved;
      const copy = await store.fork(first!.id, "fork", { id: "copy" });
      const forks: readonly (readonly [what: string, id: string, traceId: string, copyId: string])[] = [
        ["of another checkpoint", second!.id, "fork", "copy"],
        ["into another trace", first!.id, "another", "copy"],
        ["under another id", first!.id, "fork", "other"],
        ["under the id of a checkpoint", first!.id, "another", second!.id],
        ["under its own id", first!.id, "another", first!.id],
        ["into its own trace", first!.id, "trace", second!.id],
      ];
      for (const [what, id, traceId, copyId] of forks) {
        await assertRefused(() => store.fork(id, traceId, { id: copyId }), "conflict", `a fork ${what}`);
      }
      const { state: same, createdAt } = first!;
      await store.saveWithTrace("trace", createCheckpoint(same, { id: "alike", parentId: first!.id, createdAt }));
      const alike = () => store.fork(first!.id, "trace", { id: "alike" });
      await assertRefused(alike, "conflict", "a fork that looks like a later checkpoint");
      for (const bad of ["", 1, null] as never[]) {
        const what = `the id ${String(bad)}`;
        assertBadInput(await rejectionOf(() => store.fork(first!.id, "bad", { id: bad }), what), what);
      }
      await assertHas(store, "fork", [copy]);
      await assertHas(store, "another", []);
      await assertHas(store, "bad", []);
    },
  },
  {
    name: "fork: two at once into one trace: one is made, the other is a conflict",
    needs: ["fork"],
    async run({ open }) {
      const store = await open();
      const [first, second] = await saveSteps(store, "trace", { count: 2 });
      const forks = [store.fork(first!.id, "fork"), store.fork(second!.id, "fork")];
      const made = (await Promise.allSettled(forks)).filter(({ status }) => status === "fulfilled");
      assert(made.length === 1, `${made.length} forks were made`);
      assert((await store.list("fork")).length === 1, "the fork should have one checkpoint");
    },
  },
];
