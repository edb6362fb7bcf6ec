import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { interrupt } from "@langchain/langgraph/web";

/** Under which LangChain looks for the config of what is running. */
const CONFIG = Symbol.for("lc:child_config");

let current: unknown;

/** What stands in for `AsyncLocalStorage` in a browser: it knows a value only until the call that was made with it returns. */
const synchronousScope = {
  getStore: () => current,
  run<T>(value: unknown, call: () => T): T {
    const before = current;
    current = value;
    try {
      return call();
    } finally {
      current = before;
    }
  },
  enterWith: () => undefined,
};

/**
 * Interrupts a graph until it is resumed: LangGraph's own `interrupt`, for browsers, where that one throws
 * "Called interrupt() outside the context of a graph".
 *
 * It may be called after anything was awaited, several times in a node, in nodes that run in parallel, in subgraphs and in
 * tools. As with `interrupt`, the node runs from its beginning when the graph is resumed, and calls that the graph was resumed from
 * return at once.
 *
 * @param config - What the node or the tool was given as its second argument.
 * @param value - What to ask: `value` of the interrupt in the graph's result. It must be something that a store can keep.
 * @returns What the graph was resumed with, by `Command({ resume })`.
 * @throws TypeError if `config` is not that of a node of a running graph.
 * @throws Anything, as `interrupt` does while the graph was not resumed. Don't catch that.
 *
 * @example
 * ```ts
 * import { Annotation, Command, END, START, StateGraph } from "@langchain/langgraph/web";
 * import { openStore } from "waystone";
 * import { interruptWith, WaystoneSaver } from "waystone/langgraph";
 *
 * const State = Annotation.Root({ sent: Annotation<boolean>() });
 * const graph = new StateGraph(State)
 *   .addNode("send", async (_, config) => ({ sent: interruptWith<boolean>(config, "Send it?") }))
 *   .addEdge(START, "send")
 *   .addEdge("send", END)
 *   .compile({ checkpointer: new WaystoneSaver(await openStore("my-agent")) });
 *
 * const thread = { configurable: { thread_id: "thread-1" } };
 * await graph.invoke({}, thread);
 * const [task] = (await graph.getState(thread)).tasks;
 * console.log(task?.interrupts[0]?.value); // Send it?
 * console.log(await graph.invoke(new Command({ resume: true }), thread)); // { sent: true }
 * ```
 */
export function interruptWith<A = unknown>(
  config: { readonly configurable?: Record<string, unknown> },
  value: unknown,
): A {
  if (config?.configurable?.["__pregel_scratchpad"] === undefined) throw new TypeError("config is not a node's");
  // Does nothing where there is one already, as in Node.
  AsyncLocalStorageProviderSingleton.initializeGlobalInstance(synchronousScope);
  const scope = AsyncLocalStorageProviderSingleton.getInstance();
  return scope.run({ extra: { [CONFIG]: config } }, () => interrupt(value) as A);
}
