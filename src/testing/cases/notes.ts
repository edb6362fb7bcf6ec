import { assert, assertBadInput, assertEqual, assertHas, assertRefused, rejectionOf } from "../assertions.ts";
import type { CheckpointId } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import type { NoteEntries } from "../../core/trace.ts";
import { copyInto, storedBytesOf } from "../archiving.ts";
import type { ConformanceCase } from "../conformance.ts";
import { Recorder } from "../recorder.ts";
import { noise, noiseBytes, saveSteps } from "../steps.ts";

/** Fails unless these are the notes of a checkpoint, in this order. */
async function assertNotes(
  store: Pick<Store, "load">,
  id: CheckpointId,
  entries: readonly (readonly [key: string, value: unknown])[],
): Promise<void> {
  const notes = (await store.load(id, { notes: true }))?.notes;
  assert(notes !== undefined, `checkpoint ${id} should be loaded with its notes`);
  await assertEqual([...notes], entries, `the notes of ${id}`);
}

function values() {
  const shared = { deep: [1, -0, 2n ** 70n] };
  return {
    date: new Date(5),
    map: new Map<unknown, unknown>([
      ["k", undefined],
      [shared, shared],
    ]),
    bytes: noiseBytes(1, 5_000),
    text: noise(2, 20_000),
  };
}

