import { load } from "@langchain/core/load";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph/web";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { openStore } from "../../../src/index.ts";
import { WaystoneSaver } from "../../../src/langgraph.ts";
import { assertEqual } from "../work/equal.ts";
import { DATABASE } from "./one-run.ts";

const THREAD = { configurable: { thread_id: "chat" } };
const METHODS = ["put", "putWrites", "getTuple"] as const;

/** A chat of so many turns, each a question and an answer of 500 characters, on this store and on LangGraph's own saver. */
export async function measureLangGraph({ turns }: { turns: number }) {
  const store = await openStore(DATABASE);
  const ours = new WaystoneSaver(store);
  const { saverMs, revivalMs } = await chat(ours, turns);
  const { storedBytes } = await store.usage();
  await store.close();
  const memory = new MemorySaver();
  await chat(memory, turns);
  const own = saverMs.map((ms, turn) => ms - revivalMs[turn]!);
  return {
    ownTurn: own,
    lastToFirst: lastToFirst(own),
    revivalLastToFirst: lastToFirst(revivalMs),
    recordBytes: storedBytes,
    memoryBytes: bytesIn(memory.storage) + bytesIn(memory.writes),
  };
}

/** Returns how long a saver's methods took in each turn, and how long LangChain takes to revive the messages of one. */
async function chat(saver: BaseCheckpointSaver, turns: number) {
  let spent = 0;
  for (const name of METHODS) {
    const method = saver[name].bind(saver) as (...all: unknown[]) => Promise<unknown>;
    const timed = async (...all: unknown[]) => {
      const start = performance.now();
      try {
        return await method(...all);
      } finally {
        spent += performance.now() - start;
      }
    };
    Object.assign(saver, { [name]: timed });
  }
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("answer", async ({ messages }) => ({ messages: [new AIMessage(`${messages.length} `.padEnd(500, "a"))] }))
    .addEdge(START, "answer")
    .addEdge("answer", END)
    .compile({ checkpointer: saver });
  const saverMs: number[] = [];
  const revivalMs: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const question = new HumanMessage(`${turn} `.padEnd(500, "q"));
    spent = 0;
    // Without waiting for what the graph does meanwhile, each call's time is its own.
    const { messages } = await graph.invoke({ messages: [question] }, { ...THREAD, durability: "sync" });
    saverMs.push(spent);
    assertEqual(messages.length, 2 * (turn + 1), "messages");
    // What a turn begins with, one by one as they stand in the state.
    const texts = messages.slice(0, -2).map((message) => JSON.stringify(message));
    const start = performance.now();
    await Promise.all(texts.map((text) => load(text)));
    revivalMs.push(performance.now() - start);
  }
  return { saverMs, revivalMs };
}

function lastToFirst(times: readonly number[]): number {
  const sum = (part: readonly number[]) => part.reduce((total, ms) => total + ms, 0);
  return sum(times.slice(-50)) / sum(times.slice(0, 50));
}

/** All bytes in what LangGraph's saver keeps. */
function bytesIn(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + bytesIn(part), 0);
}
