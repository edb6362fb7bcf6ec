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
  { limit, before }: TracesOptions,
): Promise<RecordedSummary[]> {
  if (limit === 0) return [];
  let range: KeyRange | undefined;
  if (before !== undefined) {
    const last = await transaction.get<TraceRecord>("traces", [before]);
    if (last === undefined) return [];
    range = { upper: [last.savedAt, before], upperOpen: true };
  }
  const records = await transaction.getAll<TraceRecord>("traces", {
    index: "by_saved_at",
    reverse: true,
    ...(range !== undefined && { range }),
    ...(limit !== undefined && { limit }),
  });
  const traces = await Promise.all(
    records.map((record) => (isIntactRecord(record) ? record : readTrace(transaction, record.traceId))),
  );
  return traces
    .filter((trace) => trace !== undefined)
    .map(({ traceId, checkpoints, bytes, latest }) => ({ traceId, checkpoints, bytes, latest }));
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
