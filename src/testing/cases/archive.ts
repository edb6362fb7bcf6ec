import { createCheckpoint } from "../../core/checkpoint.ts";
import { assertSameTrace, bytesOf, copyInto, saveShape, storedBytesOf, streamOf } from "../archiving.ts";
import { assert, assertEqual, assertHas, assertRefused, assertSameCheckpoint } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { Recorder } from "../recorder.ts";
import { shapes } from "../shapes.ts";
import { noise, noiseBytes, saveSteps } from "../steps.ts";

const STEPS = 10;

const METADATA = {
  plain: { pinned: true, tags: ["a", { b: null }], ["__proto__"]: { polluted: true }, toString: 1 },
  rich: {
    at: new Date(5),
    seen: new Set([1n, undefined, -0, Number.NaN]),
    by: new Map([["k", new Uint8Array([1, 2, 3])]]),
  },
  long: { text: noise(9, 9_000), list: Array.from({ length: 900 }, (_, n) => ({ n, at: new Date(n) })) },
} as const;

/** A trace outlives its store as a file, and any other store can take it in. */
export const archiveCases: readonly ConformanceCase[] = [
  ...shapes.map((shape): ConformanceCase => ({
    name: `archive: ${shape.name}: comes through with its order, its states and what they share, and goes on`,
    needs: ["archive", "usage", "history", "fork"],
    async run(context) {
      const store = await context.open();
      await saveShape(store, shape, { traceId: "trace", count: STEPS });
      const ids = (await store.list("trace")).reverse();
      await store.fork(ids[5]!, "fork");
      await saveShape(store, shape, { traceId: "fork", from: 4, count: 3 });
      await store.prune("trace", STEPS - 2);
      for (const n of [4, 6, STEPS - 2]) await store.delete(ids[n]!);
      await store.prune("fork", 3);
      const copy = await copyInto(context, store);
      for (const traceId of ["trace", "fork"]) await assertSameTrace(copy, store, traceId);
      const [there, here] = [await storedBytesOf(store), await storedBytesOf(copy)];
      assert(here < there * 1.3 + 2_000, `${there} bytes became ${here} in the copy`);
      // What is saved and removed from here on finds in the copy what it would have found in the original.
      for (const one of [store, copy])
        await one.saveWithTrace("trace", createCheckpoint(shape.start(), { id: "next", createdAt: 1 }));
      for (const id of [ids[3]!, "next", ids[STEPS - 1]!]) {
        for (const one of [store, copy]) await one.delete(id);
      }
      for (const keep of [2, 1]) {
        for (const one of [store, copy]) await one.prune("trace", keep);
        await assertSameTrace(copy, store, "trace");
      }
      const [left, leftHere] = [await storedBytesOf(store), await storedBytesOf(copy)];
      assert(leftHere < left * 1.3 + 2_000, `of the pruned trace, ${left} bytes are left, and ${leftHere} in the copy`);
      for (const traceId of ["trace", "fork"]) await copy.prune(traceId, 0);
      const { storedBytes, wholeStateBytes } = await copy.usage();
      assert(
        storedBytes === 0 && wholeStateBytes === 0,
        `${storedBytes} bytes (${wholeStateBytes}) are left of nothing`,
      );
    },
  })),
  {
    name: "archive: heads come through: times, order, parents, graphs, metadata of any sort",
    needs: ["archive", "history"],
    async run(context) {
      const store = await context.open();
      await store.saveWithTrace("trace", createCheckpoint(1, { createdAt: -8.64e15, graphHash: "", nextNode: "" }));
      await store.saveWithTrace(
        "trace",
        createCheckpoint(2, { createdAt: 0.5, parentId: "elsewhere", graphHash: "g" }),
      );
      for (const metadata of Object.values(METADATA)) {
        await store.saveWithTrace(
          "trace",
          createCheckpoint(undefined, { createdAt: 0, nextNode: '\ud800\n"', metadata }),
        );
      }
      const copy = await copyInto(context, store);
      await assertSameTrace(copy, store, "trace");
      for (const one of [store, copy])
        await one.saveWithTrace("trace", createCheckpoint(4, { createdAt: -1, id: "next" }));
      await assertSameTrace(copy, store, "trace");
    },
  },
  {
    name: "archive: a seq whose checkpoint is gone is not given out again in the copy",
    needs: ["archive", "history"],
    async run(context) {
      const store = await context.open();
      const saved = await saveSteps(store, "trace", { count: 4 });
      await store.delete(saved[3]!.id);
      await store.delete(saved[0]!.id);
      const copy = await copyInto(context, store);
      for (const one of [store, copy])
        await one.saveWithTrace("trace", createCheckpoint(1, { id: "next", createdAt: 1 }));
      await assertSameTrace(copy, store, "trace");
    },
  },
  {
    name: "archive: of several traces, those asked for; ids of any sort",
    needs: ["archive", "history", "traces"],
    async run(context) {
      const { archive } = context;
      const store = await context.open();
      const traceIds = ["a", "a\u0000", "ab", "\ud800", "__proto__", "constructor", '"\n'];
      for (const traceId of traceIds) await saveSteps(store, traceId, { count: 2 });
      const all = await copyInto(context, store);
      for (const traceId of traceIds) await assertSameTrace(all, store, traceId);
      const some = await context.openAnother();
      await archive.importTraces(some, archive.exportTraces(store, { traceIds: ["ab", "__proto__"] }));
      await assertEqual(
        (await some.traces()).map(({ traceId }) => traceId).sort(),
        ["__proto__", "ab"],
        "the traces imported",
      );
      await assertRefused(
        () => bytesOf(archive.exportTraces(store, { traceIds: ["none"] })),
        "not-found",
        "a trace that is not there",
      );
      const empty = await context.openAnother();
      await archive.importTraces(await context.openAnother(), archive.exportTraces(empty));
    },
  },
  {
    name: "archive: every line is JSON, and an export of the copy is the same text",
    needs: ["archive"],
    async run(context) {
      const { archive } = context;
      const store = await context.open();
      await store.saveWithTrace("trace", createCheckpoint({ text: "find me", bytes: noiseBytes(1, 5_000) }));
      await store.saveWithTrace("trace", createCheckpoint({ text: "find me", more: noise(2, 20_000) }));
      const bytes = await bytesOf(archive.exportTraces(store));
      const text = new TextDecoder().decode(bytes);
      for (const line of text.trimEnd().split("\n"))
        assert(typeof JSON.parse(line) === "object", "a line that is no object");
      assert(text.includes('"find me"'), "the text of a state is not there to be read");
      const copy = await context.openAnother();
      await archive.importTraces(copy, streamOf(bytes));
      await assertEqual(
        new TextDecoder().decode(await bytesOf(archive.exportTraces(copy))),
        text,
        "the copy's archive",
      );
    },
  },
  {
    name: "archive: an import is heard as saves, one version after the other",
    needs: ["archive", "watch"],
    async run(context) {
      const store = await context.open();
      const saved = await saveSteps(store, "trace", { count: 5 });
      const copy = await context.openAnother();
      const recorder = new Recorder(copy);
      await context.archive.importTraces(copy, context.archive.exportTraces(store));
      const heard = await recorder.expect(5);
      const told = heard.map((change) => [change.kind, change.version, change.kind === "saved" && change.head.id]);
      await assertEqual(
        told,
        saved.map(({ id }, n) => ["saved", n + 1, id]),
        "what was heard",
      );
      await copy.saveWithTrace("trace", createCheckpoint(1));
      assert((await recorder.expect(6))[5]!.version === 6, "the next version should be 6");
    },
  },
  {
    name: "archive: pinned checkpoints stay pinned",
    needs: ["archive", "retention"],
    async run(context) {
      const store = await context.open();
      const saved = await saveSteps(store, "trace", {
        count: 6,
        optionsOf: (step) => ({ metadata: { pinned: step === 1 } }),
      });
      const copy = await copyInto(context, store);
      await copy.trace("trace", { retention: { keepLast: 2 } }).save(createCheckpoint(1).state, { id: "next" });
      await assertEqual(
        await copy.list("trace"),
        ["next", saved[5]!.id, saved[1]!.id],
        "what retention keeps of the copy",
      );
      await assertSameCheckpoint(await copy.load(saved[1]!.id), saved[1]!, "the pinned one");
    },
  },
  {
    name: "archive: an import that is complete changes nothing when it is run again",
    needs: ["archive", "watch", "usage"],
    async run(context) {
      const { archive } = context;
      const store = await context.open();
      await saveSteps(store, "one", { count: 3 });
      await saveSteps(store, "two", { count: 3 });
      const copy = await copyInto(context, store);
      const recorder = new Recorder(copy);
      const before = await copy.usage();
      for (const onConflict of ["error", "skip"] as const) {
        const { checkpoints, present, skipped } = await archive.importTraces(copy, archive.exportTraces(store), {
          onConflict,
        });
        await assertEqual([checkpoints, present, skipped], [0, 6, []], "what a second import says");
      }
      const { storedBytes, wholeStateBytes } = await copy.usage();
      await assertEqual(
        [storedBytes, wholeStateBytes],
        [before.storedBytes, before.wholeStateBytes],
        "the usage after it",
      );
      await recorder.expect(0);
    },
  },
  {
    name: "archive: a longer archive of the same trace goes on where the copy ends",
    needs: ["archive", "history", "usage"],
    async run(context) {
      const { archive } = context;
      const store = await context.open();
      const [shape] = shapes;
      await saveShape(store, shape!, { traceId: "trace", count: STEPS });
      const copy = await copyInto(context, store);
      await saveSteps(store, "trace", { count: 3 });
      const { checkpoints } = await archive.importTraces(copy, archive.exportTraces(store), { onConflict: "extend" });
      assert(checkpoints === 3, `3 checkpoints should have been stored, not ${checkpoints}`);
      await assertSameTrace(copy, store, "trace");
      // The same into the very store it was exported from, whose pieces lie otherwise.
      const again = await archive.importTraces(store, archive.exportTraces(copy));
      assert(again.checkpoints === 0, "nothing should have been stored where all is there");
      await copy.prune("trace", 0);
      assert((await storedBytesOf(copy)) === 0, "something is left of nothing");
    },
  },
  {
    name: "archive: a trace that is another one is a conflict, or skipped, and stays as it is",
    needs: ["archive", "history", "deleteTrace"],
    async run(context) {
      const { archive } = context;
      const store = await context.open();
      const saved = await saveSteps(store, "b", { count: 3 });
      await saveSteps(store, "a", { count: 2 });
      await saveSteps(store, "c", { count: 2 });
      const { id, createdAt } = saved[0]!;
      const others = {
        "other ids": () => [createCheckpoint(1), createCheckpoint(2)],
        "other content": () => [createCheckpoint("other", { id, createdAt })],
        "another time": () => [{ ...saved[0]!, createdAt: createdAt + 1 }],
        "one more": () => [...saved, createCheckpoint(1)],
        "the second alone": () => [saved[1]!],
      };
      for (const [what, make] of Object.entries(others)) {
        const copy = await context.openAnother();
        const there = make();
        for (const checkpoint of there) await copy.saveWithTrace("b", checkpoint);
        await assertRefused(
          () => archive.importTraces(copy, archive.exportTraces(store)),
          "conflict",
          `a trace with ${what}`,
        );
        await assertHas(copy, "b", there);
        const { skipped } = await archive.importTraces(copy, archive.exportTraces(store), { onConflict: "skip" });
        await assertEqual(skipped, ["b"], `what was skipped of a trace with ${what}`);
        await assertHas(copy, "b", there);
        for (const traceId of ["a", "c"]) await assertSameTrace(copy, store, traceId);
      }
    },
  },
  {
    name: "archive: an id that another trace has is a conflict, and nothing of the trace is stored, however late it comes",
    needs: ["archive", "history", "usage"],
    async run(context) {
      const { archive } = context;
      const store = await context.open();
      for (let n = 0; n < 5; n++)
        await store.saveWithTrace("big", createCheckpoint(noise(n, 400_000), { id: `big ${n}` }));
      await saveSteps(store, "later", { count: 2 });
      const copy = await context.openAnother();
      const taken = createCheckpoint("taken", { id: "big 4" });
      await copy.saveWithTrace("elsewhere", taken);
      const before = await storedBytesOf(copy);
      await assertRefused(
        () => archive.importTraces(copy, archive.exportTraces(store)),
        "conflict",
        "an id of another trace",
      );
      await assertHas(copy, "big", []);
      assert((await storedBytesOf(copy)) === before, "something of the trace is left");
      const { skipped } = await archive.importTraces(copy, archive.exportTraces(store), { onConflict: "skip" });
      await assertEqual(skipped, ["big"], "what was skipped");
      await assertHas(copy, "big", []);
      await assertSameTrace(copy, store, "later");
      await assertHas(copy, "elsewhere", [taken]);
    },
  },
];
