// The background worker of an extension, which runs agents of the frameworks that there are adapters for.
import { Agent, Runner, tool } from "@openai/agents-core";
import { assistantMessage, functionCall, ScriptedModel } from "@openai/agents-core/testing";
import { openStore, type Store } from "waystone";
import { WaystoneSaver } from "waystone/langgraph";
import { recordRun } from "waystone/openai-agents";
import { travel, type Tell } from "../adapters/ai-sdk/travel-agent.ts";
import { slowGraph } from "../adapters/langgraph/slow-graph.ts";

/** What the worker is asked to run, and where it is to wait for its death. */
export interface AgentOrder {
  /** The name of an agent, and of its store and of the channel for what it tells. */
  readonly agent: keyof typeof AGENTS;
  readonly diesAt: string | undefined;
}

const AGENTS = {
  async langgraph(store: Store, tell: Tell): Promise<string> {
    const saver = new WaystoneSaver(store);
    const thread = { configurable: { thread_id: "thread" }, durability: "sync" } as const;
    const isBegun = (await saver.getTuple(thread)) !== undefined;
    const graph = slowGraph(saver, (node) => void tell(node));
    return (await graph.invoke(isBegun ? null : { log: [] }, thread)).log.join();
  },
  "ai-sdk": async (store: Store, tell: Tell): Promise<string> =>
    (await travel(store.trace("run"), "streamText", { tell })).text,
  async "openai-agents"(store: Store, tell: Tell): Promise<string> {
    const count = tool({
      name: "count",
      description: "counts",
      parameters: {
        type: "object",
        properties: { n: { type: "number" } },
        required: ["n"],
        additionalProperties: false,
      },
      execute: async (input) => (await tell(`count ${(input as { n: number }).n}`), "counted"),
    });
    const respond = ({ request }: { readonly request: { readonly input: unknown } }) => {
      const n = JSON.stringify(request.input).split('"function_call_result"').length;
      return [n > 3 ? assistantMessage("counted to 3") : functionCall("count", { n }, { callId: `${n}` })];
    };
    const model = new ScriptedModel(Array.from({ length: 9 }, () => ({ type: "responder" as const, respond })));
    const agent = new Agent({ name: "counter", model, tools: [count] });
    const runner = new Runner({ tracingDisabled: true });
    return String((await recordRun(store.trace("run"), agent, "count", { runner })).finalOutput);
  },
};

async function run({ agent, diesAt }: AgentOrder): Promise<void> {
  const channel = new BroadcastChannel(agent);
  const tell = async (what: string): Promise<void> => {
    channel.postMessage(what);
    if (what === diesAt) await new Promise(() => {});
  };
  try {
    const store = await openStore(agent);
    const result = await AGENTS[agent](store, tell);
    await store.close();
    channel.postMessage(`done: ${result}`);
  } catch (error) {
    channel.postMessage(`failed: ${String(error)}`);
  }
}

addEventListener("message", (event) => {
  const { data, waitUntil } = event as MessageEvent<AgentOrder> & { waitUntil(until: Promise<void>): void };
  waitUntil.call(event, run(data));
});
