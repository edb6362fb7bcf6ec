import { Annotation, END, START, StateGraph } from "@langchain/langgraph/web";
import { WaystoneSaver } from "waystone/langgraph";
import type { Drive } from "../agent.ts";
import { threadOf } from "./thread.ts";

/** What a run is about. */
export interface DigestInput {
  readonly text: string;
}

const KEPT_SENTENCES = 3;

const Digest = Annotation.Root({
  unread: Annotation<string[]>,
  sentences: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
  counts: Annotation<Map<string, number>>({ reducer: (_, counts) => counts, default: () => new Map() }),
  digest: Annotation<string>,
});
type State = typeof Digest.State;

/** A LangGraph.js graph that reads a text, a paragraph at each step, and keeps the sentences that say most of it. */
export async function digest({ store, traceId, input, signal, think }: Drive): Promise<void> {
  const graph = new StateGraph(Digest)
    .addNode("read", async (state: State) => {
      await think(signal);
      return read(state);
    })
    .addNode("choose", (state: State) => ({ digest: choose(state) }))
    .addEdge(START, "read")
    .addConditionalEdges("read", ({ unread }) => (unread.length > 0 ? "read" : "choose"))
    .addEdge("choose", END)
    .compile({ checkpointer: new WaystoneSaver(store) });
  const given = input === undefined ? null : { unread: paragraphs((input as DigestInput).text) };
  // Stored before the next step begins, so that a page which goes loses no step.
  await graph.invoke(given, {
    configurable: { thread_id: threadOf(traceId) },
    signal,
    durability: "sync",
    recursionLimit: 200,
  });
}

function paragraphs(text: string): string[] {
  return text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== "");
}

function read({ unread, counts }: State): Partial<State> {
  const [paragraph = "", ...rest] = unread;
  const grown = new Map(counts);
  for (const word of wordsOf(paragraph)) grown.set(word, (grown.get(word) ?? 0) + 1);
  return { unread: rest, sentences: paragraph.split(/(?<=[.!?])\s+/), counts: grown };
}

/** The sentences whose words the text uses most, in the order of the text. */
function choose({ sentences, counts }: State): string {
  const weigh = (sentence: string) => {
    const words = wordsOf(sentence);
    return words.reduce((sum, word) => sum + (counts.get(word) ?? 0), 0) / Math.max(8, words.length);
  };
  const best = [...sentences].sort((a, b) => weigh(b) - weigh(a)).slice(0, KEPT_SENTENCES);
  return sentences.filter((sentence) => best.includes(sentence)).join(" ");
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
}
