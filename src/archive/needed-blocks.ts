import type { EncodedBlock } from "../pieces/encode.ts";
import { countOf, numbersIn, runsFrom, runsWithout, type Runs } from "../pieces/runs.ts";

/** What is to be known of a block. */
export interface BroughtBlock extends Pick<EncodedBlock, "block" | "sum"> {
  /** What names its very content, where the codec makes that. */
  readonly fingerprint: Uint8Array | undefined;
}

/**
 * Follows which blocks the checkpoints of a trace need, one checkpoint after the other, oldest first.
 *
 * A block is needed from the checkpoint that brings it on, without a gap, until one does not need it any more: so each
 * checkpoint costs what it brings and what it lets go, however much it needs.
 */
export class NeededBlocks {
  readonly #blocks = new Map<number, BroughtBlock>();
  #needs: Runs = [];
  #nextBlock = 0;
  /** The sum of the checksums of what the last checkpoint needs. */
  sums = 0;

  /** The fingerprints of what it needs, in the order of the numbers, where the codec makes them. */
  get fingerprints(): Uint8Array[] {
    return [...this.#blocks.values()].flatMap(({ fingerprint }) => fingerprint ?? []);
  }

  /**
   * Goes on to the next checkpoint, which brings the blocks that none before it needs, in the order of their numbers.
   *
   * @throws Error that says what is wrong.
   */
  advance(
    { needs, nextBlock }: { readonly needs: Runs; readonly nextBlock: number },
    brought: readonly BroughtBlock[],
  ): void {
    const fresh = runsFrom(needs, this.#nextBlock);
    // Counted first: a few bytes can name more numbers than could ever be gone through.
    if (countOf(fresh) !== brought.length) throw new Error("needs other blocks than there are");
    let i = 0;
    for (const number of numbersIn(fresh)) {
      if (brought[i]!.block !== number) throw new Error(`needs block ${number}, which is missing`);
      i += 1;
    }
    const kept = runsWithout(needs, fresh);
    const dropped = runsWithout(this.#needs, kept);
    if (countOf(dropped) + countOf(kept) !== countOf(this.#needs)) {
      throw new Error("needs blocks that the one before it did not need");
    }
    if (nextBlock < this.#nextBlock || runsFrom(needs, nextBlock).length > 0)
      throw new Error("numbers its blocks wrongly");
    for (const number of numbersIn(dropped)) {
      this.sums -= this.#blocks.get(number)!.sum;
      this.#blocks.delete(number);
    }
    for (const { block, sum, fingerprint } of brought) {
      this.sums += sum;
      this.#blocks.set(block, { block, sum, fingerprint });
    }
    this.#needs = needs;
    this.#nextBlock = nextBlock;
  }
}
