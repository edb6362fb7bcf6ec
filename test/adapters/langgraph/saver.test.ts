import { describe, expect, test } from "vitest";
import type { Store } from "waystone";
import { WaystoneSaver } from "waystone/langgraph";
import { createStore } from "../../../src/backend.ts";
import { createMemoryBackend } from "../../../src/backends/memory.ts";
import { freshStore } from "../fresh-store.ts";
import { checkpointOf, configOf, METADATA, put, saverCases } from "./saver-cases.ts";

test.each(saverCases)("$name", async ({ run }) => {
  await expect(run(WaystoneSaver)).resolves.toBeUndefined();
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

  test("a checkpoint of a newer form than LangGraph 1 has", async () => {
    const newer = { ...checkpointOf("1"), v: 5 };
    await expect(saver.put(configOf(), newer, METADATA, {})).rejects.toThrow("checkpoint.v is 5, not 4");
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
