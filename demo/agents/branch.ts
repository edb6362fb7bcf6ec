import type { TraceId } from "waystone";

/** Whether a trace is part of another run, and none that anyone starts or deletes by itself: the branch `run/path` of `run`. */
export function isBranch(traceId: TraceId): boolean {
  return traceId.includes("/");
}
