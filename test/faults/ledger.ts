import type { LogEntry } from "./page/log.ts";
import type { TraceReport } from "./page/verify.ts";

/** What a fault did to what was written. */
export interface Verdict {
  /** Saves that were acknowledged, and since then not pruned. */
  readonly acknowledged: number;
  /** Those of them that are gone, or changed. */
  readonly lost: string[];
  /** What is there and should not be: damage, gaps, sums that do not add up. */
  readonly torn: string[];
  /** Checkpoints that came back after an acknowledged prune. */
  readonly undone: string[];
}

/** Holds what the store gives back against what was acknowledged. */
export function judge(log: readonly LogEntry[], reports: readonly TraceReport[]): Verdict {
  const lost: string[] = [];
  const undone: string[] = [];
  let acknowledged = 0;
  for (const { trace, found } of reports) {
    const entries = log.filter((entry) => entry.trace === trace);
    const mayBeGone = Math.max(0, ...entries.map((entry) => (entry.kind === "pruning" ? entry.upTo : 0)));
    const isGone = Math.max(0, ...entries.map((entry) => (entry.kind === "pruned" ? entry.upTo : 0)));
    const digests = new Map(found.map(({ step, digest }) => [step, digest]));
    for (const entry of entries) {
      if (entry.kind !== "saved" || entry.step <= mayBeGone) continue;
      acknowledged += 1;
      if (digests.get(entry.step) !== entry.digest) lost.push(entry.id);
    }
    for (const { step } of found) if (step <= isGone) undone.push(`${trace}:${step}`);
  }
  return { acknowledged, lost, torn: reports.flatMap(({ problems }) => problems), undone };
}
