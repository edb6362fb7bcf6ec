import type { TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { capture } from "../engine/capture.ts";
import type { Engine } from "../engine/engine.ts";
import { isSameState } from "../engine/equal.ts";
import { isSameMetadata, metadataOf } from "../engine/heads.ts";
import { isIntact, type Piece } from "../engine/piece.ts";
import { isIntactRecord, rangeOf, type CheckpointRecord } from "../engine/records.ts";
import type { CheckpointEntry } from "./entries.ts";
import { PageCache } from "./gather.ts";
import {
  archiveSide,
  contentOf,
  damagedCheckpoint,
  isSameCode,
  storeSide,
  type Position,
  type Side,
} from "./recode.ts";

const HEAD_FIELDS = ["id", "seq", "timestamp", "createdAt", "parentId", "nextNode", "graphHash"] as const;

/** Compares the checkpoints of a stored trace with those of an archive, one after the other. */
export class Comparison {
  readonly #engine: Engine;
  readonly #traceId: TraceId;
  readonly #cache: PageCache;
  #after = 0;
  /** The name of the codec that wrote the stored checkpoint compared last. */
  codec: string | undefined;

  constructor(engine: Engine, traceId: TraceId) {
    this.#engine = engine;
    this.#traceId = traceId;
    this.#cache = new PageCache(traceId);
  }

  /**
   * Compares the next stored checkpoint with one of the archive. Returns its stored pieces if they are equal and have
   * the same pieces, otherwise `undefined`.
   *
   * @throws `corrupted` if the stored one is damaged; `codec-mismatch`.
   */
  async next(
    { head, nextPiece, root }: CheckpointEntry,
    { pieces, codec }: { pieces: readonly { readonly number: number; readonly piece: Piece }[]; codec: Codec },
  ): Promise<readonly Piece[] | undefined> {
    const numbers = pieces.map(({ number }) => number);
    const record = await this.#engine.read(async (transaction) => {
      const range = rangeOf(this.#traceId, this.#after + 1);
      const [found] = await transaction.getAll<CheckpointRecord>("checkpoints", { range, limit: 1 });
      if (found !== undefined) await this.#cache.read(transaction, numbers);
      return found;
    });
    if (record === undefined) return undefined;
    this.#after = record.seq;
    this.codec = record.codec;
    const stored = numbers.map((number) => this.#cache.get(number));
    this.#cache.trim();
    if (HEAD_FIELDS.some((field) => record[field] !== head[field]) || record.nextPiece !== nextPiece) return undefined;
    if (!isIntactRecord(record)) throw damagedCheckpoint(record, new Error("its record is not what was written"));
    const { codecs } = this.#engine;
    if (!isSameMetadata(await metadataOf(record, codecs), head.metadata)) return undefined;
    const here = storeSide({ codec: codecs.of(record), store: codecs.store }, record);
    const there = archiveSide(codec, head);
    const isSame = async (mine: Piece, theirs: Piece, position: Position): Promise<boolean> => {
      if (JSON.stringify(mine[2]) !== JSON.stringify(theirs[2])) return false;
      if (isSameCode(here.codec, there.codec) && mine[0] === theirs[0]) return true;
      if (!isIntact(mine, position === "root" ? undefined : position))
        throw damagedCheckpoint(record, new Error("a stored piece is not what was written"));
      const [a, b] = await Promise.all([treeOf(mine, here, position), treeOf(theirs, there, position)]);
      return isSameState(a, b, { atomsByValue: true });
    };
    if (!(await isSame(record.root, root, "root"))) return undefined;
    for (const [i, { number, piece }] of pieces.entries()) {
      const mine = stored[i];
      if (mine === undefined || !(await isSame(mine, piece, number))) return undefined;
    }
    return stored as readonly Piece[];
  }
}

async function treeOf(piece: Piece, side: Side, position: Position) {
  return capture(await contentOf(piece, side, position), { holding: side.codec }).root;
}
