import type { WriteTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { findPages, piecesIn, readPages } from "./pages.ts";
import { bytesOf } from "./piece.ts";
import { rangeOf, type Layout, type PageRecord, type StoredSize, type Volume } from "./records.ts";

/** A volume is written again without its unused pieces once they are this part of it. */
const MAX_UNUSED_PART = 1 / 4;

/** What removing pieces came to. */
export interface Freed {
  readonly pieces: readonly StoredSize[];
  readonly bytes: number;
  readonly layout: Layout;
}

/** A trace, as far as its pieces are concerned. */
interface Owner {
  readonly traceId: TraceId;
  readonly layout: Layout;
  readonly nextPiece: number;
}

/**
 * Removes pieces, and answers how many bytes that freed and what the layout is from then on.
 *
 * From the tail, and from volumes that nothing else is in use of, they go at once. In other volumes they are marked as
 * unused: to write two megabytes again for each few kilobytes would cost more than it saves.
 */
export async function freePieces(
  transaction: WriteTransaction,
  { traceId, layout }: Owner,
  pieces: readonly StoredSize[],
): Promise<Freed> {
  const volumes: Volume[] = [];
  const crowded: Volume[] = [];
  for (const [i, volume] of layout.volumes.entries()) {
    const end = layout.volumes[i + 1]?.first ?? layout.tailFirst;
    const gone = pieces.filter(([piece]) => piece >= volume.first && piece < end);
    const goneBytes = total(gone);
    const marked: Volume = {
      first: volume.first,
      bytes: volume.bytes - goneBytes,
      unused: gone.length === 0 ? volume.unused : [...volume.unused, ...gone.map(([piece]) => piece)],
      unusedBytes: volume.unusedBytes + goneBytes,
    };
    if (marked.bytes <= 0) {
      transaction.delete("pieces", rangeOf(traceId, volume.first, volume.first));
      continue;
    }
    const isCrowded = goneBytes > 0 && marked.unusedBytes > volume.bytes * MAX_UNUSED_PART;
    if (isCrowded) crowded.push(marked);
    volumes.push(isCrowded ? { ...marked, unused: [], unusedBytes: 0 } : marked);
  }
  const tail = pieces.filter(([piece]) => piece >= layout.tailFirst);
  const leaving = [...tail.map(([piece]) => piece), ...crowded.flatMap(({ unused }) => unused)];
  await erase(transaction, traceId, leaving);
  return { pieces, bytes: total(pieces), layout: { ...layout, volumes, tailBytes: layout.tailBytes - total(tail) } };
}

/** Removes all pieces from a number on. */
export async function freeFrom(transaction: WriteTransaction, owner: Owner, from: number): Promise<Freed> {
  const pieces: StoredSize[] = [];
  const unused = new Set(owner.layout.volumes.flatMap((volume) => volume.unused));
  const starts = await findPages(transaction, owner.traceId);
  const start = Math.max(0, ...starts.filter((first) => first <= from));
  for (const page of await transaction.getAll<PageRecord>("pieces", { range: rangeOf(owner.traceId, start) })) {
    piecesIn(page).forEach((piece, i) => {
      const number = page.first + i;
      if (piece !== null && number >= from && !unused.has(number)) pieces.push([number, bytesOf(piece)]);
    });
  }
  return freePieces(transaction, owner, pieces);
}

async function erase(transaction: WriteTransaction, traceId: TraceId, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return;
  const leaving = new Set(numbers);
  const pages = await findPages(transaction, traceId);
  for (const page of await readPages(transaction, { traceId, pages, numbers })) {
    const pieces = piecesIn(page).map((piece, i) => (leaving.has(page.first + i) ? null : piece));
    if (pieces.every((piece) => piece === null)) {
      transaction.delete("pieces", rangeOf(traceId, page.first, page.first));
    } else {
      transaction.put("pieces", { ...page, pieces });
    }
  }
}

function total(pieces: readonly StoredSize[]): number {
  return pieces.reduce((sum, [, bytes]) => sum + bytes, 0);
}