/** Notes live beside their checkpoint, and go with it. */
export const noteCases: readonly ConformanceCase[] = [
  {
    name: "notes: are loaded with their checkpoint, in the order of writing, and only if they are asked for",
    needs: ["notes"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const first = await trace.save({ step: 1 });
      const second = await trace.save({ step: 2 });
      await trace.note(first.id, { z: 1, a: [2] });
      await trace.note(second.id, new Map([["other", "b"]]));
      await trace.note(first.id, { m: undefined });
      await assertNotes(store, first.id, [
        ["z", 1],
        ["a", [2]],
        ["m", undefined],
      ]);
      await assertNotes(trace, second.id, [["other", "b"]]);
      for (const latest of [
        await store.loadLatest("trace", { notes: true }),
        await trace.loadLatest({ notes: true }),
      ]) {
        await assertEqual([...(latest?.notes ?? [])], [["other", "b"]], "the notes of the latest");
      }
      for (const loaded of [await store.load(first.id), await store.loadLatest("trace"), await trace.load(first.id)]) {
        assert(loaded !== undefined && !("notes" in loaded), "notes that were not asked for should not be there");
      }
      await assertHas(store, "trace", [first, second]);
    },
  },
  {
    name: "notes: of a checkpoint that has none are an empty map",
    needs: ["notes"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const [{ id }, other] = [await trace.save(1), await trace.save(2)];
      await assertNotes(store, id, []);
      await assertEqual([...((await store.loadLatest("trace", { notes: true }))?.notes ?? [])], [], "of the latest");
      await trace.note(other.id, {});
      await trace.note(other.id, { a: 1 });
      await assertNotes(store, id, []);
    },
  },
  {
    name: "notes: the last of a key stays, in the place of the last; what is new is said",
    needs: ["notes"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const { id } = await trace.save({});
      await assertEqual(await trace.note(id, { a: 1, b: 2 }), ["a", "b"], "the keys that are new");
      await assertEqual(await trace.note(id, { c: 3, a: "new" }), ["c"], "the keys that are new, the second time");
      await assertNotes(store, id, [
        ["b", 2],
        ["c", 3],
        ["a", "new"],
      ]);
    },
  },
  {
    name: "notes: with once, a key that is there keeps its value and its place",
    needs: ["notes"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const { id } = await trace.save({});
      await trace.note(id, { a: 1, b: 2 });
      await assertEqual(await trace.note(id, { a: "new", c: 3 }, { once: true }), ["c"], "the keys that are new");
      await assertEqual(await trace.note(id, { a: "newer" }, { once: true }), [], "none is new");
      await assertNotes(store, id, [
        ["a", 1],
        ["b", 2],
        ["c", 3],
      ]);
      const tries = [1, 2, 3].map((n) => trace.note(id, { race: n }, { once: true }));
      await assertEqual(await Promise.all(tries), [["race"], [], []], "of several at once, the first is kept");
    },
  },
  {
    name: "notes: hold what a state may hold",
    needs: ["notes"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const { id } = await trace.save({});
      const key = "any text: \u0000 \ud800 \uffff";
      await trace.note(id, { [key]: values(), nothing: undefined, number: -0 });
      await assertNotes(store, id, [
        [key, values()],
        ["nothing", undefined],
        ["number", -0],
      ]);
    },
  },
  {
    name: "notes: are copied when they are given, and belong to who loads them",
    needs: ["notes"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const { id } = await trace.save({});
      const entries: Record<string, unknown> = { list: [1] };
      const noting = trace.note(id, entries);
      (entries["list"] as number[]).push(2);
      entries["more"] = 1;
      await noting;
      const loaded = await store.load(id, { notes: true });
      (loaded!.notes!.get("list") as number[]).push(3);
      await assertNotes(store, id, [["list", [1]]]);
    },
  },
  {
    name: "notes: wait for a save that was not awaited, and keep the order of the calls",
    needs: ["notes"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const calls = [
        trace.save({ step: 1 }, { id: "one" }),
        trace.note("one", { a: 1 }),
        trace.note("one", { b: 1 }),
        trace.save({ step: 2 }, { id: "two" }),
        trace.note("two", { c: 1 }),
        trace.note("one", { a: 2 }),
      ];
      await Promise.all(calls);
      await assertNotes(store, "one", [
        ["b", 1],
        ["a", 2],
      ]);
      await assertNotes(store, "two", [["c", 1]]);
    },
  },
  {
    name: "notes: for a checkpoint that the trace does not have are not-found, and nothing is written",
    needs: ["notes", "watch"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const { id } = await trace.save({});
      await store.trace("other").save({}, { id: "elsewhere" });
      const recorder = new Recorder(store);
      for (const missing of ["unknown", "elsewhere"]) {
        const noting = [
          trace.note(id, { before: missing }),
          trace.note(missing, { a: 1 }),
          trace.note(id, { after: 1 }),
        ];
        await assertRefused(() => noting[1]!, "not-found", `a note for ${missing}`);
        await Promise.all([noting[0], noting[2]]);
      }
      await assertNotes(store, "elsewhere", []);
      await assertNotes(store, id, [
        ["before", "elsewhere"],
        ["after", 1],
      ]);
      await recorder.expect(4);
      await store.delete(id);
      await assertRefused(() => trace.note(id, { a: 1 }), "not-found", "a note for what was deleted");
    },
  },
  {
    name: "notes: all of a call are written or none, and a refusal names the value",
    needs: ["notes"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const { id } = await trace.save({});
      const bad = { good: 1, bad: { run: () => 1 } };
      const error = await assertRefused(() => trace.note(id, bad), "serialization", "a function");
      assert(error.path === 'entries["bad"].run', `the path should name the function, and is ${error.path}`);
      await assertNotes(store, id, []);
    },
  },
  {
    name: "notes: keys and options that are not what they must be are refused",
    needs: ["notes"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const { id } = await trace.save({});
      const none: readonly (readonly [what: string, entries: unknown, options?: unknown])[] = [
        ["an empty key", { "": 1 }],
        ["an empty key of a map", new Map([["", 1]])],
        ["a key that is a number", new Map([[1, 1]])],
        ["a key that is a symbol", { [Symbol("key")]: 1 }],
        ["entries that are a list", [1]],
        ["entries that are a set", new Set(["a"])],
        ["entries that are null", null],
        ["no entries", undefined],
        ["once that is no boolean", { a: 1 }, { once: 1 }],
        ["an option that there is not", { a: 1 }, { onces: true }],
      ];
      for (const [what, entries, options] of none) {
        assertBadInput(await rejectionOf(() => trace.note(id, entries as NoteEntries, options as object), what), what);
      }
      for (const bad of ["", undefined, 1]) {
        assertBadInput(await rejectionOf(() => trace.note(bad as string, { a: 1 }), "a bad id"), "a bad id");
      }
      assertBadInput(await rejectionOf(() => store.load(id, { notes: 1 as never }), "notes: 1"), "notes: 1");
      await assertNotes(store, id, []);
    },
  },
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
      await trace.note(id, { b: values(), a: 1 });
      await trace.note(id, { b: values() });
      const copy = await store.fork(id, "fork");
      await store.trace("fork").note(copy.id, { a: "of the fork" });
      await trace.note(id, { c: "of the trace" });
      await assertNotes(store, copy.id, [
        ["b", values()],
        ["a", "of the fork"],
      ]);
      await assertNotes(store, id, [
        ["a", 1],
        ["b", values()],
        ["c", "of the trace"],
      ]);
      await store.delete(id);
      await assertNotes(store, copy.id, [
        ["b", values()],
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
      await trace.note(first.id, { z: values(), a: 1 });
      await trace.note(third.id, { "\ud800": noise(1, 100) });
      await trace.note(third.id, { last: noise(2, 20_000) });
      const copy = await copyInto(context, store);
      await assertNotes(copy, first.id, [
        ["z", values()],
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
