import type { RunStatus } from "../runs.ts";

/** How each status is said and coloured. */
export const STATUS: Readonly<
  Record<RunStatus, { readonly short: string; readonly long: string; readonly tone: string }>
> = {
  running: { short: "running", long: "Running", tone: "var(--accent)" },
  elsewhere: { short: "running in another tab", long: "Running in another tab; this one is next", tone: "var(--info)" },
  paused: { short: "paused", long: "Paused", tone: "var(--muted)" },
  asking: { short: "asks you", long: "Waits for your answer", tone: "var(--node-ask)" },
  complete: { short: "complete", long: "Complete", tone: "var(--good)" },
  failed: { short: "stopped", long: "Stopped", tone: "var(--bad)" },
};
