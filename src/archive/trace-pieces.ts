import type { Piece } from "../engine/piece.ts";
import { numbersOf, type Ranges } from "../engine/ranges.ts";
import type { StoredSize } from "../engine/records.ts";
import type { CheckpointEntry, TraceEntry } from "./entries.ts";
import { RangeSet } from "./range-set.ts";

/** How many piece numbers may be unused between two checkpoints. A trace that was saved has far fewer. */
const MAX_SKIPPED = 2 ** 22;

/** A piece with its number, and the line that it was read from. */
export interface ArchivedPiece {
  readonly number: number;
  readonly piece: Piece;
  readonly line: number;
}

/** Keeps track of which pieces of a trace are in use, and checks that an archive refers to no others. */
export class TracePieces {
  readonly #entry: TraceEntry;
  readonly #live = new RangeSet();
  /** How many bytes each piece in use takes in the store. */
  readonly #sizes = new Map<number, number>();
  #fresh: ArchivedPiece[] = [];
  #seq = 0;
  #timestamp = -Infinity;
  /** The number of the next piece after the last checkpoint. */
  #settledUpTo = 0;

  constructor(entry: TraceEntry) {
    this.#entry = entry;
  }

  /** Takes a piece. @throws Error that says what is wrong. */
  take(archived: ArchivedPiece): void {
    const { number, piece } = archived;
    if (number < this.#settledUpTo || this.#live.has(number)) throw new Error(`has piece ${number} once more`);
    if (number - this.#settledUpTo > MAX_SKIPPED) throw new Error(`leaves out too many pieces before ${number}`);
    this.#requireLive(piece[2] ?? []);
    this.#live.add(number);
    this.#fresh.push(archived);
  }

  /** Returns the pieces that came with a checkpoint, and those that it drops. @throws Error that says what is wrong. */
  check({ head, nextPiece, dropped, root }: CheckpointEntry): {
    fresh: readonly ArchivedPiece[];
    dropped: readonly StoredSize[];
  } {
    const { seq, timestamp } = head;
    if (seq <= this.#seq || !(timestamp > this.#timestamp))
      throw new Error("has a checkpoint that is not younger than the one before");
    if (seq > this.#entry.seq || timestamp > this.#entry.timestamp || nextPiece > this.#entry.nextPiece) {
      throw new Error("has a checkpoint that is younger than its trace");
    }
    const isNumberedOn = nextPiece >= this.#settledUpTo && this.#fresh.every(({ number }) => number < nextPiece);
    if (!isNumberedOn || nextPiece - this.#settledUpTo > MAX_SKIPPED)
      throw new Error("has pieces that are numbered wrongly");
    const gone = this.#drop(dropped);
    this.#requireLive(root[2] ?? []);
    return { fresh: this.#fresh, dropped: gone };
  }

  /** Notes how many bytes the new pieces of a checkpoint take. */
  settle({ head, nextPiece }: CheckpointEntry, sizes: readonly StoredSize[]): void {
    for (const [number, bytes] of sizes) this.#sizes.set(number, bytes);
    this.#fresh = [];
    this.#seq = head.seq;
    this.#timestamp = head.timestamp;
    this.#settledUpTo = nextPiece;
  }

  /** Returns what is wrong at the end of the trace, or `undefined`. */
  unfit(): string | undefined {
    if (this.#fresh.length > 0) return "begins a trace with pieces of no checkpoint";
    if (this.#entry.nextPiece - this.#settledUpTo > MAX_SKIPPED) return "leaves out too many pieces";
    return undefined;
  }

  #drop(dropped: Ranges): StoredSize[] {
    let count = 0;
    for (let i = 1; i < dropped.length; i += 2) count += dropped[i]!;
    if (count > this.#sizes.size) throw new Error("drops more pieces than there are");
    const gone: StoredSize[] = [];
    for (const number of numbersOf(dropped)) {
      const bytes = this.#sizes.get(number);
      if (bytes === undefined) throw new Error(`drops piece ${number}, which is not in use`);
      gone.push([number, bytes]);
      this.#sizes.delete(number);
      this.#live.remove(number);
    }
    return gone;
  }

  #requireLive(references: readonly Ranges[]): void {
    for (const ranges of references) {
      for (let i = 0; i < ranges.length; i += 2) {
        if (!this.#live.covers(ranges[i]!, ranges[i + 1]!))
          throw new Error(`refers to piece ${ranges[i]!} or others that are not in use`);
      }
    }
  }
}
