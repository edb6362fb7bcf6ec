import type { ReadTransaction } from "../core/backend.ts";
import { readNotes } from "../log/notes.ts";
import { isIntactRecord, rangeOf, type CheckpointRecord, type TraceRecord } from "../log/records.ts";
import { readBlocks, segmentKeys } from "../log/stored-blocks.ts";
import { damaged } from "../pieces/reading/decode.ts";
import { has, isAscending, runsFrom } from "../pieces/runs.ts";
import { naming, type FindOptions, type Stored } from "./load.ts";

/** One transaction reads no more than this, unless a single checkpoint takes more. */
const MAX_RECORDS = 32;
const MAX_PAGE_BYTES = 256 * 1024;

type Read = <T>(work: (transaction: ReadTransaction) => Promise<T>) => Promise<T>;

/** What of a trace to read. */
interface ReadOptions extends FindOptions {
  /** The position after which to begin. Default is 0. */
  readonly after?: number;
}

/**
 * Reads the checkpoints that a trace had when its record was read, oldest first, each with the blocks that none read
 * before it needs, and with its notes if they are asked for. It reads page by page: no transaction is open while the
 * caller has a checkpoint. What is removed meanwhile is left out.
 *
 * @throws `corrupted` for a checkpoint whose record is damaged.
 */
export async function* readCheckpoints(
  read: Read,
  trace: TraceRecord,
  { notes = false, after: start = 0 }: ReadOptions = {},
): AsyncGenerator<Stored, void, undefined> {
  const { traceId } = trace;
  let after = start;
  let nextBlock = 0;
  for (;;) {
    const page = await read((transaction) => readPage(transaction, trace, { after, nextBlock, notes }));
    for (const stored of page) {
      const { record } = stored;
      // The trace was deleted and made anew meanwhile: what comes has nothing to do with what was read so far.
      if (record.savedAt > trace.savedAt || record.traceId !== traceId) return;
      yield stored;
      after = record.seq;
      nextBlock = record.nextBlock;
    }
    if (page.length === 0) return;
  }
}

async function readPage(
  transaction: ReadTransaction,
  { traceId, seq, noteBytes }: TraceRecord,
  { after, nextBlock, notes }: { readonly after: number; readonly nextBlock: number; readonly notes: boolean },
): Promise<Stored[]> {
  if (after >= seq) return [];
  const [found, segments] = await Promise.all([
    transaction.getAll<CheckpointRecord>("checkpoints", {
      range: rangeOf(traceId, after + 1, seq),
      limit: MAX_RECORDS,
    }),
    segmentKeys(transaction, traceId),
  ]);
  const fresh: { readonly record: CheckpointRecord; readonly needs: readonly number[] }[] = [];
  let bytes = 0;
  let next = nextBlock;
  for (const record of found) {
    if (bytes > MAX_PAGE_BYTES) break;
    if (!isIntactRecord(record) || !isAscending(record.needs)) {
      // The page ends before it: those that were found are worth having.
      if (fresh.length > 0) break;
      await naming(record, () => Promise.reject(damaged("its record is not what was written")));
    }
    fresh.push({ record, needs: runsFrom(record.needs, next) });
    next = record.nextBlock;
    bytes += record.bytes;
  }
  const blocks = await readBlocks(transaction, traceId, { needs: fresh.flatMap(({ needs }) => needs), segments });
  return Promise.all(
    fresh.map(async ({ record, needs }) => ({
      record,
      blocks: blocks.filter(({ block }) => has(needs, block)),
      ...(notes && noteBytes !== undefined && { notes: await readNotes(transaction, traceId, record.seq) }),
    })),
  );
}
