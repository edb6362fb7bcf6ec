import type { Checkpoint as GraphState } from "@langchain/langgraph-checkpoint";
import type { OrderedWrite } from "./writes.ts";

/**
 * The history of a delta channel. LangGraph stores its value only now and then, and finds what was written since among the
 * ancestors of a checkpoint. Retention may have taken those; so each checkpoint keeps the history up to itself, and shares
 * it with the checkpoint before: only what is new is stored.
 */
export interface Delta {
  /** The value that the writes are applied to. Absent if the channel began empty. */
  readonly seed?: unknown;
  /** What was written since, oldest first. */
  readonly writes: readonly OrderedWrite[];
}

/** The state of a checkpoint in the store: LangGraph's own checkpoint, its values as a store keeps them. */
export interface StoredGraphState extends Omit<GraphState, "id"> {
  /** LangGraph's id of the checkpoint that this one grew from. */
  readonly parent?: string;
  /** The history of each delta channel up to this checkpoint. */
  readonly deltas?: Readonly<Record<string, Delta>>;
}

/** A checkpoint of a graph, with what is kept beside it. */
export interface GraphCheckpoint {
  /** LangGraph's own id. */
  readonly id: string;
  readonly state: StoredGraphState;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly writes: readonly OrderedWrite[];
}

/** Returns the nodes at which a graph resumes, by the channels that wait; `undefined` if the run is complete. */
export function nextNodeOf(values: Readonly<Record<string, unknown>>): string | undefined {
  const nodes = Object.keys(values).filter((channel) => /^branch:to:|^__start__$/.test(channel));
  return nodes.map((channel) => channel.replace("branch:to:", "")).join(", ") || undefined;
}
