import type { Codec } from "../core/codec.ts";
import { isCheckpointStoreError } from "../core/errors.ts";
import type { Engine } from "../engine/engine.ts";
import { privateMetadata, sealHead } from "../engine/heads.ts";
import { bytesOf, type Piece } from "../engine/piece.ts";
import { readTrace, type Lineages, type StoredSize, type TraceRecord } from "../engine/records.ts";
import { newToken, removeRun, storeRemoval } from "../engine/removal.ts";
import { Comparison } from "./compare.ts";
import type { CheckpointEntry, TraceEntry } from "./entries.ts";
import { damagedLine } from "./line-reader.ts";
import { archiveSide, recode, storeSide, type Position } from "./recode.ts";
import { TracePieces, type ArchivedPiece } from "./trace-pieces.ts";
import { BatchConflict, writeBatch, type ReadyCheckpoint } from "./write-batch.ts";

/** Checkpoints are gathered to this size, then stored in one transaction. */
const MAX_BATCH_BYTES = 1024 * 1024;

/** Imports one trace of an archive. What the store has of it already is compared; what comes after is stored. */
export class TraceImport {
  readonly #engine: Engine;
  readonly #codec: Codec;
  readonly #entry: TraceEntry;
  readonly #pieces: TracePieces;
  readonly #comparison: Comparison;
  /** The trace's record as this import last wrote or found it. */
  #trace: TraceRecord | undefined;
  /** How many checkpoints of the store are still to be compared. */
  #uncompared = 0;
  #target: { readonly codec: Codec; readonly lineages: Lineages } | undefined;
  #checked: { readonly fresh: readonly ArchivedPiece[]; readonly dropped: readonly StoredSize[] } | undefined;
  #batch: ReadyCheckpoint[] = [];
  #batchBytes = 0;
  #firstWritten: number | undefined;
  /** How many checkpoints were stored. */
  stored = 0;
  /** How many checkpoints the store had already. */
  present = 0;

  constructor(engine: Engine, entry: TraceEntry, codec: Codec) {
    this.#engine = engine;
    this.#entry = entry;
    this.#codec = codec;
    this.#pieces = new TracePieces(entry);
    this.#comparison = new Comparison(engine, entry.traceId);
  }

  async begin(): Promise<void> {
    const { traceId } = this.#entry;
    this.#trace = await this.#engine.read((transaction) => readTrace(transaction, traceId));
    this.#uncompared = this.#trace?.checkpoints ?? 0;
    if (this.#trace === undefined) this.#target = { codec: this.#engine.codecs.current, lineages: [[0, newToken()]] };
  }

  /** Takes a piece of the next checkpoint. @throws Error that says what is wrong. */
  takePiece(piece: ArchivedPiece): void {
    this.#pieces.take(piece);
  }

  /** Checks a checkpoint. Call it before {@link TraceImport.takeCheckpoint}. @throws Error that says what is wrong. */
  check(entry: CheckpointEntry): void {
    this.#checked = this.#pieces.check(entry);
  }

  /**
   * Takes a checkpoint. Returns whether anything was stored.
   *
   * @throws {@link BatchConflict}, `corrupted`, what storing throws.
   */
  async takeCheckpoint(entry: CheckpointEntry, line: number): Promise<boolean> {
    const { fresh, dropped } = this.#checked!;
    if (this.#uncompared > 0) {
      const stored = await this.#comparison.next(entry, { pieces: fresh, codec: this.#codec });
      if (stored === undefined) throw this.#conflict(`has another checkpoint where the archive has ${entry.head.id}`);
      this.#uncompared -= 1;
      this.present += 1;
      this.#pieces.settle(
        entry,
        fresh.map(({ number }, i): StoredSize => [number, bytesOf(stored[i]!)]),
      );
      return false;
    }
    const isFull = this.#batchBytes > MAX_BATCH_BYTES;
    // Only now, when another one follows: the end of the trace is stored with the last batch.
    if (isFull) await this.#write(false);
    await this.#prepare(entry, { fresh, dropped, line });
    return isFull;
  }

