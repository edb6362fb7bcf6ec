import type { Key, KeyRange, ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { withTightBytes } from "../core/tight-bytes.ts";
import type { EncodedBlock } from "../pieces/encode.ts";
import { countWithin, has, type Runs } from "../pieces/runs.ts";
import { rangeOf, type PieceRecord, type SegmentRecord } from "./records.ts";

/**
 * Blocks as they are stored: each in a record of its own, a row of `pieces`, or many in a segment. Only this file knows
 * which; to all others, a block is a number.
 */

/** Rows with no more than this many numbers between them are read in one request. */
const MAX_GAP = 16;
/** A segment of which less than this part is needed is written again, without what is not. */
const MIN_NEEDED_PART = 3 / 4;

/** Numbers of blocks from the first to the second, both included. */
type Span = readonly [from: number, to: number];

/** What the key of a row tells. */
interface RowKey {
  readonly block: number;
  readonly bytes: number;
}

/** What the key of a segment tells. */
export interface SegmentKey {
  readonly last: number;
  readonly first: number;
  readonly count: number;
  readonly bytes: number;
}

/** Stores blocks, each in a record of its own. */
export function putBlocks(transaction: WriteTransaction, traceId: TraceId, blocks: readonly EncodedBlock[]): void {
  for (const block of blocks) {
    // One by one, when each is stored: a copy of all of them would take as much memory as the state.
    transaction.put("pieces", withTightBytes({ traceId, ...block } satisfies PieceRecord));
  }
}

/** Stores blocks, which are in the order of their numbers, in one record. */
export function putSegment(
  transaction: WriteTransaction,
  traceId: TraceId,
  blocks: readonly EncodedBlock[],
): SegmentKey {
  const first = blocks[0]!.block;
  const last = blocks[blocks.length - 1]!.block;
  const key = { last, first, count: blocks.length, bytes: totalBytes(blocks) };
  transaction.put("segments", withTightBytes({ traceId, ...key, blocks } satisfies SegmentRecord));
  return key;
}

/** Returns the keys of a trace's segments, oldest first. Reads no payload. */
export async function segmentKeys(transaction: ReadTransaction, traceId: TraceId): Promise<SegmentKey[]> {
  return (await transaction.keys("segments", { range: rangeOf(traceId) })).map(segmentKeyOf);
}

/** Returns the keys of a trace's rows with numbers from `from` to `to`, both included. Reads no payload. */
export async function rowKeys(
  transaction: ReadTransaction,
  traceId: TraceId,
  { from = -Infinity, to = Infinity }: { readonly from?: number; readonly to?: number } = {},
): Promise<RowKey[]> {
  const keys = await transaction.keys("pieces", { range: rangeOf(traceId, from, to) });
  return keys.map(([, block, bytes]) => ({ block: block as number, bytes: bytes as number }));
}

/**
 * Reads the blocks that a checkpoint needs, in the order of their numbers. What is missing or is no block is left out;
 * decoding finds that.
 */
export async function readBlocks(
  transaction: ReadTransaction,
  traceId: TraceId,
  { needs, segments }: { readonly needs: Runs; readonly segments: readonly SegmentKey[] },
): Promise<EncodedBlock[]> {
  if (needs.length === 0) return [];
  const rows = spansOf(needs).map(([from, to]) =>
    transaction.getAll<PieceRecord>("pieces", { range: rangeOf(traceId, from, to) }),
  );
  const folded = neighbours(segments, ({ first, last }) => countWithin(needs, first, last) > 0).map(([from, to]) =>
    transaction.getAll<SegmentRecord>("segments", { range: rangeOf(traceId, from.last, to.last) }),
  );
  const [found, segmentsFound] = await Promise.all([Promise.all(rows), Promise.all(folded)]);
  const blocks: EncodedBlock[] = [];
  for (const segment of segmentsFound.flat()) {
    if (!Array.isArray(segment.blocks)) continue;
    for (const block of segment.blocks) if (isBlock(block) && has(needs, block.block)) blocks.push(block);
  }
  for (const row of found.flat()) if (isBlock(row) && has(needs, row.block)) blocks.push(blockOf(row));
  return blocks.sort((a, b) => a.block - b.block);
}

/** Which records go, and what stays of them. */
export interface FreePlan {
  /** By how many bytes the trace shrinks. */
  readonly bytes: number;
  /** Numbers of the rows that go, ascending. */
  readonly rows: readonly number[];
  /** Segments that go, or are written again. */
  readonly segments: readonly SegmentKey[];
  /** The blocks of each segment that is written again. */
  readonly kept: readonly EncodedBlock[][];
}

/** Blocks with numbers from `from` to `to`, both included, of which only those in `needs` are needed. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly needs: Runs;
}

/**
 * Works out what can be deleted in gaps, which are given in their order. All blocks outside of them stay. A segment that
 * is partly needed stays as long as most of it is.
 */
export async function planFree(
  transaction: ReadTransaction,
  traceId: TraceId,
  gaps: readonly Gap[],
): Promise<FreePlan> {
  if (gaps.length === 0) return { bytes: 0, rows: [], segments: [], kept: [] };
  const [rows, keys] = await Promise.all([
    Promise.all(gaps.map((gap) => rowKeys(transaction, traceId, gap))),
    segmentKeys(transaction, traceId),
  ]);
  const unneeded = rows.flatMap((found, i) => found.filter(({ block }) => !has(gaps[i]!.needs, block)));
  const segments: SegmentKey[] = [];
  const kept: EncodedBlock[][] = [];
  let bytes = totalBytes(unneeded);
  for (const segment of keys) {
    const { last, count } = segment;
    const needed = neededOf(segment, gaps);
    if (needed >= count * MIN_NEEDED_PART && needed > 0) continue;
    segments.push(segment);
    bytes += segment.bytes;
    if (needed === 0) continue;
    const [record] = await transaction.getAll<SegmentRecord>("segments", { range: rangeOf(traceId, last, last) });
    const blocks = Array.isArray(record?.blocks) ? record.blocks.filter(isBlock) : [];
    const left = blocks.filter(
      ({ block }) => !gaps.some(({ from, to, needs }) => block >= from && block <= to && !has(needs, block)),
    );
    if (left.length === 0) continue;
    kept.push(left);
    bytes -= totalBytes(left);
  }
  return { bytes, rows: unneeded.map(({ block }) => block), segments, kept };
}

/** Returns how many blocks of a segment may be needed: outside of the gaps, that is all of them. */
function neededOf({ first, last }: SegmentKey, gaps: readonly Gap[]): number {
  let needed = last - first + 1;
  for (const gap of gaps) {
    const from = Math.max(first, gap.from);
    const to = Math.min(last, gap.to);
    if (from <= to) needed -= to - from + 1 - countWithin(gap.needs, from, to);
  }
  return needed;
}

/** Carries out what {@link planFree} has worked out, in the same transaction. */
export function free(transaction: WriteTransaction, traceId: TraceId, { rows, segments, kept }: FreePlan): void {
  for (const range of rangesOver(traceId, rows)) transaction.delete("pieces", range);
  for (const { last } of segments) transaction.delete("segments", rangeOf(traceId, last, last));
  for (const blocks of kept) putSegment(transaction, traceId, blocks);
}

/**
 * Deletes all blocks from a number on, so that it and those after it can be given out anew. Returns how many bytes went.
 */
export async function cutBlocks(transaction: WriteTransaction, traceId: TraceId, from: number): Promise<number> {
  const [rows, segments] = await Promise.all([
    rowKeys(transaction, traceId, { from }),
    transaction.getAll<SegmentRecord>("segments", { range: rangeOf(traceId, from) }),
  ]);
  transaction.delete("pieces", rangeOf(traceId, from));
  transaction.delete("segments", rangeOf(traceId, from));
  const kept = segments.map(({ blocks }) => blocks.filter((block) => isBlock(block) && block.block < from));
  for (const blocks of kept) if (blocks.length > 0) putSegment(transaction, traceId, blocks);
  return totalBytes(rows) + totalBytes(segments) - totalBytes(kept.flat());
}

/** Reads the rows with these numbers, ascending. */
export async function readRows(
  transaction: ReadTransaction,
  traceId: TraceId,
  blocks: readonly number[],
): Promise<PieceRecord[]> {
  const ranges = rangesOver(traceId, blocks);
  return (await Promise.all(ranges.map((range) => transaction.getAll<PieceRecord>("pieces", { range })))).flat();
}

/** Deletes the rows with these numbers, ascending. */
export function deleteRows(transaction: WriteTransaction, traceId: TraceId, blocks: readonly number[]): void {
  for (const range of rangesOver(traceId, blocks)) transaction.delete("pieces", range);
}

function rangesOver(traceId: TraceId, numbers: readonly number[]): KeyRange[] {
  const spans = joined(
    numbers.map((number) => [number, number]),
    1,
  );
  return spans.map(([from, to]) => rangeOf(traceId, from, to));
}

/** Adds up bytes. */
export function totalBytes(sized: readonly { readonly bytes: number }[]): number {
  return sized.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Returns whether a record looks like a block. What it holds is checked when it is decoded. */
export function isBlock(record: unknown): record is EncodedBlock {
  const { block, bytes, binary } = (record ?? {}) as Partial<EncodedBlock>;
  return Number.isSafeInteger(block) && typeof bytes === "number" && (binary === undefined || Array.isArray(binary));
}

/** Returns the block in a row, without the fields of its key. */
export function blockOf({ block, payload, binary, bytes, sum }: EncodedBlock): EncodedBlock {
  return { block, payload, ...(binary !== undefined && { binary }), bytes, sum };
}

function segmentKeyOf([, last, first, count, bytes]: Key): SegmentKey {
  return { last: last as number, first: first as number, count: count as number, bytes: bytes as number };
}

/** Returns spans that cover the runs; small gaps are covered, too. */
function spansOf(needs: Runs): Span[] {
  const spans: Span[] = [];
  for (let i = 0; i < needs.length; i += 2) spans.push([needs[i]!, needs[i]! + needs[i + 1]! - 1]);
  return joined(spans, MAX_GAP);
}

/** Joins spans, which are in their order, where one begins at most `maxGap` after the end of the one before. */
function joined(spans: readonly Span[], maxGap: number): Span[] {
  const wider: [from: number, to: number][] = [];
  for (const [from, to] of spans) {
    const last = wider[wider.length - 1];
    if (last !== undefined && from - last[1] <= maxGap) last[1] = to;
    else wider.push([from, to]);
  }
  return wider;
}

/** Returns the first and the last of each run of neighbours that are wanted. */
function neighbours<T>(list: readonly T[], isWanted: (one: T) => boolean): [T, T][] {
  const runs: [T, T][] = [];
  let isOpen = false;
  for (const one of list) {
    if (!isWanted(one)) isOpen = false;
    else if (isOpen) runs[runs.length - 1]![1] = one;
    else {
      runs.push([one, one]);
      isOpen = true;
    }
  }
  return runs;
}
