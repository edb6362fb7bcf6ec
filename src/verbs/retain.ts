import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { CheckpointId } from "../core/checkpoint.ts";
import type { Retention } from "../core/retention.ts";
import { newestBeyond } from "../log/checkpoints.ts";
import { rangeOf, type CheckpointRecord, type TraceRecord } from "../log/records.ts";
import type { Run } from "../log/trace-record.ts";
import { planRemoval, removeRuns, type Removal } from "./remove.ts";

/** Checkpoints read at a time. */
const PAGE_SIZE = 64;

/** A trace's record as it is after the removals so far, and what they removed. */
interface Sweep {
  trace: TraceRecord;
  readonly ids: CheckpointId[];
}

/**
 * Removes what the retention no longer keeps. Leaves the trace's record to the caller. The time it takes depends on
 * what goes, not on what stays: positions up to `sweptTo` are not looked at again.
 */
export async function applyRetention(
  transaction: WriteTransaction,
  trace: TraceRecord,
  { keepLast, maxAgeMs, maxBytes }: Retention,
): Promise<Removal & { readonly trace: TraceRecord }> {
  const sweep: Sweep = { trace, ids: [] };
  const beyondLast =
    keepLast === undefined || trace.checkpoints <= keepLast
      ? 0
      : await newestBeyond(transaction, trace.traceId, keepLast);
  const tooOld = maxAgeMs === undefined ? 0 : await newestBefore(transaction, trace, Date.now() - maxAgeMs);
  await removeUpTo(transaction, sweep, Math.max(beyondLast, tooOld));
  if (maxBytes !== undefined) await removeForBytes(transaction, sweep, maxBytes);
  return sweep;
}

/** Returns the position of the newest checkpoint that was saved before a time; 0 if there is none. */
async function newestBefore(
  transaction: ReadTransaction,
  { traceId, sweptTo, latest }: TraceRecord,
  savedAt: number,
): Promise<number> {
  let newest = 0;
  for (let from = sweptTo + 1; ;) {
    const range = rangeOf(traceId, from, latest.seq);
    const records = await transaction.getAll<CheckpointRecord>("checkpoints", {
      range,
      limit: newest === 0 ? 1 : PAGE_SIZE,
    });
    for (const record of records) {
      if (!(record.savedAt < savedAt)) return newest;
      newest = record.seq;
    }
    if (records.length === 0) return newest;
    from = newest + 1;
  }
}

/** Removes all checkpoints up to a position, except the latest and the pinned ones. */
async function removeUpTo(transaction: WriteTransaction, sweep: Sweep, position: number): Promise<void> {
  const runs = runsUpTo(sweep.trace, position);
  if (runs.length > 0) await remove(transaction, sweep, runs);
  const { latest, sweptTo } = sweep.trace;
  sweep.trace = { ...sweep.trace, sweptTo: Math.max(sweptTo, Math.min(position, latest.seq - 1)) };
}

/** Returns the positions up to one, without the latest and the pinned ones, and those that have none but pinned ones. */
function runsUpTo({ latest, pinned, sweptTo }: TraceRecord, position: number): Run[] {
  const end = Math.min(position, latest.seq - 1);
  const stops = pinned.filter((seq) => seq > sweptTo && seq <= end);
  const runs: Run[] = [];
  let from = sweptTo + 1;
  for (const stop of [...stops, end + 1]) {
    if (from < stop) runs.push({ from, to: stop - 1 });
    from = stop + 1;
  }
  return runs;
}

/** Finds out what a prune would remove, and how many bytes that would free. */
export async function previewPrune(
  transaction: ReadTransaction,
  trace: TraceRecord,
  keep: number,
): Promise<{ readonly ids: readonly CheckpointId[]; readonly bytes: number }> {
  const runs =
    keep === 0
      ? [{ from: 0, to: trace.latest.seq }]
      : runsUpTo(trace, await newestBeyond(transaction, trace.traceId, keep));
  const { records, bytes } = await planRemoval(transaction, trace, runs);
  return { ids: records.map(({ id }) => id).reverse(), bytes: records.length === 0 ? 0 : bytes };
}

/**
 * Removes the oldest checkpoints until the trace takes no more than `maxBytes`, or only the latest and pinned ones are
 * left.
 */
async function removeForBytes(transaction: WriteTransaction, sweep: Sweep, maxBytes: number): Promise<void> {
  while (sweep.trace.bytes > maxBytes) {
    const { traceId, latest, pinned, sweptTo } = sweep.trace;
    const keys = await transaction.keys("checkpoints", {
      range: rangeOf(traceId, sweptTo + 1, latest.seq),
      limit: PAGE_SIZE,
    });
    const positions = keys.map((key) => key[1] as number);
    const stop = positions.findIndex((seq) => seq === latest.seq || pinned.includes(seq));
    const run = stop < 0 ? positions : positions.slice(0, stop);
    if (run.length === 0) {
      const next = positions[0];
      if (next === undefined || next === latest.seq) return;
      sweep.trace = { ...sweep.trace, sweptTo: next };
      continue;
    }
    const to = await endOfRun(transaction, sweep.trace, { run, bytes: sweep.trace.bytes - maxBytes });
    await remove(transaction, sweep, [{ from: run[0]!, to }]);
    sweep.trace = { ...sweep.trace, sweptTo: to };
  }
}

/** Returns the first position of a run up to which `bytes` would go; the last one if all would not do. */
async function endOfRun(
  transaction: ReadTransaction,
  trace: TraceRecord,
  { run, bytes }: { readonly run: readonly number[]; readonly bytes: number },
): Promise<number> {
  const from = run[0]!;
  let low = 0;
  let high = run.length - 1;
  // Removing more never frees less. The first position is tried first, since with each save, one mostly has to go.
  for (let middle = 0; low < high; middle = (low + high) >> 1) {
    const plan = await planRemoval(transaction, trace, [{ from, to: run[middle]! }]);
    if (plan.bytes >= bytes) high = middle;
    else low = middle + 1;
  }
  return run[low]!;
}

async function remove(transaction: WriteTransaction, sweep: Sweep, runs: readonly Run[]): Promise<void> {
  const { ids, trace } = await removeRuns(transaction, sweep.trace, runs);
  // There is always a checkpoint after the runs, and so a trace.
  sweep.trace = trace!;
  sweep.ids.unshift(...ids);
}
