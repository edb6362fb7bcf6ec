import type { CheckpointId, TraceId } from "../../core/checkpoint.ts";

/**
 * Runs of LangGraph.js graphs as traces: a `BaseCheckpointSaver` over a store.
 *
 * - `saver.ts`: the methods that LangGraph calls.
 * - `thread-traces.ts`: threads in a store.
 * - `deltas.ts`: what delta channels need of checkpoints that retention may take.
 * - `owned-thread.ts`: a thread that one tab drives alone.
 * - `writes.ts`: pending writes as notes.
 * - `graph-checkpoint.ts`: what is stored of a checkpoint.
 * - `values.ts`, `serde-values.ts`: what is stored of a value.
 * - `names.ts`: threads, namespaces and checkpoints as ids.
 * - `interrupt.ts`: `interruptWith`.
 */

/** Where a graph's checkpoints are: a thread, and in it the graph itself (the empty namespace) or a subgraph. */
export interface Place {
  readonly thread: string;
  readonly namespace: string;
}

const PREFIX = "langgraph:";

/** Returns the trace of a graph or a subgraph. Other places have other traces, whatever characters their names have. */
export function traceIdOf({ thread, namespace }: Place): TraceId {
  return PREFIX + JSON.stringify([thread, namespace]);
}

/** Returns what the ids of a thread's traces begin with, and no others; or those of all threads. */
export function tracePrefix(thread?: string): string {
  return PREFIX + (thread === undefined ? "[" : storedIdPrefix(thread));
}

/** The place of a trace; `undefined` for a trace that is not of a graph. */
export function placeOfTrace(traceId: TraceId): Place | undefined {
  try {
    const [thread, namespace] = JSON.parse(traceId.slice(PREFIX.length)) as [string, string];
    return { thread, namespace };
  } catch {
    return undefined;
  }
}

/** Returns the id of a checkpoint in the store, where LangGraph's own may be there once in each place. */
export function storedIdOf({ thread, namespace }: Place, id: string): CheckpointId {
  return JSON.stringify([thread, namespace, id]);
}

/** Returns what the ids of a thread's checkpoints begin with, and no others. */
export function storedIdPrefix(thread: string): string {
  return `[${JSON.stringify(thread)},`;
}

/** LangGraph's own id of a checkpoint. */
export function graphIdOf(stored: CheckpointId): string {
  return (JSON.parse(stored) as [string, string, string])[2];
}

/** What LangGraph passes to each method. */
interface Config {
  readonly configurable?: Record<string, unknown>;
}

/**
 * Reads the place from a config.
 *
 * @throws TypeError for a thread or a namespace that is not a string, or an empty thread.
 */
export function placeIn({ configurable = {} }: Config): Place {
  const { thread_id: thread, checkpoint_ns: namespace = "" } = configurable;
  requireText(thread, "thread_id");
  if (namespace !== "") requireText(namespace, "checkpoint_ns");
  return { thread, namespace };
}

/** @throws TypeError for what is not a string, or empty. */
export function requireText(value: unknown, name: string): asserts value is string {
  if (typeof value === "string" && value !== "") return;
  throw new TypeError(`config.configurable.${name} must be a string that is not empty, got ${typeof value}`);
}
