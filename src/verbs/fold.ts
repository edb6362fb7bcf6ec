import type { WriteTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import type { EncodedBlock } from "../pieces/encode.ts";
import { rangeOf, type SegmentRecord } from "../log/records.ts";
import {
  blockOf,
  deleteRows,
  isBlock,
  putSegment,
  readRows,
  rowKeys,
  segmentKeys,
  type SegmentKey,
} from "../log/stored-blocks.ts";

/**
 * The size of a segment, at most. Larger ones read no faster, and are kept longer for the little that is needed of
 * them.
 */
const MAX_SEGMENT_BYTES = 256 * 1024;
/** Larger blocks stay in rows: there is nothing to gain. */
const MAX_FOLDED_BYTES = 64 * 1024;
/** A segment is worth it from so many blocks, or so many bytes, on. */
export const MIN_FOLDED_BLOCKS = 48;
export const MIN_FOLDED_BYTES = 96 * 1024;

/** Sorts blocks, which are in the order of their numbers, into segments and those that stay in rows. */
export function planFold(blocks: readonly EncodedBlock[]): { segments: EncodedBlock[][]; rows: EncodedBlock[] } {
  const small = blocks.filter(({ bytes }) => bytes <= MAX_FOLDED_BYTES);
  const rows = blocks.filter(({ bytes }) => bytes > MAX_FOLDED_BYTES);
  const segments: EncodedBlock[][] = [];
  let open: EncodedBlock[] = [];
  let bytes = 0;
  for (const block of small) {
    if (open.length > 0 && bytes + block.bytes > MAX_SEGMENT_BYTES) {
      segments.push(open);
      open = [];
      bytes = 0;
    }
    open.push(block);
    bytes += block.bytes;
  }
  if (open.length >= MIN_FOLDED_BLOCKS || bytes >= MIN_FOLDED_BYTES) segments.push(open);
  else rows.push(...open);
  return { segments, rows };
}

/**
 * Folds the oldest rows of a trace into one segment, together with the newest segments that are smaller. To be called
 * in a transaction of its own, until there is nothing more to fold: each takes no longer than a save of 256 kB.
 *
 * @returns Whether there is more to fold.
 */
export async function foldOnce(transaction: WriteTransaction, traceId: TraceId): Promise<boolean> {
  const [rows, segments] = await Promise.all([rowKeys(transaction, traceId), segmentKeys(transaction, traceId)]);
  const chosen = chooseRows(rows);
  if (chosen === undefined) return false;
  const merged = segmentsBefore(segments, chosen);
  const [records, ...folded] = await Promise.all([
    readRows(transaction, traceId, chosen.numbers),
    ...merged.map(({ last }) => transaction.getAll<SegmentRecord>("segments", { range: rangeOf(traceId, last, last) })),
  ]);
  const blocks = [
    ...folded.flat().flatMap((segment) => (Array.isArray(segment.blocks) ? segment.blocks.filter(isBlock) : [])),
    ...records.filter(isBlock).map(blockOf),
  ];
  const expected = merged.reduce((sum, { count }) => sum + count, chosen.numbers.length);
  // If a block is missing or damaged, all stays as it is: folding must not make it worse.
  if (blocks.length !== expected) return false;
  for (const { last } of merged) transaction.delete("segments", rangeOf(traceId, last, last));
  deleteRows(transaction, traceId, chosen.numbers);
  putSegment(transaction, traceId, blocks);
  return chosen.isMore;
}

/** Chooses the oldest rows that fill a segment; none if they are not worth one. */
function chooseRows(
  rows: readonly { readonly block: number; readonly bytes: number }[],
): { numbers: number[]; bytes: number; isMore: boolean } | undefined {
  const small = rows.filter(({ bytes }) => bytes <= MAX_FOLDED_BYTES);
  const numbers: number[] = [];
  let bytes = 0;
  for (const row of small) {
    if (numbers.length > 0 && bytes + row.bytes > MAX_SEGMENT_BYTES) break;
    numbers.push(row.block);
    bytes += row.bytes;
  }
  if (numbers.length < MIN_FOLDED_BLOCKS && bytes < MIN_FOLDED_BYTES) return undefined;
  return { numbers, bytes, isMore: numbers.length < small.length };
}

/**
 * Chooses the newest segments to merge with, as long as each is no larger than all that it is merged with. So a block
 * is moved a few times at most.
 */
function segmentsBefore(
  segments: readonly SegmentKey[],
  chosen: { readonly numbers: readonly number[]; readonly bytes: number },
): SegmentKey[] {
  const merged: SegmentKey[] = [];
  let bytes = chosen.bytes;
  for (let i = segments.length - 1; i >= 0; i -= 1) {
    const segment = segments[i]!;
    if (segment.last > chosen.numbers[0]!) break;
    if (segment.bytes > bytes || segment.bytes + bytes > MAX_SEGMENT_BYTES) break;
    merged.unshift(segment);
    bytes += segment.bytes;
  }
  return merged;
}
