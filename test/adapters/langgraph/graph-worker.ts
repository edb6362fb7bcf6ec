/// <reference lib="webworker" />
import { openStore } from "waystone";
import { WaystoneSaver } from "waystone/langgraph";
import { slowGraph } from "./slow-graph.ts";

/** What the page asks of a worker: to run the graph, alone in its thread or not. */
export interface GraphOrder {
  readonly store: string;
  readonly takesOver: boolean;
}

/** What it posts back: the nodes that it runs, and what became of it. */
export type GraphAnswer =
  { readonly node: string } | { readonly done: readonly string[] } | { readonly failed: unknown };

const answer = (message: GraphAnswer): void => self.postMessage(message);

self.addEventListener("message", ({ data }: MessageEvent<GraphOrder>) => void run(data));

async function run({ store: name, takesOver }: GraphOrder): Promise<void> {
  const saver = new WaystoneSaver(await openStore(name));
  const drive = async (checkpointer: WaystoneSaver): Promise<void> => {
    const { log } = await slowGraph(checkpointer, (node) => answer({ node })).invoke(
      { log: [] },
      { configurable: { thread_id: "thread" }, durability: "sync" },
    );
    answer({ done: log });
  };
  try {
    await (takesOver ? saver.takeOver("thread", (owned) => drive(owned.saver)) : drive(saver));
  } catch (error) {
    answer({ failed: (error as { code?: unknown }).code ?? String(error) });
  }
}
