import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { bytesOf, type Piece } from "./piece.ts";
import type { NumberedPiece } from "./plan.ts";
import { numbersOf } from "./ranges.ts";
import { rangeOf, type Layout, type PageRecord, type Volume } from "./records.ts";

/**
 * Small pages are folded into a volume once so much has gathered. Chromium puts records of more than 64 kB into files
 * of their own, from which two megabytes come back in a third of the time that small records take.
 */
const FOLD_BYTES = 128 * 1024;
/** A volume takes in its predecessors as long as they are no larger than itself, up to this size. */
const MAX_VOLUME_BYTES = 2 * 1024 * 1024;

/** More pieces than a state can have that fits into memory. */
const MAX_REFERENCES = 1_000_000;

/** Numbers without a piece, in a row, that a page may have places for. */
const MAX_GAP = 1024;

/** Stores new pieces behind those of `tail`, and answers layout and tail from then on. */
export async function appendPieces(
  transaction: WriteTransaction,
  traceId: TraceId,
  {
    layout,
    tail,
    pieces,
    nextPiece,
  }: { layout: Layout; tail: readonly NumberedPiece[]; pieces: readonly NumberedPiece[]; nextPiece: number },
): Promise<{ layout: Layout; tail: readonly NumberedPiece[] }> {
  if (pieces.length === 0) return { layout, tail };
  const tailBytes = pieces.reduce((sum, piece) => sum + piece.bytes, layout.tailBytes);
  if (tailBytes < FOLD_BYTES) {
    transaction.put("pieces", pageOf(traceId, pieces));
    return { layout: { ...layout, tailBytes }, tail: tail.concat(pieces) };
  }
  const volumes = [...layout.volumes];
  const unused = new Set<number>();
  let bytes = tailBytes;
  let from = layout.tailFirst;
  for (let last = volumes[volumes.length - 1]; last !== undefined; last = volumes[volumes.length - 1]) {
    if (last.bytes > bytes || last.bytes + bytes > MAX_VOLUME_BYTES) break;
    bytes += last.bytes;
    from = last.first;
    for (const piece of last.unused) unused.add(piece);
    volumes.pop();
  }
  const taken =
    from === layout.tailFirst ? [] : await readRun(transaction, traceId, { from, to: layout.tailFirst - 1 });
  const isOne = ({ number }: NumberedPiece): boolean =>
    Number.isInteger(number) && number >= from && number < nextPiece;
  // A damaged page may say that its pieces have numbers which no piece has.
  const folded = [...taken.filter(({ number }) => !unused.has(number)), ...tail, ...pieces].filter(isOne);
  transaction.delete("pieces", rangeOf(traceId, from));
  volumes.push(...putVolumes(transaction, traceId, folded));
  return { layout: { volumes, tailFirst: nextPiece, tailBytes: 0 }, tail: [] };
}

/** Stores pieces, in the order of their numbers, in as many volumes as they take. */
export function putVolumes(
  transaction: WriteTransaction,
  traceId: TraceId,
  pieces: readonly NumberedPiece[],
): Volume[] {
  return Array.from(split(pieces, MAX_VOLUME_BYTES), (group) => {
    transaction.put("pieces", pageOf(traceId, group));
    const bytes = group.reduce((sum, piece) => sum + piece.bytes, 0);
    return { first: group[0]!.number, bytes, unused: [], unusedBytes: 0 };
  });
}

/** Reads the pieces that are not in a volume yet. */
export function readTail(
  transaction: ReadTransaction,
  traceId: TraceId,
  { tailFirst }: Layout,
): Promise<NumberedPiece[]> {
  return readRun(transaction, traceId, { from: tailFirst, to: Infinity });
}

