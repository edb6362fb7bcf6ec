import { isNode } from "../agent/graph.ts";

/** The colour of a node, whose name was read from a checkpoint and may be anything. */
export function nodeTone(name: unknown): string {
  return name === "start" || (typeof name === "string" && isNode(name)) ? `var(--node-${name})` : "var(--muted)";
}
