import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { bytesOf, type Piece } from "./piece.ts";
import type { NumberedPiece } from "./plan.ts";
import { numbersOf } from "./ranges.ts";
import { rangeOf, type PageRecord } from "./records.ts";

/** Small pages are folded into one once so much has gathered: few large records read ten times as fast as many small. */
const FOLD_BYTES = 24 * 1024;
/** Below what Chromium would put into a file of its own. */
const MAX_PAGE_BYTES = 56 * 1024;

/** The part of a trace's pieces that is not folded yet. */
export interface Tail {
  readonly first: number;
  readonly bytes: number;
  readonly pieces: readonly NumberedPiece[];
}

/** Stores new pieces after `tail` and answers the tail from then on. */
export function appendPieces(
  transaction: WriteTransaction,
  traceId: TraceId,
  { tail, pieces, nextPiece }: { tail: Tail; pieces: readonly NumberedPiece[]; nextPiece: number },
): Tail {
  if (pieces.length === 0) return tail;
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, tail.bytes);
  const all = tail.pieces.concat(pieces);
  if (bytes < FOLD_BYTES) {
    transaction.put("pieces", pageOf(traceId, pieces));
    return { first: tail.first, bytes, pieces: all };
  }
  if (tail.pieces.length > 0) transaction.delete("pieces", rangeOf(traceId, tail.first));
  let page: NumberedPiece[] = [];
  let pageBytes = 0;
  for (const piece of all) {
    if (page.length > 0 && pageBytes + piece.bytes > MAX_PAGE_BYTES) {
      transaction.put("pieces", pageOf(traceId, page));
      page = [];
      pageBytes = 0;
    }
    page.push(piece);
    pageBytes += piece.bytes;
  }
  transaction.put("pieces", pageOf(traceId, page));
  return { first: nextPiece, bytes: 0, pieces: [] };
}

/** Reads back what is not folded yet. */
export async function readTail(
  transaction: ReadTransaction,
  traceId: TraceId,
  { tailFirst, tailBytes }: { tailFirst: number; tailBytes: number },
): Promise<Tail> {
  const pages = await transaction.getAll<PageRecord>("pieces", { range: rangeOf(traceId, tailFirst) });
  const pieces: NumberedPiece[] = [];
  for (const page of pages) {
    page.pieces.forEach((piece, i) => {
      if (piece !== null) pieces.push({ number: page.first + i, piece, bytes: bytesOf(piece) });
    });
  }
  return { first: tailFirst, bytes: tailBytes, pieces };
}

function pageOf(traceId: TraceId, pieces: readonly NumberedPiece[]): PageRecord {
  const first = pieces[0]!.number;
  const page: (Piece | null)[] = [];
  for (const { number, piece } of pieces) {
    while (page.length < number - first) page.push(null);
    page.push(piece);
  }
  return { traceId, first, pieces: page };
}

/** The pieces that `root` needs, those that they need, and so on. One that is missing is left out. */
export async function readPieces(
  transaction: ReadTransaction,
  traceId: TraceId,
  root: Piece,
): Promise<Map<number, Piece>> {
  const read = new Map<number, Piece>();
  const needed = new Map<number, Piece>();
  let missing = referencesOf(root);
  while (missing.length > 0) {
    for (const page of await readPages(transaction, traceId, missing)) {
      for (let i = 0; i < page.pieces.length; i += 1) {
        const piece = page.pieces[i];
        if (piece !== null && piece !== undefined) read.set(page.first + i, piece);
      }
    }
    const open = missing;
    missing = [];
    const unread = new Set<number>();
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      if (needed.has(number)) continue;
      const piece = read.get(number);
      if (piece === undefined) continue;
      needed.set(number, piece);
      for (const reference of referencesOf(piece)) {
        if (needed.has(reference)) continue;
        if (read.has(reference)) open.push(reference);
        else unread.add(reference);
      }
    }
    missing = [...unread];
  }
  return needed;
}

function referencesOf(piece: Piece): number[] {
  const numbers: number[] = [];
  const references = Array.isArray(piece) ? piece[2] : undefined;
  if (Array.isArray(references)) for (const ranges of references) numbers.push(...numbersOf(ranges));
  return numbers;
}

/** The pages that hold the given pieces. */
async function readPages(
  transaction: ReadTransaction,
  traceId: TraceId,
  numbers: readonly number[],
): Promise<PageRecord[]> {
  const sorted = [...numbers].sort((a, b) => a - b);
  const firsts = await pageStarts(transaction, traceId, { from: sorted[0]!, to: sorted[sorted.length - 1]! });
  const runs: { from: number; to: number }[] = [];
  let at = 0;
  for (let i = 0; i < firsts.length; i += 1) {
    const first = firsts[i]!;
    const end = firsts[i + 1] ?? Infinity;
    while (at < sorted.length && sorted[at]! < first) at += 1;
    if (at === sorted.length) break;
    if (sorted[at]! >= end) continue;
    const last = runs[runs.length - 1];
    // One request for pages side by side; more of them would cost more than a page read in vain.
    if (last !== undefined && last.to >= (firsts[i - 2] ?? -1)) last.to = first;
    else runs.push({ from: first, to: first });
  }
  const pages = await Promise.all(
    runs.map(({ from, to }) => transaction.getAll<PageRecord>("pieces", { range: rangeOf(traceId, from, to) })),
  );
  return pages.flat();
}

/** The first numbers of the pages that hold the pieces `from` to `to`. */
async function pageStarts(
  transaction: ReadTransaction,
  traceId: TraceId,
  { from, to }: { from: number; to: number },
): Promise<number[]> {
  const [before, within] = await Promise.all([
    transaction.keys("pieces", { range: rangeOf(traceId, -Infinity, from), reverse: true, limit: 1 }),
    transaction.keys("pieces", { range: { ...rangeOf(traceId, from, to), lowerOpen: true } }),
  ]);
  return [...before, ...within].map((key) => key[1] as number);
}

/** Removes pieces for good, and answers how many bytes that freed. Numbers without a piece count nothing. */
export async function freePieces(
  transaction: WriteTransaction,
  traceId: TraceId,
  numbers: readonly number[],
): Promise<number> {
  if (numbers.length === 0) return 0;
  const gone = new Set(numbers);
  let bytes = 0;
  for (const page of await readPages(transaction, traceId, numbers)) {
    let isEmpty = true;
    let isChanged = false;
    const pieces = page.pieces.map((piece, i) => {
      if (piece === null) return null;
      if (!gone.has(page.first + i)) {
        isEmpty = false;
        return piece;
      }
      bytes += bytesOf(piece);
      isChanged = true;
      return null;
    });
    if (!isChanged) continue;
    if (isEmpty) transaction.delete("pieces", rangeOf(traceId, page.first, page.first));
    else transaction.put("pieces", { ...page, pieces });
  }
  return bytes;
}
