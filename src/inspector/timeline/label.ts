import type { StoredHead } from "../../core/checkpoint.ts";

/**
 * Returns the name of the node that made a checkpoint: `metadata.node`, or what `waystone/steps` and LangGraph have put
 * there (`step`, `kind`, `source`); otherwise what comes next.
 */
export function nodeOf({ metadata = {}, nextNode, isDamaged }: StoredHead): string {
  if (isDamaged === true) return "damaged";
  const { node, step, kind, source } = metadata;
  const name = [node, step, kind, source].find((one) => typeof one === "string" && one !== "");
  if (name !== undefined) return name as string;
  return nextNode === undefined ? "end" : `before ${nextNode}`;
}

/** Returns one line on what was done: `metadata.note`, `label` or `summary`; otherwise what comes next. */
export function noteOf({ metadata = {}, nextNode, isDamaged }: StoredHead): string {
  if (isDamaged === true) return "its record is not what was written";
  const note = [metadata.note, metadata.label, metadata.summary].find((one) => typeof one === "string");
  if (note !== undefined) return note as string;
  return nextNode === undefined ? "complete" : `next: ${nextNode}`;
}

/** Returns the name of a run: `metadata.title` of its newest checkpoint, otherwise the trace's id. */
export function titleOf({ metadata, traceId }: StoredHead): string {
  const title = metadata?.title;
  return typeof title === "string" && title !== "" ? title : traceId;
}