  async finish(line: number): Promise<void> {
    const reason = this.#pieces.unfit();
    if (reason !== undefined) throw damagedLine(line, reason);
    if (this.#uncompared > 0) throw this.#conflict("has checkpoints that the archive has not");
    if (this.#batch.length > 0) await this.#write(true);
  }

  /** Removes what this import has stored of the trace, unless somebody has changed the trace since. */
  async undo(): Promise<void> {
    const { traceId } = this.#entry;
    const from = this.#firstWritten;
    if (from === undefined) return;
    await this.#engine.writer(traceId).enqueue(async () => {
      const found = await this.#engine.backend.write(async (transaction) => {
        const before = await readTrace(transaction, traceId);
        if (before === undefined || before.token !== this.#trace?.token) return undefined;
        const removal = await removeRun(transaction, before, { from, to: before.latest.seq });
        return { before, removal: storeRemoval(transaction, removal) };
      });
      this.#engine.forget(traceId);
      if (found !== undefined) this.#engine.noteRemoval("deleted", found);
    });
    this.stored = 0;
  }

  async #prepare(
    entry: CheckpointEntry,
    { fresh, dropped, line }: { fresh: readonly ArchivedPiece[]; dropped: readonly StoredSize[]; line: number },
  ): Promise<void> {
    const { stateBytes, nextPiece } = entry;
    const { codec, lineages } = (this.#target ??= this.#standing(entry));
    const { store } = this.#engine.codecs;
    const about = { traceId: this.#entry.traceId, checkpointId: entry.head.id };
    const { metadata } = entry.head;
    const head = metadata === undefined ? entry.head : { ...entry.head, metadata: privateMetadata(metadata, about) };
    const recorded = await sealHead(head, { codec, store });
    const from = archiveSide(this.#codec, head);
    const to = storeSide({ codec, store }, { ...recorded, lineages });
    const recoded = async (piece: Piece, position: Position, line: number): Promise<Piece> => {
      try {
        return await recode(piece, { from, to, position, about });
      } catch (error) {
        throw isCheckpointStoreError(error) ? error : damagedLine(line, "can't be decoded", error);
      }
    };
    const [root, ...pieces] = await Promise.all([
      recoded(entry.root, "root", line),
      ...fresh.map(({ number, piece, line }) => recoded(piece, number, line)),
    ]);
    const numbered = pieces.map((piece, i) => ({ number: fresh[i]!.number, piece, bytes: bytesOf(piece) }));
    this.#pieces.settle(
      entry,
      numbered.map(({ number, bytes }): StoredSize => [number, bytes]),
    );
    this.#batch.push({
      head,
      recorded,
      root: root!,
      pieces: numbered.sort((a, b) => a.number - b.number),
      dropped,
      nextPiece,
      stateBytes,
    });
    this.#batchBytes += numbered.reduce((sum, { bytes }) => sum + bytes, bytesOf(root!));
  }

  /** How to go on with the trace that is there: as its latest checkpoint was stored, whose pieces are shared. */
  #standing(entry: CheckpointEntry): { codec: Codec; lineages: Lineages } {
    const { codecs } = this.#engine;
    const { lineages, seq, timestamp, latest, nextPiece } = this.#trace!;
    const isBehind = entry.nextPiece < nextPiece || this.#checked!.fresh.some(({ number }) => number < nextPiece);
    if (isBehind || entry.head.seq <= seq || entry.head.timestamp <= timestamp) {
      throw this.#conflict(
        `has had checkpoints since ${latest.id} that are gone, and went on without those of the archive`,
      );
    }
    return { codec: codecs.named(this.#comparison.codec!, latest), lineages };
  }

  async #write(isLast: boolean): Promise<void> {
    const { traceId } = this.#entry;
    const { codec, lineages } = this.#target!;
    const checkpoints = this.#batch;
    const batch = {
      traceId,
      checkpoints,
      codec: codec.name,
      lineages,
      token: this.#trace?.token,
      end: isLast ? this.#entry : undefined,
    };
    await this.#engine.writer(traceId).enqueue(async () => {
      this.#engine.requireOpen();
      const written = await this.#engine.backend.write((transaction) =>
        writeBatch(transaction, batch, this.#engine.clock),
      );
      this.#engine.forget(traceId);
      const versionBefore = this.#trace?.version ?? 0;
      this.#trace = written.trace;
      written.heads.forEach((head, i) =>
        this.#engine.changes.report({ kind: "saved", traceId, version: versionBefore + i + 1, head }),
      );
    });
    this.#firstWritten ??= checkpoints[0]!.head.seq;
    this.stored += checkpoints.length;
    this.#batch = [];
    this.#batchBytes = 0;
  }

  #conflict(what: string): BatchConflict {
    const { traceId } = this.#entry;
    return new BatchConflict(`trace ${traceId} ${what}`, { traceId, isOvertaken: false });
  }
}
