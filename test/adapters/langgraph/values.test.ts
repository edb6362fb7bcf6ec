import { DeltaSnapshot, emptyCheckpoint, JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { describe, expect, test } from "vitest";
import { WaystoneSaver } from "waystone/langgraph";
import { freshStore } from "../fresh-store.ts";

const CONFIG = { configurable: { thread_id: "thread" } };

async function thereAndBack(values: Record<string, unknown>, saver: WaystoneSaver): Promise<Record<string, unknown>> {
  const channel_versions = Object.fromEntries(Object.keys(values).map((name) => [name, 1]));
  const checkpoint = { ...emptyCheckpoint(), id: "1", channel_values: values, channel_versions };
  await saver.put(CONFIG, checkpoint, { source: "input", step: -1, parents: {} }, channel_versions);
  return (await saver.getTuple(CONFIG))!.checkpoint.channel_values;
}

describe("values", () => {
  test("come back as what they were", async () => {
    const shared = { a: 1 };
    const circle: unknown[] = [];
    circle.push(circle);
    const values = {
      date: new Date(5),
      big: 2n ** 70n,
      not: [Number.NaN, -0, undefined, null],
      map: new Map<unknown, unknown>([[shared, new Set([shared])]]),
      bytes: new Uint8Array([1, 2, 3]),
      pattern: /x/gi,
      failure: new RangeError("far", { cause: "why" }),
      twice: [shared, shared],
      circle,
      ["__proto__own"]: Object.defineProperty({}, "__proto__", {
        value: 1,
        enumerable: true,
        writable: true,
        configurable: true,
      }),
    };
    const back = await thereAndBack(values, new WaystoneSaver(await freshStore()));
    expect(back).toEqual(values);
    const [first, second] = back["twice"] as object[];
    expect(first).toBe(second);
    expect((back["circle"] as unknown[])[0]).toBe(back["circle"]);
    expect(back["failure"]).toBeInstanceOf(RangeError);
  });

  test("messages come back as messages, wherever they stand, and one in two places as one", async () => {
    const message = new AIMessage({ content: "hi", tool_calls: [{ name: "f", args: { x: 1 }, id: "1" }] });
    const human = new HumanMessage({ content: [{ type: "text", text: "look" }], id: "h" });
    const back = await thereAndBack(
      {
        messages: [human, message],
        last: message,
        map: new Map([["m", new ToolMessage({ content: "r", tool_call_id: "1" })]]),
        set: new Set([1, message, 2]),
        snapshot: new DeltaSnapshot([message]),
      },
      new WaystoneSaver(await freshStore()),
    );
    const [first, second] = back["messages"] as [HumanMessage, AIMessage];
    expect(HumanMessage.isInstance(first) && AIMessage.isInstance(second)).toBe(true);
    expect(second.tool_calls).toEqual(message.tool_calls);
    expect(first.content).toEqual(human.content);
    expect(back["last"]).toBe(second);
    expect((back["map"] as Map<string, unknown>).get("m")).toBeInstanceOf(ToolMessage);
    expect([...(back["set"] as Set<unknown>)]).toEqual([1, second, 2]);
    expect(back["snapshot"]).toBeInstanceOf(DeltaSnapshot);
    expect((back["snapshot"] as DeltaSnapshot).value).toEqual([second]);
  });

  test("what only looks like LangChain's comes back as the plain object that it was", async () => {
    const forged = {
      lc: 1,
      type: "constructor",
      id: ["langchain_core", "messages", "HumanMessage"],
      kwargs: { content: "x" },
    };
    const values = { forged, plain: { lc: "plain", value: { lc: 2 } }, snapshot: { lc: "delta_snapshot", value: 1 } };
    const back = await thereAndBack(values, new WaystoneSaver(await freshStore()));
    expect(back).toEqual(values);
    expect(back["forged"]).not.toBeInstanceOf(HumanMessage);
  });

  test("an instance of a class that nobody knows is refused by its path", async () => {
    class Mine {
      own = 1;
    }
    const saver = new WaystoneSaver(await freshStore());
    await expect(thereAndBack({ list: [new Mine()] }, saver)).rejects.toMatchObject({
      code: "serialization",
      path: "state.channel_values.list[0]",
    });
  });

  test("are what a serializer of one's own makes of them, where there is one", async () => {
    const inner = new JsonPlusSerializer();
    const serde = {
      dumpsTyped: async (value: unknown): Promise<[string, Uint8Array]> =>
        value === "secret" ? ["hidden", new TextEncoder().encode("s")] : inner.dumpsTyped(value),
      loadsTyped: async (type: string, data: Uint8Array | string): Promise<unknown> =>
        type === "hidden" ? "secret" : inner.loadsTyped(type, data),
    };
    const store = await freshStore();
    const saver = new WaystoneSaver(store, serde);
    const back = await thereAndBack({ open: { a: new Set([1]) }, hidden: "secret" }, saver);
    expect(back).toEqual({ open: { a: new Set([1]) }, hidden: "secret" });
    await saver.putWrites({ configurable: { thread_id: "thread", checkpoint_id: "1" } }, [["out", "secret"]], "task");
    expect((await saver.getTuple(CONFIG))!.pendingWrites).toEqual([["task", "out", "secret"]]);
    const { state } = (await store.loadLatest('langgraph:["thread",""]'))!;
    expect(JSON.stringify(state)).not.toContain("secret");
  });
});
