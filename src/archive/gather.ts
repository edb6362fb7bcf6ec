import type { ReadTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { findPages, piecesIn, readPages } from "../engine/pages.ts";
import { isIntact, type Piece } from "../engine/piece.ts";
import type { RangeSet } from "./range-set.ts";

/** How many pages are kept from one transaction to the next. */
const MAX_PAGES = 3;

/** Keeps the pages of a trace that were read last. They never go stale, since pieces never change. */
export class PageCache {
  readonly #traceId: TraceId;
  #pages: { readonly first: number; readonly pieces: readonly (Piece | null)[] }[] = [];

  constructor(traceId: TraceId) {
    this.#traceId = traceId;
  }

  get(number: number): Piece | undefined {
    for (const { first, pieces } of this.#pages) {
      const piece = number < first ? undefined : pieces[number - first];
      if (piece !== undefined && piece !== null) return piece;
    }
    return undefined;
  }

  async read(transaction: ReadTransaction, numbers: readonly number[]): Promise<void> {
    const unread = numbers.filter((number) => this.get(number) === undefined);
    if (unread.length === 0) return;
    const pages = await findPages(transaction, this.#traceId);
    const read = await readPages(transaction, { traceId: this.#traceId, pages, numbers: unread });
    // In front, since the next piece is most likely there.
    this.#pages.unshift(...read.map((page) => ({ first: page.first, pieces: piecesIn(page) })));
  }

  trim(): void {
    this.#pages = this.#pages.slice(0, MAX_PAGES);
  }
}

/** Pieces with their numbers. A piece comes after all pieces that it refers to. */
export type Gathered = readonly (readonly [number: number, piece: Piece])[];

/**
 * Returns the pieces that `root` needs and that are not in `known`, and adds them to `known`. Thus for every piece in
 * `known`, all that it refers to is there as well, and need not be looked at again.
 *
 * @throws Error for a piece that is missing or damaged.
 */
export async function gatherPieces(
  transaction: ReadTransaction,
  { root, cache, known }: { root: Piece; cache: PageCache; known: RangeSet },
): Promise<Gathered> {
  const found = new Map<number, Piece>();
  let wanted = [...unknownTo(known, root)];
  while (wanted.length > 0) {
    await cache.read(transaction, wanted);
    const next = new Set<number>();
    for (const number of wanted) {
      const piece = cache.get(number);
      if (piece === undefined) throw new Error(`piece ${number} is missing`);
      if (!isIntact(piece, number)) throw new Error("a stored piece is not what was written");
      found.set(number, piece);
      for (const child of unknownTo(known, piece)) if (!found.has(child)) next.add(child);
    }
    wanted = [...next].filter((number) => !found.has(number));
  }
  return childrenFirst(root, found, known);
}

function childrenFirst(root: Piece, found: ReadonlyMap<number, Piece>, known: RangeSet): Gathered {
  const ordered: [number, Piece][] = [];
  const entered = new Set<number>();
  const open: { number: number; piece: Piece; children: Iterator<number> }[] = [
    { number: -1, piece: root, children: unknownTo(known, root) },
  ];
  for (let top = open[open.length - 1]; top !== undefined; top = open[open.length - 1]) {
    const { value: child, done } = top.children.next();
    if (done === true) {
      open.pop();
      if (top.number >= 0) ordered.push([top.number, top.piece]);
    } else if (!entered.has(child)) {
      entered.add(child);
      const piece = found.get(child)!;
      open.push({ number: child, piece, children: unknownTo(known, piece) });
    }
  }
  for (const [number] of ordered) known.add(number);
  return ordered;
}

function* unknownTo(known: RangeSet, [, , references]: Piece): Generator<number, undefined> {
  for (const ranges of references ?? []) {
    for (let i = 0; i < ranges.length; i += 2) yield* known.missing(ranges[i]!, ranges[i + 1]!);
  }
  return undefined;
}
