import type { TraceId } from "waystone";

const THREAD = /^langgraph:\["(digest-[\w-]+)",""\]$/;

/** The trace in which `waystone/langgraph` keeps a thread. */
export function traceOfThread(thread: string): TraceId {
  return `langgraph:${JSON.stringify([thread, ""])}`;
}

/** The thread that a run of this agent is. */
export function threadOf(traceId: TraceId): string {
  const [, thread] = THREAD.exec(traceId) ?? [];
  if (thread === undefined) throw new RangeError(`${traceId} is no run of this agent.`);
  return thread;
}

/** Whether a trace is a run of this agent. */
export function isThread(traceId: TraceId): boolean {
  return THREAD.test(traceId);
}
