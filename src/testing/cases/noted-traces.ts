import { assert, assertEqual } from "../assertions.ts";
import { copyInto, storedBytesOf } from "../archiving.ts";
import type { ConformanceCase } from "../conformance.ts";
import { assertNotes, noteValues } from "../noting.ts";
import { Recorder } from "../recorder.ts";
import { noise, saveSteps } from "../steps.ts";

/** Notes live, go, count, and are forked, archived and told with their checkpoint. */
export const notedTraceCases: readonly ConformanceCase[] = [
  {
    name: "notes: go with their checkpoint, and with no other",
    needs: ["notes", "deleteTrace"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const noted = async (id: string) => {
        await trace.save({ id }, { id });
        await trace.note(id, { of: id });
      };
      for (const id of ["a", "b", "c", "d", "e"]) await noted(id);
      await store.delete("c");
      await store.delete("e");
      await store.prune("trace", 2);
      for (const id of ["b", "d"]) await assertNotes(store, id, [["of", id]]);
      for (const id of ["a", "c", "e"]) {
        await trace.save({ id, again: true }, { id });
        await assertNotes(store, id, []);
      }
      await store.deleteTrace("trace");
      await trace.save({ again: true }, { id: "b" });
      await assertNotes(store, "b", []);
    },
  },
  {
    name: "notes: go with what retention removes",
    needs: ["notes", "retention"],
    async run({ open }) {
      const store = await open({ retention: { keepLast: 2 } });
      const trace = store.trace("trace");
      for (let step = 0; step < 6; step++) {
        await trace.save({ step }, { id: `step ${step}`, metadata: { pinned: step === 1 } });
        await trace.note(`step ${step}`, { step });
      }
      for (const step of [1, 4, 5]) await assertNotes(store, `step ${step}`, [["step", step]]);
      await trace.save({}, { id: "step 2" });
      await assertNotes(store, "step 2", []);
    },
  },
  {
    name: "notes: count as bytes of their trace, in previews and for retention by bytes, too",
    needs: ["notes", "usage", "traces", "preview", "retention"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      await saveSteps(store, "trace", { count: 4 });
      const [last, , , first] = await store.list("trace");
      const empty = await storedBytesOf(store);
      await trace.note(first!, { large: noise(1, 30_000) });
      await trace.note(last!, { large: noise(1, 30_000), small: 1 });
      const noted = await storedBytesOf(store);
      assert(noted > empty + 50_000, `60,000 bytes of notes should count, and ${noted - empty} do`);
      assert((await store.traces())[0]!.bytes === noted, "the trace should have as many bytes as the store");
      await trace.note(last!, { large: "" });
      assert((await storedBytesOf(store)) < noted - 25_000, "a note that was replaced should not count any more");
      const { bytes } = await store.prune("trace", 3, { dryRun: true });
      assert(bytes > 25_000, `pruning should free the notes, and frees ${bytes} bytes`);
      const before = await storedBytesOf(store);
      await store.trace("trace", { retention: { maxBytes: 25_000 } }).save({ last: true });
      assert((await store.list("trace")).length === 4, "the one with the large note should go, and no other");
      assert((await storedBytesOf(store)) < before - 20_000, "what went should not count any more");
      await store.prune("trace", 0);
      assert((await storedBytesOf(store)) === 0, "nothing is left to count");
    },
  },
  {
    name: "notes: are forked with their checkpoint, and both go on apart",
    needs: ["notes", "fork"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const { id } = await trace.save({});
      await trace.note(id, { b: noteValues(), a: 1 });
      await trace.note(id, { b: noteValues() });
      const copy = await store.fork(id, "fork");
      await store.trace("fork").note(copy.id, { a: "of the fork" });
      await trace.note(id, { c: "of the trace" });
      await assertNotes(store, copy.id, [
        ["b", noteValues()],
        ["a", "of the fork"],
      ]);
      await assertNotes(store, id, [
        ["a", 1],
        ["b", noteValues()],
        ["c", "of the trace"],
      ]);
      await store.delete(id);
      await assertNotes(store, copy.id, [
        ["b", noteValues()],
        ["a", "of the fork"],
      ]);
    },
  },
  {
    name: "notes: are archived with their checkpoint",
    needs: ["notes", "archive"],
    async run(context) {
      const store = await context.open();
      const trace = store.trace("trace");
      const [first, second, third] = [
        await trace.save({ a: 1 }),
        await trace.save({ a: 2 }),
        await trace.save({ a: 3 }),
      ];
      await trace.note(first.id, { z: noteValues(), a: 1 });
      await trace.note(third.id, { "\ud800": noise(1, 100) });
      await trace.note(third.id, { last: noise(2, 20_000) });
      const copy = await copyInto(context, store);
      await assertNotes(copy, first.id, [
        ["z", noteValues()],
        ["a", 1],
      ]);
      await assertNotes(copy, second.id, []);
      await assertNotes(copy, third.id, [
        ["\ud800", noise(1, 100)],
        ["last", noise(2, 20_000)],
      ]);
      await copy.trace("trace").note(third.id, { more: 1 });
      await copy.prune("trace", 1);
      assert((await copy.usage()).storedBytes < (await store.usage()).storedBytes, "what was pruned should be gone");
    },
  },
  {
    name: "notes: are told in their order among the other changes",
    needs: ["notes", "watch"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const recorder = new Recorder(store);
      const calls = [
        trace.save({}, { id: "one" }),
        trace.note("one", { b: 1, a: 2 }),
        trace.note("one", { a: 3, c: 4 }, { once: true }),
        trace.save({}, { id: "two" }),
      ];
      await Promise.all(calls);
      await trace.note("one", { a: 5 }, { once: true });
      await trace.note("one", {});
      const heard = await recorder.expect(4);
      await assertEqual(
        heard.map((change) => (change.kind === "noted" ? [change.id, ...change.keys] : change.kind)),
        ["saved", ["one", "b", "a"], ["one", "c"], "saved"],
        "what was heard",
      );
      const versions = heard.map(({ version }) => version - heard[0]!.version);
      await assertEqual(versions, [0, 1, 2, 3], "versions, from the first on");
    },
  },
  {
    name: "notes: are kept on closing, and seen by every connection",
    needs: ["notes", "persistence", "connections"],
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      const { id } = await one.trace("trace").save({ step: 1 });
      await other.loadLatest("trace");
      await one.trace("trace").note(id, { a: 1 });
      await assertNotes(other, id, [["a", 1]]);
      const latest = await other.loadLatest("trace", { notes: true });
      await assertEqual([...(latest?.notes ?? [])], [["a", 1]], "the notes of the latest, elsewhere");
      await other.trace("trace").note(id, { b: 2, a: 3 });
      await other.trace("trace").save({ step: 2 });
      await one.trace("trace").note(id, { c: 4 });
      await one.close();
      await assertNotes(other, id, [
        ["b", 2],
        ["a", 3],
        ["c", 4],
      ]);
    },
  },
];
