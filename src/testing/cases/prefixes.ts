import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { assert, assertBadInput, assertEqual, assertHas, assertSameHead, rejectionOf } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { Recorder } from "../recorder.ts";
import { saveSteps } from "../steps.ts";

/** Ids around each other, by code units: what begins with "a" or with U+FFFF ends where the next text would begin. */
const IDS = [
  "a",
  "a\u0000",
  "a/1",
  "a/2",
  "a\ud800",
  "a\ud83d\ude00",
  "a\udfff",
  "a\uffff",
  "a\uffff\uffff",
  "b",
  "A",
].concat(["\ud7ff", "\ud800", "\ud800\udc00", "\udbff", "\udbff\udfff", "\udc00", "\uffff", "\uffff\uffff", "\uffffa"]);
const PREFIXES = ["a", "a/", "a/1", "a\uffff", "\uffff", "\uffff\uffff", "\ud800", "\udbff", "\ud7ff", "none"];

async function saveEach(store: Store, ids: readonly string[]): Promise<void> {
  for (const id of ids) await store.saveWithTrace(id, createCheckpoint({ id }));
}

async function idsOf(store: Store, options?: { prefix?: string; limit?: number }): Promise<string[]> {
  return (await store.traces(options)).map(({ traceId }) => traceId);
}

/** Traces can be listed and deleted by what their ids begin with. */
export const prefixCases: readonly ConformanceCase[] = [
  {
    name: "prefix: traces lists those whose ids begin with it, by code units, in the order of the whole list",
    needs: ["traces"],
    async run({ open }) {
      const store = await open();
      await saveEach(store, IDS);
      for (const prefix of [...PREFIXES, ""]) {
        const expected = IDS.filter((id) => id.startsWith(prefix)).reverse();
        await assertEqual(await idsOf(store, { prefix }), expected, `traces of ${JSON.stringify(prefix)}`);
      }
    },
  },
  {
    name: "prefix: goes with limit and before",
    needs: ["traces"],
    async run({ open }) {
      const store = await open();
      await saveEach(store, ["a1", "b1", "a2", "b2", "a3", "a4", "b3"]);
      const pages: string[][] = [];
      let before: Awaited<ReturnType<Store["traces"]>>[number] | undefined;
      do {
        const page = await store.traces({ prefix: "a", limit: 2, ...(before && { before }) });
        pages.push(page.map(({ traceId }) => traceId));
        before = page.at(-1);
      } while (before !== undefined);
      await assertEqual(pages, [["a4", "a3"], ["a2", "a1"], []], "pages");
      for (const prefix of [1, null, {}] as never[]) {
        assertBadInput(await rejectionOf(() => store.traces({ prefix }), "a bad prefix"), "a bad prefix");
      }
    },
  },
  {
    name: "deleteTraces: deletes those whose ids begin with the prefix, and no others",
    needs: ["deleteTraces", "traces", "usage"],
    async run({ open }) {
      const store = await open();
      let left = IDS;
      await saveEach(store, left);
      for (const prefix of PREFIXES) {
        const gone = left.filter((id) => id.startsWith(prefix));
        const count = await store.deleteTraces({ prefix });
        assert(count === gone.length, `${JSON.stringify(prefix)} should delete ${gone.length} traces, not ${count}`);
        left = left.filter((id) => !gone.includes(id));
        await assertEqual(await idsOf(store), [...left].reverse(), `what ${JSON.stringify(prefix)} leaves`);
        for (const id of gone) await assertHas(store, id, []);
      }
      for (const id of left) assert((await store.list(id)).length === 1, `${JSON.stringify(id)} should be whole`);
      for (const id of left) await store.deleteTraces({ prefix: id });
      assert((await store.usage()).storedBytes === 0, "nothing should be left");
    },
  },
  {
    name: "deleteTraces: is told for each trace, and what was called before it is deleted, too",
    needs: ["deleteTraces", "watch", "notes"],
    async run({ open }) {
      const store = await open();
      const recorder = new Recorder(store);
      const calls = [
        store.trace("a/1").save({}, { id: "one" }),
        store.trace("a/1").note("one", { a: 1 }),
        store.trace("a/2").save({}),
        store.trace("b").save({}, { id: "kept" }),
      ];
      const deleting = store.deleteTraces({ prefix: "a/" });
      const after = store.trace("a/1").save({ again: true }, { id: "one" });
      await Promise.all([...calls, after]);
      assert((await deleting) === 2, "two traces should be deleted");
      const heard = (await recorder.expect(7)).map(({ kind, traceId, version }) => `${traceId} ${kind} ${version}`);
      const of = (traceId: string) => heard.filter((change) => change.startsWith(traceId));
      await assertEqual(of("a/2"), ["a/2 saved 1", "a/2 trace-deleted 2"], "of a/2");
      await assertEqual(of("b"), ["b saved 1"], "of b");
      const kinds = of("a/1").map((change) => change.split(" ")[1]);
      await assertEqual(kinds, ["saved", "noted", "trace-deleted", "saved"], "of a/1");
      const notes = (await store.load("one", { notes: true }))?.notes;
      assert(notes?.size === 0, "the notes should be gone with their trace");
    },
  },
  {
    name: "deleteTraces: refuses to delete without a prefix",
    needs: ["deleteTraces"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 1 });
      for (const options of [{ prefix: "" }, {}, undefined, { prefix: 1 }, { prefix: "t", dryRun: true }] as never[]) {
        const what = `deleteTraces of ${JSON.stringify(options)}`;
        assertBadInput(await rejectionOf(() => store.deleteTraces(options), what), what);
      }
      await assertHas(store, "trace", saved);
    },
  },
  {
    name: "head: is that of history, for a checkpoint of any trace",
    needs: ["head", "history", "trace"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 3, optionsOf: (step) => ({ metadata: { step } }) });
      await store.trace("trace").prune(2);
      for await (const head of store.history("trace")) {
        for (const found of [await store.head(head.id), await store.trace("trace").head(head.id)]) {
          assert(found !== undefined, "the head should be there");
          await assertSameHead(found, head, "the head");
        }
        assert((await store.trace("other").head(head.id)) === undefined, "a trace has no heads of others");
      }
      assert((await store.head(saved[0]!.id)) === undefined, "what is gone has no head");
      assertBadInput(await rejectionOf(() => store.head(""), "head of an empty id"), "head of an empty id");
    },
  },
];
