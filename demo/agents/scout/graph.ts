import type { BaselineData } from "../../baseline-data.ts";
import { ask } from "./ask.ts";
import { draft } from "./draft.ts";
import { judge } from "./judge.ts";
import { report } from "./report.ts";
import { search } from "./search.ts";
import { searchIndex } from "./knowledge/search-index.ts";
import { split } from "./split.ts";
import type { Choice, ScoutState } from "./state.ts";
import { weigh } from "./weigh.ts";

/** The nodes of the agent, in the order in which a run first meets them. */
export const NODES = ["split", "search", "judge", "weigh", "ask", "draft", "report"] as const;
export type NodeName = (typeof NODES)[number];

/** What a step made: the state, the node to go on at (none: the run is complete), and a line on what was done. */
export interface Step {
  readonly state: ScoutState;
  readonly nextNode?: NodeName;
  readonly note: string;
}

/** What the user answers to a question. */
export interface Answer {
  readonly choice: Choice;
  readonly decidedAt: Date;
}

/** One step of the agent: pure, so the same state and answer always make the same step. */
export type Node = (state: ScoutState, answer?: Answer) => Step;

export type Graph = Readonly<Record<NodeName, Node>>;

/** The node at which a run stops until the user answers. */
export const ASKING: NodeName = "ask";

/** The agent, on this data. */
export function createGraph(data: BaselineData): Graph {
  const index = searchIndex(data.features);
  return {
    split,
    search: search(index),
    judge: judge(data),
    weigh: weigh(data),
    ask,
    draft: draft(data),
    report: report(data),
  };
}

/** Names the agent in every checkpoint: a run is only carried on by the graph, and on the data, that began it. */
export function graphHashOf({ version }: BaselineData): string {
  return `scout-2 ${NODES.join("-")} ${version}`;
}
