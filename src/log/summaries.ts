import { compareKeys, type Key, type KeyRange, type ReadTransaction } from "../core/backend.ts";
import type { TracesCursor, TracesOptions, TraceSummary } from "../core/store.ts";
import { isIntactRecord, rangeOfPrefix, type RecordHead, type TraceRecord } from "./records.ts";
import { readTrace } from "./trace-record.ts";

/** Records read at a time. */
const PAGE_SIZE = 256;

/** A summary of a trace, with the head as it is recorded. */
export interface RecordedSummary extends Omit<TraceSummary, "latest"> {
  readonly latest: RecordHead;
}

/**
 * Reads summaries of traces, the one saved to last first. A damaged record is built again from the trace's checkpoints.
 */
export async function readSummaries(
  transaction: ReadTransaction,
  { limit = Infinity, before, prefix = "" }: TracesOptions,
): Promise<RecordedSummary[]> {
  if (prefix !== "") return readWithPrefix(transaction, { limit, before, prefix });
  const summaries: RecordedSummary[] = [];
  let range: KeyRange | undefined = before && { upper: [before.savedAt, before.traceId], upperOpen: true };
  while (summaries.length < limit) {
    const asked = limit - summaries.length;
    const records = await transaction.getAll<TraceRecord>("traces", {
      index: "by_saved_at",
      reverse: true,
      ...(range !== undefined && { range }),
      ...(asked !== Infinity && { limit: asked }),
    });
    summaries.push(...(await Promise.all(records.map((record) => summaryOf(transaction, record)))).flat());
    const last = records[records.length - 1];
    if (last === undefined || records.length < asked) break;
    range = { upper: [last.savedAt, last.traceId], upperOpen: true };
  }
  return summaries;
}

/** The same of the traces whose ids begin with `prefix`: no index has these in the order of saving. */
async function readWithPrefix(
  transaction: ReadTransaction,
  { limit, before, prefix }: { limit: number; before: TracesOptions["before"]; prefix: string },
): Promise<RecordedSummary[]> {
  const found = await transaction.getAll<TraceRecord>("traces", { range: rangeOfPrefix(prefix) });
  const placeOf = ({ savedAt, traceId }: TracesCursor): Key => [savedAt, traceId];
  const older = found.filter((trace) => before === undefined || compareKeys(placeOf(trace), placeOf(before)) < 0);
  const summaries: RecordedSummary[] = [];
  for (const record of older.sort((a, b) => compareKeys(placeOf(b), placeOf(a)))) {
    if (summaries.length >= limit) break;
    summaries.push(...(await summaryOf(transaction, record)));
  }
  return summaries;
}

/** Returns the summary of a trace; none if its record is damaged, and it has no checkpoints to build it again from. */
async function summaryOf(transaction: ReadTransaction, record: TraceRecord): Promise<RecordedSummary[]> {
  // What the list is ordered by is what is recorded, damaged or not.
  const { traceId, savedAt } = record;
  const trace = isIntactRecord(record) ? record : await readTrace(transaction, traceId);
  if (trace === undefined) return [];
  const { checkpoints, bytes, latest } = trace;
  return [{ traceId, checkpoints, bytes, savedAt, latest }];
}

/** Adds up the sizes of all traces. */
export async function readTotals(
  transaction: ReadTransaction,
): Promise<{ readonly storedBytes: number; readonly wholeStateBytes: number }> {
  let storedBytes = 0;
  let wholeStateBytes = 0;
  let after: KeyRange | undefined;
  for (;;) {
    const page = await transaction.getAll<TraceRecord>("traces", {
      limit: PAGE_SIZE,
      ...(after !== undefined && { range: after }),
    });
    for (const trace of page) {
      if (!isIntactRecord(trace)) continue;
      storedBytes += trace.bytes;
      wholeStateBytes += trace.stateBytes;
    }
    const last = page[page.length - 1];
    if (last === undefined || page.length < PAGE_SIZE) return { storedBytes, wholeStateBytes };
    after = { lower: [last.traceId], lowerOpen: true };
  }
}
