import { NODES } from "../agents/scout/graph.ts";

const TONED: ReadonlySet<unknown> = new Set(["start", ...NODES]);

/** The colour of a node, whose name was read from a checkpoint and may be anything. */
export function nodeTone(name: unknown): string {
  return TONED.has(name) ? `var(--node-${String(name)})` : "var(--muted)";
}
