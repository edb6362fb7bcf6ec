import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { fakeModel } from "@langchain/core/testing";
import { tool } from "@langchain/core/tools";
import {
  Annotation,
  Command,
  DeltaChannel,
  END,
  MessagesAnnotation,
  messagesDeltaReducer,
  Send,
  START,
  StateGraph,
} from "@langchain/langgraph/web";
import { createAgent } from "langchain";
import { describe, expect, test } from "vitest";
import { keepLast, type Store } from "waystone";
import { WaystoneSaver } from "waystone/langgraph";
import { freshStore } from "../fresh-store.ts";

const THREAD = { configurable: { thread_id: "thread" } };
const Log = Annotation.Root({
  log: Annotation<string[]>({ reducer: (before, more) => before.concat(more), default: () => [] }),
});
const pause = (ms = 2) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A chat that repeats what it is told. */
const chatOn = (saver: WaystoneSaver) =>
  new StateGraph(MessagesAnnotation)
    .addNode("answer", async ({ messages }) => ({ messages: [new AIMessage(`re: ${messages.at(-1)!.text}`)] }))
    .addEdge(START, "answer")
    .addEdge("answer", END)
    .compile({ checkpointer: saver });

describe("a conversation", () => {
  test("goes on in a fresh page, its messages of the classes that they were", async () => {
    const name = crypto.randomUUID();
    const before = await freshStore({ name });
    await chatOn(new WaystoneSaver(before)).invoke({ messages: [new HumanMessage("one")] }, THREAD);
    await before.close();
    const chat = chatOn(new WaystoneSaver(await freshStore({ name })));
    const { messages } = await chat.invoke({ messages: [new HumanMessage("two")] }, THREAD);
    expect(messages.map((message) => [message.constructor.name, message.text])).toEqual([
      ["HumanMessage", "one"],
      ["AIMessage", "re: one"],
      ["HumanMessage", "two"],
      ["AIMessage", "re: two"],
    ]);
    expect(messages.every((message) => HumanMessage.isInstance(message) || AIMessage.isInstance(message))).toBe(true);
  });

  test("is a trace like any other: its history says which node is next", async () => {
    const store = await freshStore();
    await chatOn(new WaystoneSaver(store)).invoke({ messages: [new HumanMessage("one")] }, THREAD);
    const [trace] = await store.traces();
    const steps = [];
    for await (const { nextNode, metadata } of store.history(trace!.traceId))
      steps.push([nextNode, metadata?.["step"]]);
    expect(steps).toEqual([
      [undefined, 1],
      ["answer", 0],
      ["__start__", -1],
    ]);
  });

  test("streams", async () => {
    const chat = chatOn(new WaystoneSaver(await freshStore()));
    const updates: unknown[] = [];
    for await (const update of await chat.stream(
      { messages: [new HumanMessage("hi")] },
      { ...THREAD, streamMode: "updates" },
    ))
      updates.push(Object.keys(update));
    expect(updates).toEqual([["answer"]]);
  });

  test("of 200 turns of 2 x 500 characters takes at most 1.5 MB", { timeout: 120_000 }, async () => {
    const store = await freshStore();
    const chat = chatOn(new WaystoneSaver(store));
    for (let turn = 0; turn < 200; turn++)
      await chat.invoke({ messages: [new HumanMessage(`${turn} `.padEnd(496, "h"))] }, THREAD);
    const { storedBytes, wholeStateBytes } = await store.usage();
    expect(storedBytes).toBeLessThan(1_500_000);
    expect(wholeStateBytes).toBeGreaterThan(50_000_000);
  });
});

