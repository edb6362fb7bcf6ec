import { emptyCheckpoint, uuid6, type CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import { CheckpointStoreError, type Store } from "waystone";
import type { WaystoneSaver } from "waystone/langgraph";
import { freshStore } from "../fresh-store.ts";
import { WatchedBackend, storeOn } from "../../store/backends.ts";

/** A promise of the checkpointer that LangGraph's own suite does not look at. */
export interface SaverCase {
  readonly name: string;
  /** @throws AssertionError if checkpointers of this class break the promise. */
  run(Saver: typeof WaystoneSaver): Promise<void>;
}

export const METADATA = { source: "loop", step: 0, parents: {} } as const;

export const configOf = (checkpoint_id?: string, { thread = "thread", ns = "" } = {}) => ({
  configurable: { thread_id: thread, checkpoint_ns: ns, ...(checkpoint_id !== undefined && { checkpoint_id }) },
});

export function checkpointOf(id: string, values: Record<string, unknown> = { step: id }) {
  const channel_versions = Object.fromEntries(Object.keys(values).map((name) => [name, 1]));
  return { ...emptyCheckpoint(), id, ts: "2026-11-25T12:00:00.000Z", channel_values: values, channel_versions };
}

interface Put {
  readonly values?: Record<string, unknown>;
  readonly parent?: string;
  readonly thread?: string;
  readonly ns?: string;
}

/** Puts a checkpoint whose values are all new. */
export function put(saver: WaystoneSaver, id: string, { values = { step: id }, parent, ...place }: Put = {}) {
  const checkpoint = checkpointOf(id, values);
  return saver.put(configOf(parent, place), checkpoint, METADATA, checkpoint.channel_versions);
}

const writesOf = (tuple: CheckpointTuple | undefined) => tuple?.pendingWrites;

export const saverCases: readonly SaverCase[] = [
  {
    name: "pending writes: what a task wrote stays as it was written first; what happened to it is replaced",
    async run(Saver) {
      const saver = new Saver(await freshStore());
      await put(saver, "1");
      await saver.putWrites(configOf("1"), [["out", "first"]], "task");
      await saver.putWrites(
        configOf("1"),
        [
          ["out", "second"],
          ["more", "new"],
        ],
        "task",
      );
      await saver.putWrites(configOf("1"), [["__error__", "e1"]], "task");
      await saver.putWrites(configOf("1"), [["__error__", "e2"]], "task");
      expect(writesOf(await saver.getTuple(configOf("1")))).toEqual([
        ["task", "__error__", "e2"],
        ["task", "out", "first"],
        ["task", "more", "new"],
      ]);
    },
  },
  {
    name: "pending writes: come in the order of the tasks' paths, then of their ids, by code point",
    async run(Saver) {
      const saver = new Saver(await freshStore());
      await put(saver, "1");
      await saver.putWrites(configOf("1"), [["out", 4]], "a", "~2");
      await saver.putWrites(configOf("1"), [["out", 3]], "\u{1f600}", "~1");
      await saver.putWrites(configOf("1"), [["out", 2]], "\uffff", "~1");
      await saver.putWrites(configOf("1"), [["out", 1]], "z");
      expect(writesOf(await saver.getTuple(configOf("1")))?.map(([, , value]) => value)).toEqual([1, 2, 3, 4]);
    },
  },
  {
    name: "pending writes: may come before their checkpoint was saved, or is being saved",
    async run(Saver) {
      const store = await freshStore();
      const saver = new Saver(store);
      await saver.putWrites(configOf("1"), [["out", "early"]], "a");
      const putting = put(saver, "1");
      const writing = saver.putWrites(configOf("1"), [["out", "meanwhile"]], "b");
      await putting;
      // What came early is on disk with its checkpoint.
      expect(writesOf(await new Saver(store).getTuple(configOf("1")))).toContainEqual(["a", "out", "early"]);
      await writing;
      await saver.putWrites(configOf("1"), [["out", "late"]], "c");
      expect(writesOf(await saver.getTuple(configOf("1")))?.map(([task]) => task)).toEqual(["a", "b", "c"]);
    },
  },
  {
    name: "pending writes: of a checkpoint that was never saved are in nobody's way",
    async run(Saver) {
      const store = await freshStore();
      const killed = new Saver(store);
      await put(killed, "1");
      await killed.putWrites(configOf("2"), [["out", "lost"]], "task");
      const saver = new Saver(store);
      expect((await saver.getTuple(configOf()))?.checkpoint.id).toBe("1");
      await put(saver, "2", { parent: "1" });
      expect(writesOf(await saver.getTuple(configOf()))).toEqual([]);
    },
  },
  {
    name: "pending writes: leave other notes beside the checkpoint alone",
    async run(Saver) {
      const store = await freshStore();
      const saver = new Saver(store);
      await put(saver, "1");
      const [traceId] = (await store.traces()).map((trace) => trace.traceId);
      const [id] = await store.list(traceId!);
      await store.trace(traceId!).note(id!, { label: "mine" });
      await saver.putWrites(configOf("1"), [["out", 1]], "task");
      expect(writesOf(await saver.getTuple(configOf("1")))).toEqual([["task", "out", 1]]);
    },
  },
  {
    name: "a thread: that is deleted leaves nothing, and takes nothing of another",
    async run(Saver) {
      const store = await freshStore();
      const saver = new Saver(store);
      const threads = ["a", "ab", 'a","', "b"];
      for (const thread of threads) {
        for (const ns of ["", "sub", "sub:1"]) {
          await put(saver, "1", { thread, ns });
          await saver.putWrites(configOf("1", { thread, ns }), [["out", thread + ns]], "task");
        }
      }
      await saver.putWrites(configOf("2", { thread: "a" }), [["out", "early"]], "task");
      await saver.deleteThread("a");
      for (const thread of threads) {
        for (const ns of ["", "sub", "sub:1"]) {
          const expected = thread === "a" ? undefined : [["task", "out", thread + ns]];
          expect(writesOf(await saver.getTuple(configOf("1", { thread, ns }))), thread + ns).toEqual(expected);
        }
      }
      // Made anew, it has no writes of before.
      for (const id of ["1", "2"]) await put(saver, id, { thread: "a" });
      for (const id of ["1", "2"]) expect(writesOf(await saver.getTuple(configOf(id, { thread: "a" })))).toEqual([]);
    },
  },
  {
    name: "a thread: has the checkpoint of the highest id as its latest, whichever was saved last",
    async run(Saver) {
      const saver = new Saver(await freshStore());
      for (const id of ["1", "3", "2"]) await put(saver, id);
      expect((await saver.getTuple(configOf()))?.checkpoint.id).toBe("3");
      const listed = [];
      for await (const { checkpoint } of saver.list(configOf())) listed.push(checkpoint.id);
      expect(listed).toEqual(["3", "2", "1"]);
    },
  },
  {
    name: "a thread: has the same checkpoint ids in each of its namespaces",
    async run(Saver) {
      const saver = new Saver(await freshStore());
      for (const ns of ["", "sub"]) await put(saver, "1", { ns, values: { ns } });
      for (const ns of ["", "sub"])
        expect((await saver.getTuple(configOf("1", { ns })))?.checkpoint.channel_values).toEqual({ ns });
    },
  },
  {
    name: "a thread: is the same when the store was closed and opened again",
    async run(Saver) {
      const name = crypto.randomUUID();
      const first = await freshStore({ name });
      const before = new Saver(first);
      await put(before, "1");
      await put(before, "2", { parent: "1" });
      await before.putWrites(configOf("2"), [["out", "x"]], "task");
      const expected = await before.getTuple(configOf());
      await first.close();
      expect(await new Saver(await freshStore({ name })).getTuple(configOf())).toEqual(expected);
    },
  },
  {
    name: "a thread: may be saved to by two savers at once",
    async run(Saver) {
      const name = crypto.randomUUID();
      const savers = [new Saver(await freshStore({ name })), new Saver(await freshStore({ name }))] as const;
      const ids = Array.from({ length: 20 }, () => uuid6(0));
      await Promise.all(ids.map((id, at) => put(savers[at % 2 === 0 ? 0 : 1], id)));
      await Promise.all(savers.map((saver, at) => saver.putWrites(configOf(ids[0]), [["out", at]], "same")));
      await Promise.all(savers.map((saver, at) => saver.putWrites(configOf(ids[0]), [["out", at]], `own ${at}`)));
      for (const saver of savers) {
        const listed = [];
        for await (const { checkpoint } of saver.list(configOf())) listed.push(checkpoint.id);
        expect(listed).toEqual([...ids].sort().reverse());
        const writes = writesOf(await saver.getTuple(configOf(ids[0])));
        expect(writes?.map(([task]) => task)).toEqual(["own 0", "own 1", "same"]);
      }
    },
  },
  {
    name: "a thread: keeps the values of its first checkpoint in a copy of that, which LangGraph says has nothing new",
    async run(Saver) {
      const saver = new Saver(await freshStore());
      await put(saver, "1", { values: { kept: "x" } });
      await put(saver, "2", { values: { other: "y" } });
      await saver.put(configOf(), checkpointOf("3", { kept: "x" }), { ...METADATA, source: "fork" }, {});
      expect((await saver.getTuple(configOf("3")))?.checkpoint.channel_values).toEqual({ kept: "x" });
    },
  },
  {
    name: "a checkpoint: can be put again; with other content it is refused, and stays",
    async run(Saver) {
      const saver = new Saver(await freshStore());
      await put(saver, "1", { values: { a: 1 } });
      await put(saver, "1", { values: { a: 1 } });
      await expect(put(saver, "1", { values: { a: 2 } })).rejects.toMatchObject({ code: "conflict" });
      expect((await saver.getTuple(configOf("1")))?.checkpoint.channel_values).toEqual({ a: 1 });
    },
  },
  {
    name: "a checkpoint: is what it was when it was put",
    async run(Saver) {
      const saver = new Saver(await freshStore());
      const list = ["a"];
      const putting = put(saver, "1", { values: { list } });
      list.push("b");
      await putting;
      expect((await saver.getTuple(configOf("1")))?.checkpoint.channel_values).toEqual({ list: ["a"] });
    },
  },
  {
    name: "a checkpoint: whose transaction is aborted, or that finds the disk full, leaves all as it was",
    async run(Saver) {
      const backend = new WatchedBackend();
      const saver = new Saver(storeOn(backend));
      await put(saver, "1");
      await saver.putWrites(configOf("1"), [["out", 1]], "task");
      const before = await saver.getTuple(configOf());
      for (const code of ["storage", "quota-exceeded"] as const) {
        backend.onWrite = () => {
          throw new CheckpointStoreError(code, "on purpose");
        };
        await expect(put(saver, "2", { parent: "1" })).rejects.toMatchObject({ code });
        await expect(saver.putWrites(configOf("1"), [["out", 2]], "other")).rejects.toMatchObject({ code });
        backend.onWrite = undefined;
        expect(await saver.getTuple(configOf())).toEqual(before);
      }
      await put(saver, "2", { parent: "1" });
      expect((await saver.getTuple(configOf()))?.checkpoint.id).toBe("2");
    },
  },
  {
    name: "a checkpoint: of another graph is refused, unless `upgrade` takes it over",
    async run(Saver) {
      const store: Store = await freshStore();
      await put(new Saver(store, undefined, { graphHash: "v1" }), "1", { values: { old: 1 } });
      const strict = new Saver(store, undefined, { graphHash: "v2" });
      await expect(strict.getTuple(configOf())).rejects.toMatchObject({
        code: "graph-mismatch",
        expected: "v2",
        actual: "v1",
      });
      const upgrading = new Saver(store, undefined, {
        graphHash: "v2",
        upgrade: ({ state }) => ({ ...(state as object), channel_values: { renamed: 1 } }),
      });
      expect((await upgrading.getTuple(configOf()))?.checkpoint.channel_values).toEqual({ renamed: 1 });
      await put(upgrading, "2", { parent: "1" });
      expect((await strict.getTuple(configOf()))?.checkpoint.id).toBe("2");
      await expect(strict.getTuple(configOf("1"))).rejects.toMatchObject({ code: "graph-mismatch" });
    },
  },
];
