import type { CheckpointId, TraceId } from "waystone";

/** What the page shows, as its address says it: `#new`, `#run/<run>`, or `#run/<run>/<checkpoint>`. */
export interface Address {
  /** Whether it shows the form for a new run. */
  readonly isNew?: boolean;
  readonly traceId?: TraceId;
  /** Absent: the newest, and those to come. */
  readonly checkpointId?: CheckpointId;
}

/** Reads the part of an address behind the `#`. What it can't read is no run. */
export function readAddress(hash: string): Address {
  if (hash === "#new") return { isNew: true };
  const [kind, ...names] = hash.slice(1).split("/");
  if (kind !== "run" || names.length === 0 || names.length > 2) return {};
  try {
    const [traceId, checkpointId] = names.map(decodeURIComponent);
    return { ...(traceId && { traceId }), ...(checkpointId && { checkpointId }) };
  } catch {
    return {};
  }
}

/** Writes an address, its `#` included. */
export function writeAddress({ isNew, traceId, checkpointId }: Address): string {
  if (isNew) return "#new";
  return `#${["run", traceId, checkpointId]
    .filter((part) => part !== undefined)
    .map(encodeURIComponent)
    .join("/")}`;
}
