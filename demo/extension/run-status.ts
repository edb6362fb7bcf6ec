import type { StoredHead } from "waystone";
import { ASKING } from "../agents/scout/graph.ts";
import type { RunStatus } from "../runs.ts";
import type { Settings } from "./settings.ts";

/** What a run is at, by its newest checkpoint. `running` says that it goes on whenever the worker is awake. */
export function runStatus({ traceId, nextNode }: StoredHead, settings: Settings): RunStatus {
  if (nextNode === undefined) return "complete";
  if (settings.failure(traceId) !== undefined) return "failed";
  if (nextNode === ASKING) return "asking";
  return settings.isPaused(traceId) ? "paused" : "running";
}