describe("time travel", () => {
  const graphOn = (saver: WaystoneSaver) =>
    new StateGraph(Log)
      .addNode("a", async () => ({ log: ["a"] }))
      .addNode("b", async () => ({ log: ["b"] }))
      .addEdge(START, "a")
      .addEdge("a", "b")
      .addEdge("b", END)
      .compile({ checkpointer: saver });

  const historyOf = async (graph: ReturnType<typeof graphOn>) => {
    const states = [];
    for await (const state of graph.getStateHistory(THREAD)) states.push(state);
    return states;
  };

  test("lists, replays from a checkpoint, and forks by an update", async () => {
    const graph = graphOn(new WaystoneSaver(await freshStore()));
    await graph.invoke({ log: ["in"] }, THREAD);
    const states = await historyOf(graph);
    expect(states.map(({ next, values }) => [next, values.log])).toEqual([
      [[], ["in", "a", "b"]],
      [["b"], ["in", "a"]],
      [["a"], ["in"]],
      [["__start__"], []],
    ]);
    const afterA = states[1]!.config;
    expect((await graph.invoke(null, afterA)).log).toEqual(["in", "a", "b"]);
    const forked = await graph.updateState(afterA, { log: ["edited"] });
    expect((await graph.invoke(null, forked)).log).toEqual(["in", "a", "edited", "b"]);
    // What was there before is there still.
    expect((await graph.getState(states[0]!.config)).values.log).toEqual(["in", "a", "b"]);
  });

  test("copies the first checkpoint of a thread, too", async () => {
    const graph = graphOn(new WaystoneSaver(await freshStore()));
    await graph.invoke({ log: ["in"] }, THREAD);
    const first = (await historyOf(graph)).at(-1)!;
    const copy = await graph.updateState(first.config, null, "__copy__");
    expect((await graph.invoke(null, copy)).log).toEqual(["in", "a", "b"]);
  });
});

test("a graph that waits before a node goes on with what a person changed, in a fresh page", async () => {
  const name = crypto.randomUUID();
  const graphOn = (store: Store) =>
    new StateGraph(Log)
      .addNode("draft", async () => ({ log: ["draft"] }))
      .addNode("send", async ({ log }) => ({ log: [`sent ${log.join()}`] }))
      .addEdge(START, "draft")
      .addEdge("draft", "send")
      .addEdge("send", END)
      .compile({ checkpointer: new WaystoneSaver(store), interruptBefore: ["send"] });
  const before = await freshStore({ name });
  await graphOn(before).invoke({ log: [] }, THREAD);
  await before.close();
  const graph = graphOn(await freshStore({ name }));
  expect((await graph.getState(THREAD)).next).toEqual(["send"]);
  await graph.updateState(THREAD, { log: ["edited"] });
  expect((await graph.invoke(null, THREAD)).log).toEqual(["draft", "edited", "sent draft,edited"]);
});

describe("under keepLast(4)", () => {
  test.each(["sync", "async", "exit"] as const)(
    "delta channels lose no message, with durability %s",
    { timeout: 60_000 },
    async (durability) => {
      const store = await freshStore({ retention: keepLast(4) });
      const Messages = Annotation.Root({
        messages: () => new DeltaChannel<BaseMessage[], BaseMessage[]>(messagesDeltaReducer),
      });
      const graph = new StateGraph(Messages)
        .addNode("answer", async ({ messages }) => ({ messages: [new AIMessage(`re: ${messages.at(-1)!.text}`)] }))
        .addEdge(START, "answer")
        .addEdge("answer", END)
        .compile({ checkpointer: new WaystoneSaver(store) });
      const config = { ...THREAD, durability };
      for (const text of ["1", "2", "3", "4", "5", "6"])
        await graph.invoke({ messages: [new HumanMessage(text)] }, config);
      const state = await graph.getState(config);
      const messages = state.values.messages as BaseMessage[];
      expect(messages.map(({ text }) => text)).toEqual(
        ["1", "2", "3", "4", "5", "6"].flatMap((text) => [text, `re: ${text}`]),
      );
      expect(await store.list((await store.traces())[0]!.traceId)).toHaveLength(4);
    },
  );

  test("of ten parallel nodes of which one failed, one runs again", async () => {
    const saver = new WaystoneSaver(await freshStore({ retention: keepLast(4) }));
    let ran: number[] = [];
    let fails = true;
    const names = Array.from({ length: 10 }, (_, at) => at);
    const building = new StateGraph(Log) as StateGraph<typeof Log, typeof Log.State, typeof Log.Update, string>;
    for (const at of names) {
      building.addNode(`n${at}`, async () => {
        ran.push(at);
        await pause(at === 3 ? 60 : 1);
        if (at === 3 && fails) throw new Error("on purpose");
        return { log: [`n${at}`] };
      });
      building.addEdge(START, `n${at}`).addEdge(`n${at}`, END);
    }
    const graph = building.compile({ checkpointer: saver });
    await expect(graph.invoke({ log: [] }, THREAD)).rejects.toThrow("on purpose");
    expect(ran).toHaveLength(10);
    [ran, fails] = [[], false];
    const { log } = await graph.invoke(null, THREAD);
    expect(ran).toEqual([3]);
    expect([...log].sort()).toEqual(names.map((at) => `n${at}`));
  });
});

