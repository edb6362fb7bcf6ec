import { Annotation, END, START, StateGraph } from "@langchain/langgraph/web";
import type { WaystoneSaver } from "waystone/langgraph";

const Log = Annotation.Root({
  log: Annotation<string[]>({ reducer: (before, more) => before.concat(more), default: () => [] }),
});

/**
 * A graph of four nodes in a row, one of them a subgraph, and one that takes long while another beside it is done at once.
 *
 * @param started - Called with each node that starts.
 */
export function slowGraph(checkpointer: WaystoneSaver, started: (node: string) => void) {
  const node = (name: string, ms: number) => async () => {
    started(name);
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { log: [name] };
  };
  const inner = new StateGraph(Log)
    .addNode("in 1", node("in 1", 1))
    .addNode("in 2", node("in 2", 300))
    .addEdge(START, "in 1")
    .addEdge("in 1", "in 2")
    .addEdge("in 2", END)
    .compile();
  return new StateGraph(Log)
    .addNode("first", node("first", 1))
    .addNode("quick", node("quick", 1))
    .addNode("slow", node("slow", 300))
    .addNode("inner", async (_, config) => ({ log: (await inner.invoke({ log: [] }, config)).log }))
    .addEdge(START, "first")
    .addEdge("first", "quick")
    .addEdge("first", "slow")
    .addEdge(["quick", "slow"], "inner")
    .addEdge("inner", END)
    .compile({ checkpointer });
}
