import type { TraceId } from "waystone";
import { runSteps } from "waystone/steps";
import type { BaselineData } from "../baseline-data.ts";
import type { Agent } from "./agent.ts";
import { isThread, traceOfThread } from "./digest/thread.ts";
import { createGraph, graphHashOf } from "./scout/graph.ts";
import { headOf, scout, type ScoutInput } from "./scout/scout.ts";

/** The scout, on this data. */
export function scoutAgent(data: BaselineData): Agent {
  const graph = createGraph(data);
  const graphHash = graphHashOf(data);
  return {
    ...named("scout"),
    canResume: (head) => head.graphHash === graphHash,
    async drive({ store, traceId, input, signal, think }) {
      const options = { graphHash, head: headOf, signal, ...(input !== undefined && { input: input as ScoutInput }) };
      await runSteps(store.trace(traceId), scout(graph, think), options);
    },
  };
}

/** A search that forks as it backtracks. Its branches are traces of their own, which nobody drives. */
export const queensAgent: Agent = {
  ...named("queens"),
  drive: async (drive) => (await import("./queens/solver.ts")).solve(drive),
};

/** A LangGraph.js graph; with it comes all of LangGraph.js, once it is wanted. */
export const digestAgent: Agent = {
  newTraceId: () => traceOfThread(`digest-${crypto.randomUUID()}`),
  owns: isThread,
  drive: async (drive) => (await import("./digest/digest.ts")).digest(drive),
};

function named(name: string): Pick<Agent, "newTraceId" | "owns"> {
  return {
    newTraceId: (): TraceId => `${name}-${crypto.randomUUID()}`,
    owns: (traceId) => new RegExp(`^${name}-[\\w-]+$`).test(traceId),
  };
}
