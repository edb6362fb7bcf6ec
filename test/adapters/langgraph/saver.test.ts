import { emptyCheckpoint, uuid6, type CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { describe, expect, test } from "vitest";
import { createStore } from "../../../src/backend.ts";
import { createMemoryBackend } from "../../../src/backends/memory.ts";
import { CheckpointStoreError, type Store } from "waystone";
import { WaystoneSaver } from "waystone/langgraph";
import { freshStore } from "../fresh-store.ts";
import { WatchedBackend, storeOn } from "../../store/backends.ts";

const METADATA = { source: "loop", step: 0, parents: {} } as const;

const configOf = (checkpoint_id?: string, { thread = "thread", ns = "" } = {}) => ({
  configurable: { thread_id: thread, checkpoint_ns: ns, ...(checkpoint_id !== undefined && { checkpoint_id }) },
});

function checkpointOf(id: string, values: Record<string, unknown> = { step: id }) {
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
function put(saver: WaystoneSaver, id: string, { values = { step: id }, parent, ...place }: Put = {}) {
  const checkpoint = checkpointOf(id, values);
  return saver.put(configOf(parent, place), checkpoint, METADATA, checkpoint.channel_versions);
}

const writesOf = (tuple: CheckpointTuple | undefined) => tuple?.pendingWrites;

describe("pending writes", () => {
  test("what a task wrote stays as it was written first; what happened to it is replaced", async () => {
    const saver = new WaystoneSaver(await freshStore());
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
  });

  test("come in the order of the tasks' paths, then of their ids, by code point", async () => {
    const saver = new WaystoneSaver(await freshStore());
    await put(saver, "1");
    await saver.putWrites(configOf("1"), [["out", 4]], "a", "~2");
    await saver.putWrites(configOf("1"), [["out", 3]], "\u{1f600}", "~1");
    await saver.putWrites(configOf("1"), [["out", 2]], "\uffff", "~1");
    await saver.putWrites(configOf("1"), [["out", 1]], "z");
    expect(writesOf(await saver.getTuple(configOf("1")))?.map(([, , value]) => value)).toEqual([1, 2, 3, 4]);
  });

  test("may come before their checkpoint was saved, or is being saved", async () => {
    const store = await freshStore();
    const saver = new WaystoneSaver(store);
    await saver.putWrites(configOf("1"), [["out", "early"]], "a");
    const putting = put(saver, "1");
    const writing = saver.putWrites(configOf("1"), [["out", "meanwhile"]], "b");
    await putting;
    // What came early is on disk with its checkpoint.
    expect(writesOf(await new WaystoneSaver(store).getTuple(configOf("1")))).toContainEqual(["a", "out", "early"]);
    await writing;
    await saver.putWrites(configOf("1"), [["out", "late"]], "c");
    expect(writesOf(await saver.getTuple(configOf("1")))?.map(([task]) => task)).toEqual(["a", "b", "c"]);
  });

  test("of a checkpoint that was never saved are in nobody's way", async () => {
    const store = await freshStore();
    const killed = new WaystoneSaver(store);
    await put(killed, "1");
    await killed.putWrites(configOf("2"), [["out", "lost"]], "task");
    const saver = new WaystoneSaver(store);
    expect((await saver.getTuple(configOf()))?.checkpoint.id).toBe("1");
    await put(saver, "2", { parent: "1" });
    expect(writesOf(await saver.getTuple(configOf()))).toEqual([]);
  });

  test("leave other notes beside the checkpoint alone", async () => {
    const store = await freshStore();
    const saver = new WaystoneSaver(store);
    await put(saver, "1");
    const [traceId] = (await store.traces()).map((trace) => trace.traceId);
    const [id] = await store.list(traceId!);
    await store.trace(traceId!).note(id!, { label: "mine" });
    await saver.putWrites(configOf("1"), [["out", 1]], "task");
    expect(writesOf(await saver.getTuple(configOf("1")))).toEqual([["task", "out", 1]]);
  });
});

describe("a thread", () => {
  test("that is deleted leaves nothing, and takes nothing of another", async () => {
    const store = await freshStore();
    const saver = new WaystoneSaver(store);
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
  });

  test("has the checkpoint of the highest id as its latest, whichever was saved last", async () => {
    const saver = new WaystoneSaver(await freshStore());
    for (const id of ["1", "3", "2"]) await put(saver, id);
    expect((await saver.getTuple(configOf()))?.checkpoint.id).toBe("3");
    const listed = [];
    for await (const { checkpoint } of saver.list(configOf())) listed.push(checkpoint.id);
    expect(listed).toEqual(["3", "2", "1"]);
  });

  test("has the same checkpoint ids in each of its namespaces", async () => {
    const saver = new WaystoneSaver(await freshStore());
    for (const ns of ["", "sub"]) await put(saver, "1", { ns, values: { ns } });
    for (const ns of ["", "sub"])
      expect((await saver.getTuple(configOf("1", { ns })))?.checkpoint.channel_values).toEqual({ ns });
  });

  test("is the same when the store was closed and opened again", async () => {
    const name = crypto.randomUUID();
    const first = await freshStore({ name });
    const before = new WaystoneSaver(first);
    await put(before, "1");
    await put(before, "2", { parent: "1" });
    await before.putWrites(configOf("2"), [["out", "x"]], "task");
    const expected = await before.getTuple(configOf());
    await first.close();
    expect(await new WaystoneSaver(await freshStore({ name })).getTuple(configOf())).toEqual(expected);
  });

  test("may be saved to by two savers at once", async () => {
    const name = crypto.randomUUID();
    const savers = [
      new WaystoneSaver(await freshStore({ name })),
      new WaystoneSaver(await freshStore({ name })),
    ] as const;
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
  });

  test("keeps the values of its first checkpoint in a copy of that, which LangGraph says has nothing new", async () => {
    const saver = new WaystoneSaver(await freshStore());
    await put(saver, "1", { values: { kept: "x" } });
    await put(saver, "2", { values: { other: "y" } });
    await saver.put(configOf(), checkpointOf("3", { kept: "x" }), { ...METADATA, source: "fork" }, {});
    expect((await saver.getTuple(configOf("3")))?.checkpoint.channel_values).toEqual({ kept: "x" });
  });
});

describe("a checkpoint", () => {
  test("can be put again; with other content it is refused, and stays", async () => {
    const saver = new WaystoneSaver(await freshStore());
    await put(saver, "1", { values: { a: 1 } });
    await put(saver, "1", { values: { a: 1 } });
    await expect(put(saver, "1", { values: { a: 2 } })).rejects.toMatchObject({ code: "conflict" });
    expect((await saver.getTuple(configOf("1")))?.checkpoint.channel_values).toEqual({ a: 1 });
  });

  test("is what it was when it was put", async () => {
    const saver = new WaystoneSaver(await freshStore());
    const list = ["a"];
    const putting = put(saver, "1", { values: { list } });
    list.push("b");
    await putting;
    expect((await saver.getTuple(configOf("1")))?.checkpoint.channel_values).toEqual({ list: ["a"] });
  });

  test("whose transaction is aborted, or that finds the disk full, leaves all as it was", async () => {
    const backend = new WatchedBackend();
    const saver = new WaystoneSaver(storeOn(backend));
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
  });

  test("of another graph is refused, unless `upgrade` takes it over", async () => {
    const store: Store = await freshStore();
    await put(new WaystoneSaver(store, undefined, { graphHash: "v1" }), "1", { values: { old: 1 } });
    const strict = new WaystoneSaver(store, undefined, { graphHash: "v2" });
    await expect(strict.getTuple(configOf())).rejects.toMatchObject({
      code: "graph-mismatch",
      expected: "v2",
      actual: "v1",
    });
    const upgrading = new WaystoneSaver(store, undefined, {
      graphHash: "v2",
      upgrade: ({ state }) => ({ ...(state as object), channel_values: { renamed: 1 } }),
    });
    expect((await upgrading.getTuple(configOf()))?.checkpoint.channel_values).toEqual({ renamed: 1 });
    await put(upgrading, "2", { parent: "1" });
    expect((await strict.getTuple(configOf()))?.checkpoint.id).toBe("2");
    await expect(strict.getTuple(configOf("1"))).rejects.toMatchObject({ code: "graph-mismatch" });
  });
});

describe("what is refused", () => {
  const saver = new WaystoneSaver(
    createStore(createMemoryBackend(), { codec: { name: "none", encode: String, decode: String } }),
  );

  test.each([undefined, "", 7, null, {}])("a thread %o", async (thread_id) => {
    const config = { configurable: { thread_id, checkpoint_id: "1" } };
    const named = /^config\.configurable\.thread_id must be a string that is not empty, got /;
    await expect(saver.put(config, checkpointOf("1"), METADATA, {})).rejects.toThrow(named);
    await expect(saver.putWrites(config, [], "task")).rejects.toThrow(named);
    await expect(saver.deleteThread(thread_id as string)).rejects.toThrow(named);
  });

  test("one to load from, but that there is none loads nothing", async () => {
    await expect(saver.getTuple({ configurable: { thread_id: 7 } })).rejects.toThrow("thread_id must be a string");
    expect(await saver.getTuple({})).toBeUndefined();
  });

  test("a namespace and a checkpoint that are no strings", async () => {
    const namespace = { configurable: { thread_id: "t", checkpoint_ns: 1 } };
    await expect(saver.getTuple(namespace)).rejects.toThrow(
      /^config\.configurable\.checkpoint_ns must be a string that is not empty, got number$/,
    );
    await expect(saver.putWrites(configOf(), [], "task")).rejects.toThrow(/checkpoint_id must be a string/);
  });

  test("a value that can't be stored, by its path", async () => {
    const own = new WaystoneSaver(await freshStore());
    await expect(put(own, "1", { values: { tools: [{ run: () => 1 }] } })).rejects.toMatchObject({
      code: "serialization",
      path: "state.channel_values.tools[0].run",
    });
    expect(await own.getTuple(configOf())).toBeUndefined();
  });

  test("an option that there is not", () => {
    expect(() => new WaystoneSaver({} as Store, undefined, { graphhash: "x" } as object)).toThrow("is it graphHash?");
  });
});
