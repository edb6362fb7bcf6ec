import type { KeyRange, ReadTransaction } from "../core/backend.ts";
import type { TracesOptions, TraceSummary } from "../core/store.ts";
import { isIntactRecord, type RecordHead, type TraceRecord } from "./records.ts";
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
  { limit = Infinity, before }: TracesOptions,
): Promise<RecordedSummary[]> {
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
