import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import type { Retention } from "../core/retention.ts";
import { piecesOf, planRemoval, removeRun, type Removal } from "./removal.ts";
import { rangeOf, type CheckpointRecord, type DropRecord, type StoredSize, type TraceRecord } from "./records.ts";

/** Checkpoints looked at together, to find how many must go for their bytes. */
const PAGE_SIZE = 64;

/** A trace as it becomes with each removal. */
interface Sweep {
  trace: TraceRecord;
  readonly ids: string[];
  readonly freed: StoredSize[];
}

/**
 * Removes what the retention no longer keeps, all but the trace's own record, which is for the caller to store. Costs
 * what goes, not what stays: pinned checkpoints that it has passed once are not looked at again.
 */
export async function applyRetention(
  transaction: WriteTransaction,
  trace: TraceRecord,
  { keepLast, maxAgeMs, maxBytes }: Retention,
): Promise<Removal & { readonly trace: TraceRecord }> {
  const sweep: Sweep = { trace, ids: [], freed: [] };
  const [beyondLast, tooOld] = await Promise.all([
    keepLast === undefined || trace.checkpoints <= keepLast ? 0 : newestBeyond(transaction, trace.traceId, keepLast),
    maxAgeMs === undefined ? 0 : newestBefore(transaction, trace, Date.now() - maxAgeMs),
  ]);
  await removeUpTo(transaction, sweep, Math.max(beyondLast, tooOld));
  if (maxBytes !== undefined) await removeForBytes(transaction, sweep, maxBytes);
  return { ids: sweep.ids, trace: sweep.trace, freed: sweep.freed };
}

/** The position of the newest checkpoint that is not among the `count` newest; 0 where there is none. */
export async function newestBeyond(transaction: ReadTransaction, traceId: TraceId, count: number): Promise<number> {
  const [key] = await transaction.keys("checkpoints", {
    range: rangeOf(traceId),
    reverse: true,
    offset: count,
    limit: 1,
  });
  return (key?.[1] as number | undefined) ?? 0;
}

async function newestBefore(
  transaction: ReadTransaction,
  { traceId }: TraceRecord,
  timestamp: number,
): Promise<number> {
  const [key] = await transaction.keys("checkpoints", {
    index: "by_trace_timestamp",
    range: { lower: [traceId], upper: [traceId, timestamp], upperOpen: true },
    reverse: true,
    limit: 1,
  });
  return (key?.[1] as number | undefined) ?? 0;
}

/** Removes all up to a position but those that stay in any case. */
async function removeUpTo(transaction: WriteTransaction, sweep: Sweep, position: number): Promise<void> {
  const { latest, pinned, sweptTo } = sweep.trace;
  const end = Math.min(position, latest.seq - 1);
  if (end <= sweptTo) return;
  const stops = pinned.filter((seq) => seq > sweptTo && seq <= end);
  let from = sweptTo + 1;
  for (const stop of [...stops, end + 1]) {
    if (from < stop) await remove(transaction, sweep, { from, to: stop - 1 });
    from = stop + 1;
  }
  sweep.trace = { ...sweep.trace, sweptTo: end };
}

async function removeForBytes(transaction: WriteTransaction, sweep: Sweep, maxBytes: number): Promise<void> {
  while (sweep.trace.bytes > maxBytes) {
    const { traceId, latest, pinned, sweptTo } = sweep.trace;
    const records = await transaction.getAll<CheckpointRecord>("checkpoints", {
      range: rangeOf(traceId, sweptTo + 1, latest.seq),
      limit: PAGE_SIZE + 1,
    });
    // One more than is looked at: what the last of a run leaves behind is told by the one after it.
    const stop = records.findIndex(({ seq }, i) => i === PAGE_SIZE || seq === latest.seq || pinned.includes(seq));
    const next = records[stop];
    if (next === undefined) return;
    if (stop === 0) {
      if (next.seq === latest.seq) return;
      sweep.trace = { ...sweep.trace, sweptTo: next.seq };
      continue;
    }
    const run = records.slice(0, stop);
    const to = await endOfRun(transaction, { run, next, bytes: sweep.trace.bytes - maxBytes });
    await remove(transaction, sweep, { from: run[0]!.seq, to });
    sweep.trace = { ...sweep.trace, sweptTo: to };
  }
}

/** The first position in a run up to which so many bytes would go; the run's last where there are fewer. */
async function endOfRun(
  transaction: ReadTransaction,
  { run, next, bytes }: { run: readonly CheckpointRecord[]; next: CheckpointRecord; bytes: number },
): Promise<number> {
  const { traceId, seq: from } = run[0]!;
  const [[before], drops] = await Promise.all([
    transaction.getAll<CheckpointRecord>("checkpoints", {
      range: rangeOf(traceId, -Infinity, from - 1),
      reverse: true,
      limit: 1,
    }),
    transaction.getAll<DropRecord>("drops", { range: rangeOf(traceId, from, next.seq) }),
  ]);
  const youngFrom = before?.nextPiece ?? 0;
  const droppedAt = new Map(drops.map(({ seq, dropped }) => [seq, dropped]));
  const freedAt = (seq: number): number =>
    (droppedAt.get(seq) ?? []).reduce((sum, [piece, size]) => (piece >= youngFrom ? sum + size : sum), 0);
  let freed = freedAt(from);
  for (const [i, { seq, recordBytes }] of run.entries()) {
    freed += recordBytes + freedAt((run[i + 1] ?? next).seq);
    if (freed >= bytes) return seq;
  }
  return run[run.length - 1]!.seq;
}

async function remove(transaction: WriteTransaction, sweep: Sweep, run: { from: number; to: number }): Promise<void> {
  const { ids, trace, freed } = await removeRun(transaction, sweep.trace, run);
  // There is always a checkpoint after the run, and so a trace.
  sweep.trace = trace!;
  sweep.ids.unshift(...ids);
  sweep.freed.push(...freed);
}

/** What a prune would remove, and how many bytes that would free. */
export async function previewPrune(
  transaction: ReadTransaction,
  trace: TraceRecord,
  keep: number,
): Promise<{ readonly ids: readonly string[]; readonly bytes: number }> {
  const { traceId } = trace;
  const to = keep === 0 ? trace.latest.seq : await newestBeyond(transaction, traceId, keep);
  const plan = await planRemoval(transaction, trace, { from: 0, to });
  if (plan.ids.length === 0) return { ids: [], bytes: 0 };
  if (plan.after === undefined) return { ids: plan.ids, bytes: trace.bytes };
  return { ids: plan.ids, bytes: piecesOf(plan).reduce((sum, [, size]) => sum + size, plan.recordBytes[0]) };
}
