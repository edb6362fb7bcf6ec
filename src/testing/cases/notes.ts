import { assert, assertBadInput, assertEqual, assertHas, assertRefused, rejectionOf } from "../assertions.ts";
import type { NoteEntries } from "../../core/trace.ts";
import type { ConformanceCase } from "../conformance.ts";
import { assertNotes, noteValues } from "../noting.ts";
import { Recorder } from "../recorder.ts";

/** Notes are kept beside a checkpoint, under keys. */
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
      await trace.note(id, { [key]: noteValues(), nothing: undefined, number: -0 });
      await assertNotes(store, id, [
        [key, noteValues()],
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
];
