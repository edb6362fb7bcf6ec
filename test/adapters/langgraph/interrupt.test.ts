import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { fakeModel } from "@langchain/core/testing";
import { tool } from "@langchain/core/tools";
import { Annotation, Command, END, INTERRUPT, isInterrupted, START, StateGraph } from "@langchain/langgraph/web";
import { createAgent } from "langchain";
import { expect, test } from "vitest";
import type { Store } from "waystone";
import { interruptWith, WaystoneSaver } from "waystone/langgraph";
import { freshStore } from "../fresh-store.ts";

const THREAD = { configurable: { thread_id: "thread" } };
const Log = Annotation.Root({
  log: Annotation<string[]>({ reducer: (before, more) => before.concat(more), default: () => [] }),
});
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 3));

/** Asks twice, each time after something was awaited. */
const asking = (name: string) => async (_: unknown, config: object) => {
  await pause();
  const first = interruptWith<string>(config, `${name} 1?`);
  await pause();
  const second = interruptWith<string>(config, `${name} 2?`);
  return { log: [`${name}: ${first}, ${second}`] };
};

function graphOn(store: Store) {
  const inner = new StateGraph(Log).addNode("s", asking("s")).addEdge(START, "s").addEdge("s", END).compile();
  return new StateGraph(Log)
    .addNode("p", asking("p"))
    .addNode("q", asking("q"))
    .addNode("sub", inner)
    .addEdge(START, "p")
    .addEdge(START, "q")
    .addEdge("p", "sub")
    .addEdge("q", "sub")
    .addEdge("sub", END)
    .compile({ checkpointer: new WaystoneSaver(store) });
}

const asks = (result: unknown) => (isInterrupted<string>(result) ? result[INTERRUPT] : []);

test("asks after awaits, twice in a node, in parallel nodes and in a subgraph, with a fresh page for each step", async () => {
  const name = crypto.randomUUID();
  const asked: unknown[] = [];
  const step = async (input: Command | { log: string[] }) => {
    const store = await freshStore({ name });
    const result = await graphOn(store).invoke(input as { log: string[] }, THREAD);
    await store.close();
    return result;
  };
  let result = await step({ log: [] });
  for (let open = asks(result); open.length > 0; open = asks(result)) {
    asked.push(open.map(({ value }) => value));
    const answers = open.map(({ id, value }) => [id, value!.replace("?", "!")] as const);
    result = await step(new Command({ resume: Object.fromEntries(answers) }));
  }
  // The subgraph has the log of what is around it, and gives it back with its own.
  const outer = ["p: p 1!, p 2!", "q: q 1!, q 2!"];
  expect(result.log).toEqual([...outer, ...outer, "s: s 1!, s 2!"]);
  expect(asked).toEqual([["p 1?", "q 1?"], ["p 2?", "q 2?"], ["s 1?"], ["s 2?"]]);
});

test("asks within a tool of an agent", async () => {
  const model = fakeModel()
    .respondWithTools([{ name: "send", args: { to: "bob" }, id: "1" }])
    .respond((messages) => new AIMessage(`told: ${messages.at(-1)!.text}`));
  const send = tool(
    async ({ to }: { to: string }, config) => {
      await pause();
      return interruptWith<boolean>(config, { approve: `mail to ${to}` }) ? "sent" : "not sent";
    },
    { name: "send", schema: { type: "object", properties: { to: { type: "string" } } } as const },
  );
  const agent = createAgent({ model, tools: [send], checkpointer: new WaystoneSaver(await freshStore()) });
  const result = await agent.invoke({ messages: [new HumanMessage("mail bob")] }, THREAD);
  expect(asks(result).map(({ value }) => value)).toEqual([{ approve: "mail to bob" }]);
  const { messages } = await agent.invoke(new Command({ resume: true }), THREAD);
  expect(messages.at(-1)!.text).toBe("told: sent");
});

test.each([undefined, {}, { configurable: {} }])("is refused outside of a graph, with %o", (config) => {
  expect(() => interruptWith(config as object, "?")).toThrow(TypeError);
});