async function readRun(
  transaction: ReadTransaction,
  traceId: TraceId,
  { from, to }: { from: number; to: number },
): Promise<NumberedPiece[]> {
  const pages = await transaction.getAll<PageRecord>("pieces", { range: rangeOf(traceId, from, to) });
  const pieces: NumberedPiece[] = [];
  for (const page of pages) {
    piecesIn(page).forEach((piece, i) => {
      if (piece !== null) pieces.push({ number: page.first + i, piece, bytes: bytesOf(piece) });
    });
  }
  return pieces;
}

/** The pieces of a page; those that do not even look like one any more count as gone. */
export function piecesIn({ pieces }: PageRecord): readonly (Piece | null)[] {
  if (!Array.isArray(pieces)) return [];
  return pieces.every((piece) => piece === null || isPiece(piece))
    ? pieces
    : pieces.map((piece: unknown) => (isPiece(piece) ? piece : null));
}

function isPiece(piece: unknown): piece is Piece {
  return Array.isArray(piece) && (piece[2] === undefined || Array.isArray(piece[2]));
}

function* split(pieces: readonly NumberedPiece[], maxBytes: number): Generator<NumberedPiece[]> {
  let group: NumberedPiece[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    const last = group[group.length - 1];
    // A page has a place for every number from its first on, also for those that no piece has any more.
    const isFar = last !== undefined && piece.number - last.number > MAX_GAP;
    if (isFar || (last !== undefined && bytes + piece.bytes > maxBytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(piece);
    bytes += piece.bytes;
  }
  if (group.length > 0) yield group;
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

/** Where the pages of a trace start, in order: volumes are few, and so are small pages. */
export async function findPages(transaction: ReadTransaction, traceId: TraceId): Promise<number[]> {
  const keys = await transaction.keys("pieces", { range: rangeOf(traceId) });
  return keys.map((key) => key[1] as number);
}

/** The pieces that `root` needs, those that they need, and so on. One that is missing is left out. */
export async function readPieces(
  transaction: ReadTransaction,
  { traceId, root, pages }: { traceId: TraceId; root: Piece; pages: readonly number[] },
): Promise<Map<number, Piece>> {
  const read = new Map<number, Piece>();
  const needed = new Map<number, Piece>();
  let missing = referencesOf(root);
  while (missing.length > 0) {
    for (const page of await readPages(transaction, { traceId, pages, numbers: missing })) {
      const pieces = piecesIn(page);
      for (let i = 0; i < pieces.length; i += 1) {
        const piece = pieces[i];
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
  const references: unknown = Array.isArray(piece) ? piece[2] : undefined;
  if (!Array.isArray(references)) return numbers;
  for (const ranges of references) {
    if (!Array.isArray(ranges)) continue;
    for (const number of numbersOf(ranges as number[])) {
      // A few bytes can name more pieces than there is memory for. Reading on will find them missing.
      if (numbers.length === MAX_REFERENCES) return numbers;
      numbers.push(number);
    }
  }
  return numbers;
}

/** The pages that hold the given pieces. */
export async function readPages(
  transaction: ReadTransaction,
  { traceId, pages, numbers }: { traceId: TraceId; pages: readonly number[]; numbers: readonly number[] },
): Promise<PageRecord[]> {
  const sorted = [...numbers].sort((a, b) => a - b);
  const runs: { from: number; to: number }[] = [];
  let at = 0;
  for (let i = 0; i < pages.length; i += 1) {
    const first = pages[i]!;
    const end = pages[i + 1] ?? Infinity;
    while (at < sorted.length && sorted[at]! < first) at += 1;
    if (at === sorted.length) break;
    if (sorted[at]! >= end) continue;
    const last = runs[runs.length - 1];
    // One request for pages side by side; more of them would cost more than a page read in vain.
    if (last !== undefined && last.to >= (pages[i - 2] ?? -1)) last.to = first;
    else runs.push({ from: first, to: first });
  }
  const found = await Promise.all(
    runs.map(({ from, to }) => transaction.getAll<PageRecord>("pieces", { range: rangeOf(traceId, from, to) })),
  );
  return found.flat();
}
