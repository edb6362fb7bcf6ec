import { isSameMetadata, metadataOf } from "../log/heads.ts";
import type { TraceRecord } from "../log/records.ts";
import { damaged } from "../pieces/reading/decode.ts";
import { sumOf } from "../pieces/encode.ts";
import { naming, type Stored } from "../verbs/load.ts";
import { readCheckpoints } from "../verbs/read-trace.ts";
import type { ArchivedStore } from "./archived-store.ts";
import type { ArchivedCheckpoint } from "./archived-trace.ts";
import type { NeededBlocks } from "./needed-blocks.ts";
import { broughtBlocks, storeSide } from "./side.ts";

const HEAD_FIELDS = ["id", "seq", "timestamp", "createdAt", "parentId", "nextNode", "graphHash"] as const;

/** Compares the checkpoints of a stored trace with those of an archive, one after the other. */
export class Comparison {
  readonly #store: ArchivedStore;
  readonly #stored: AsyncGenerator<Stored, void, undefined>;
  /** What the stored checkpoints need, as far as they were compared. */
  readonly #needed: NeededBlocks;

  constructor(store: ArchivedStore, { trace, needed }: { readonly trace: TraceRecord; readonly needed: NeededBlocks }) {
    this.#store = store;
    this.#needed = needed;
    this.#stored = readCheckpoints((work) => store.read(work), trace);
  }

  /** The next stored checkpoint, with the blocks that it brings. @throws `corrupted` if it is damaged. */
  async next(): Promise<Stored | undefined> {
    const { done, value } = await this.#stored.next();
    return done === true ? undefined : value;
  }

  /**
   * Whether a stored checkpoint is the very one of the archive, and lies in the same blocks, so that what comes after it
   * there can follow here.
   *
   * @throws `corrupted` if it is damaged; `codec-mismatch`.
   */
  async isSame({ record, blocks }: Stored, archived: ArchivedCheckpoint): Promise<boolean> {
    const { head } = archived;
    if (HEAD_FIELDS.some((field) => record[field] !== head[field])) return false;
    if (record.nextBlock !== archived.nextBlock || record.nextNumber !== archived.nextNumber) return false;
    if (!isSameJson(record.needs, archived.needs) || blocks.length !== archived.blocks.length) return false;
    const { codecs } = this.#store;
    return naming(record, async () => {
      if (!isSameMetadata(await metadataOf(record, codecs), head.metadata)) return false;
      const side = storeSide(codecs.of(record), codecs.store);
      const { codec, placeOfBlock } = side;
      this.#needed.advance(record, broughtBlocks(blocks, side));
      const root: unknown = await codec.decode(record.root, side.placeOfRoot(record, this.#needed));
      if (!isSameContent(root, archived.root)) return false;
      for (const [i, block] of blocks.entries()) {
        if (block.sum !== sumOf(block)) throw damaged(`block ${block.block} is not what was written`);
        const other = archived.blocks[i]!;
        if (block.block !== other.block || !isSameJson(block.binary, other.binary)) return false;
        if (!isSameContent(await codec.decode(block.payload, placeOfBlock(block)), other.value)) return false;
      }
      return true;
    });
  }
}

/** Whether two codecs made the same of what one of them was given. */
function isSameContent(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) {
    return one.length === other.length && one.every((byte, i) => byte === other[i]);
  }
  return !(one instanceof Uint8Array) && !(other instanceof Uint8Array) && isSameJson(one, other);
}

function isSameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
