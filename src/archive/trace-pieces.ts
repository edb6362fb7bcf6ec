import type { Piece } from "../engine/piece.ts";
import { numbersOf, type Ranges } from "../engine/ranges.ts";
import type { StoredSize } from "../engine/records.ts";
import type { CheckpointEntry, TraceEntry } from "./entries.ts";
import { RangeSet } from "./range-set.ts";

/** So many numbers may go to nothing that is left, between one checkpoint and the next: far more than in a trace that was saved. */
const MAX_SKIPPED = 2 ** 22;

/** A piece, and the line that it stands in. */
export interface ArchivedPiece {
  readonly number: number;
  readonly piece: Piece;
  readonly line: number;
}

/** Keeps track of which pieces of a trace are in use, and holds an archive to it: what is stored must hang together. */
export class TracePieces {
  readonly #entry: TraceEntry;
  readonly #live = new RangeSet();
  /** What the pieces in use take in the store. */
  readonly #sizes = new Map<number, number>();
  #fresh: ArchivedPiece[] = [];
  #seq = 0;
  #timestamp = -Infinity;
  /** The next piece after the last checkpoint. */
  #settledUpTo = 0;

  constructor(entry: TraceEntry) {
    this.#entry = entry;
  }

  /** @throws Error that says what is wrong. */
  take(archived: ArchivedPiece): void {
    const { number, piece } = archived;
    if (number < this.#settledUpTo || this.#live.has(number)) throw new Error(`has piece ${number} once more`);
    if (number - this.#settledUpTo > MAX_SKIPPED) throw new Error(`leaves out too many pieces before ${number}`);
    this.#requireLive(piece[2] ?? []);
    this.#live.add(number);
    this.#fresh.push(archived);
  }

  /** The pieces that came with a checkpoint, and those that it does without. @throws Error that says what is wrong. */
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

  /** Takes note of what the new pieces of a checkpoint take. */
  settle({ head, nextPiece }: CheckpointEntry, sizes: readonly StoredSize[]): void {
    for (const [number, bytes] of sizes) this.#sizes.set(number, bytes);
    this.#fresh = [];
    this.#seq = head.seq;
    this.#timestamp = head.timestamp;
    this.#settledUpTo = nextPiece;
  }

  /** What is wrong with the end of the trace, if anything is. */
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