test("sends and subgraphs are kept, each subgraph in a trace of its own", async () => {
  const store = await freshStore();
  const inner = new StateGraph(Log)
    .addNode("in", async () => ({ log: ["inner"] }))
    .addEdge(START, "in")
    .addEdge("in", END)
    .compile();
  const graph = new StateGraph(Log)
    .addNode("fan", () => new Command({ goto: [new Send("work", { log: ["x"] }), new Send("work", { log: ["y"] })] }), {
      ends: ["work"],
    })
    .addNode("work", async ({ log }) => ({ log: [`worked on ${log[0]}`] }))
    .addNode("sub", inner)
    .addEdge(START, "fan")
    .addEdge("work", "sub")
    .addEdge("sub", END)
    .compile({ checkpointer: new WaystoneSaver(store), interruptBefore: ["work"] });
  await graph.invoke({ log: [] }, THREAD);
  const { log } = await graph.invoke(null, THREAD);
  expect(log).toEqual(expect.arrayContaining(["worked on x", "worked on y", "inner"]));
  const namespaces = (await store.traces()).map(({ traceId }) => /^langgraph:\["thread","(.*)"\]$/.exec(traceId)?.[1]);
  expect(namespaces).toEqual(expect.arrayContaining(["", expect.stringMatching(/^sub:/)]));
  await new WaystoneSaver(store).deleteThread("thread");
  expect(await store.traces()).toEqual([]);
});

test("an agent of langchain goes on after its model failed, and calls no tool again", async () => {
  const saver = new WaystoneSaver(await freshStore());
  const calls: string[] = [];
  const schema = { type: "object", properties: { q: { type: "string" } }, required: ["q"] } as const;
  const [search, read] = ["search", "read"].map((name) =>
    tool(async ({ q }: { q: string }) => (calls.push(`${name} ${q}`), `${name}: ${q}`), { name, schema }),
  );
  const model = fakeModel()
    .respondWithTools([
      { name: "search", args: { q: "a" }, id: "1" },
      { name: "read", args: { q: "b" }, id: "2" },
    ])
    .respond(new Error("offline"))
    .respond((messages) => new AIMessage(`done with ${messages.length}`));
  const agent = createAgent({ model, tools: [search!, read!], checkpointer: saver });
  await expect(agent.invoke({ messages: [new HumanMessage("go")] }, THREAD)).rejects.toThrow("offline");
  const { messages } = await agent.invoke(null, THREAD);
  expect(calls).toEqual(["search a", "read b"]);
  const results = messages.filter((message) => ToolMessage.isInstance(message));
  expect(results.map(({ text }) => text)).toEqual(["search: a", "read: b"]);
  expect(messages.at(-1)!.text).toBe("done with 4");
});
