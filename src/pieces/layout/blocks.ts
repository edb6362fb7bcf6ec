import type { Chunk } from "./chunk.ts";

/** A stored block, as far as the latest state needs it. */
export interface Block {
  readonly number: number;
  /** What it takes, in bytes. */
  readonly bytes: number;
  /** Its checksum. */
  readonly sum: number;
  /** What names its very content, where the codec has that. */
  readonly fingerprint: Uint8Array | undefined;
  /** The chunks in it that the latest state needs. */
  readonly live: Set<Chunk>;
  /** About how many bytes of the block those take. */
  liveBytes: number;
}

/** A block that was stored. */
type AddedBlock = Pick<Block, "number" | "bytes" | "sum"> & Partial<Pick<Block, "fingerprint">>;

/** When blocks are written again. */
export interface BlockLimits {
  /** Garbage of fewer bytes than this is left where it is. Default is 64 kB. */
  readonly minGarbageBytes?: number;
  /** How many runs of block numbers a checkpoint's record may have. Default is 512. */
  readonly maxRuns?: number;
}

/** A larger block is not written again for the sake of fewer runs. */
const MAX_MOVED_BYTES = 64 * 1024;

/**
 * The blocks that the latest state of a trace needs, and how much of each. Garbage is what it does not need of them.
 */
export class LiveBlocks {
  readonly #minGarbageBytes: number;
  readonly #maxRuns: number;
  readonly #blocks = new Map<number, Block>();
  #bytes = 0;
  #liveBytes = 0;
  #sums = 0;
  readonly #unused: Block[] = [];

  constructor({ minGarbageBytes = 64 * 1024, maxRuns = 512 }: BlockLimits = {}) {
    this.#minGarbageBytes = minGarbageBytes;
    this.#maxRuns = maxRuns;
  }

  /**
   * The sum of the checksums of all needed blocks. A checkpoint's record has it, so that a block in place of another is
   * found out.
   */
  get sums(): number {
    return this.#sums;
  }

  /** The fingerprints of all blocks that are needed, in the order of their numbers, where the codec has them. */
  get fingerprints(): Uint8Array[] {
    return [...this.#blocks.values()].flatMap(({ fingerprint }) => fingerprint ?? []);
  }

  /** Adds a block that was stored; numbers grow from one to the next. */
  add({ number, bytes, sum, fingerprint }: AddedBlock): void {
    const block: Block = { number, bytes, sum, fingerprint, live: new Set(), liveBytes: 0 };
    this.#blocks.set(number, block);
    this.#unused.push(block);
    this.#bytes += bytes;
    this.#sums += sum;
  }

  /** Counts a chunk as needed. */
  use(chunk: Chunk): void {
    const block = this.#blocks.get(chunk.block)!;
    block.live.add(chunk);
    block.liveBytes += chunk.bytes;
    this.#liveBytes += chunk.bytes;
  }

  /** Counts a chunk as not needed any more; its block too, if it was the last one in it. */
  release(chunk: Chunk): void {
    const block = this.#blocks.get(chunk.block);
    if (block === undefined || !block.live.delete(chunk)) return;
    block.liveBytes -= chunk.bytes;
    this.#liveBytes -= chunk.bytes;
    if (block.live.size === 0) this.#drop(block);
  }

  /** Forgets added blocks of which no chunk came into use. */
  dropUnused(): void {
    for (const block of this.#unused) if (block.live.size === 0 && this.#blocks.has(block.number)) this.#drop(block);
    this.#unused.length = 0;
  }

  /** The numbers of the blocks that are needed, as ascending runs. */
  needs(): number[] {
    const runs: number[] = [];
    let end = -1;
    // Blocks are added in the order of their numbers.
    for (const number of this.#blocks.keys()) {
      if (number === end) runs[runs.length - 1]! += 1;
      else runs.push(number, 1);
      end = number + 1;
    }
    return runs;
  }

  /**
   * Returns the blocks whose needed chunks had better be stored anew, so that the blocks can go:
   *
   * - If there is more garbage than the state itself weighs (and {@link BlockLimits.minGarbageBytes}), those that are
   *   garbage by more than half. So a state keeps at most about twice its size on disk, and what is stored anew is less
   *   than what was written since the last time.
   * - If the numbers make too many runs, the small ones.
   */
  outworn(): Block[] {
    const garbage = this.#bytes - this.#liveBytes;
    const isWasteful = garbage > this.#liveBytes + this.#minGarbageBytes;
    if (!isWasteful && this.#blocks.size <= this.#maxRuns) return [];
    const blocks = [...this.#blocks.values()];
    if (isWasteful) return blocks.filter(({ bytes, liveBytes }) => liveBytes * 2 < bytes);
    if (this.needs().length / 2 <= this.#maxRuns) return [];
    return blocks.filter(({ bytes }) => bytes <= MAX_MOVED_BYTES);
  }

  #drop({ number, bytes, sum }: Block): void {
    this.#blocks.delete(number);
    this.#bytes -= bytes;
    this.#sums -= sum;
  }
}
