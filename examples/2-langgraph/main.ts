import { Annotation, END, START, StateGraph } from "@langchain/langgraph/web";
import { openStore } from "waystone";
import { WaystoneSaver } from "waystone/langgraph";
import { giveButtonsWork, showResult, slowly } from "../page.ts";

const checkpointer = new WaystoneSaver(await openStore("example-langgraph"));
giveButtonsWork(() => checkpointer.deleteThread("trip"));

const Trip = Annotation.Root({
  packed: Annotation<string[]>({ reducer: (before, more) => [...before, ...more], default: () => [] }),
});
const pack = (thing: string) => async () => {
  await slowly(`pack ${thing}`);
  return { packed: [thing] };
};
const graph = new StateGraph(Trip)
  .addNode("shoes", pack("shoes"))
  .addNode("coat", pack("coat"))
  .addNode("umbrella", pack("umbrella"))
  .addNode("lunch", pack("lunch"))
  .addEdge(START, "shoes")
  // These two at once.
  .addEdge("shoes", "coat")
  .addEdge("shoes", "umbrella")
  .addEdge(["coat", "umbrella"], "lunch")
  .addEdge("lunch", END)
  .compile({ checkpointer });

const thread = { configurable: { thread_id: "trip" }, durability: "sync" } as const;
const isBegun = (await checkpointer.getTuple(thread)) !== undefined;
const { packed } = await graph.invoke(isBegun ? null : {}, thread);
showResult(`We go, with ${packed.join(", ")}.`);
