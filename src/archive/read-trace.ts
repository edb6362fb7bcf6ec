import type { TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { Engine } from "../engine/engine.ts";
import { numbersOf, toRanges } from "../engine/ranges.ts";
import {
  currentLineage,
  isIntactRecord,
  rangeOf,
  readTrace,
  type CheckpointRecord,
  type DropRecord,
  type TraceRecord,
} from "../engine/records.ts";
import type { TraceEntry } from "./entries.ts";
import { gatherPieces, PageCache, type Gathered } from "./gather.ts";
import { RangeSet } from "./range-set.ts";
import { damagedCheckpoint } from "./recode.ts";

/** The most that one transaction reads. */
const MAX_RECORDS = 32;
const MAX_BATCH_BYTES = 256 * 1024;

/** A stored checkpoint, and the pieces of it that no checkpoint read before has. */
export interface StoredCheckpoint {
  readonly record: CheckpointRecord;
  readonly pieces: Gathered;
  readonly dropped: readonly number[];
}

/** A trace as it is when its export begins. */
interface Start {
  readonly trace: TraceRecord;
  /** The pieces that were dropped, as ranges, with the position of the first checkpoint that did not need them. */
  readonly drops: readonly (readonly [seq: number, pieces: readonly number[]])[];
}

/** Reads the checkpoints that a trace has at the start, oldest first, a few in each transaction. */
export class TraceReading {
  readonly #engine: Engine;
  readonly #traceId: TraceId;
  readonly #cache: PageCache;
  #known = new RangeSet();
  #start: Start | undefined;
  #nextDrop = 0;
  #after = 0;

  constructor(engine: Engine, traceId: TraceId) {
    this.#engine = engine;
    this.#traceId = traceId;
    this.#cache = new PageCache(traceId);
  }

  /** Reads the trace. @throws `not-found`. */
  async begin(): Promise<TraceEntry> {
    const traceId = this.#traceId;
    const start = await this.#engine.read(async (transaction): Promise<Start | undefined> => {
      const [trace, drops] = await Promise.all([
        readTrace(transaction, traceId),
        transaction.getAll<DropRecord>("drops", { range: rangeOf(traceId) }),
      ]);
      if (trace === undefined) return undefined;
      if (!drops.every(isIntactRecord)) {
        throw new CheckpointStoreError("corrupted", `a record of what trace ${traceId} dropped is damaged`, {
          traceId,
        });
      }
      return { trace, drops: drops.map(({ seq, dropped }) => [seq, toRanges(dropped.map(([piece]) => piece))]) };
    });
    if (start === undefined)
      throw new CheckpointStoreError("not-found", `there is no trace ${traceId} to export`, { traceId });
    this.#start = start;
    const { seq, timestamp, nextPiece } = start.trace;
    return { traceId, seq, timestamp, nextPiece };
  }

  /** Returns the next checkpoints; none at the end. Those removed since the start are left out. @throws `corrupted`. */
  async next(): Promise<StoredCheckpoint[]> {
    const { trace } = this.#start!;
    if (this.#after >= trace.seq) return [];
    const { found, known } = await this.#engine.read(async (transaction) => {
      // A copy, since this may be run again from the start.
      const known = this.#known.copy();
      const [current, records] = await Promise.all([
        transaction.get<TraceRecord>("traces", [this.#traceId]),
        transaction.getAll<CheckpointRecord>("checkpoints", {
          range: rangeOf(this.#traceId, this.#after + 1, trace.seq),
          limit: MAX_RECORDS,
        }),
      ]);
      // Removed and made again: another trace, of which nothing goes with what was read.
      if (current === undefined || currentLineage(current.lineages) !== currentLineage(trace.lineages)) {
        return { found: [], known };
      }
      const batch: { record: CheckpointRecord; pieces: Gathered }[] = [];
      let bytes = 0;
      for (const record of records) {
        if (bytes > MAX_BATCH_BYTES) break;
        bytes += record.bytes;
        batch.push({
          record,
          pieces: await this.#gather(record, (root) => gatherPieces(transaction, { root, cache: this.#cache, known })),
        });
      }
      return { found: batch, known };
    });
    this.#known = known;
    this.#cache.trim();
    return found.map(({ record, pieces }) => {
      this.#after = record.seq;
      return { record, pieces, dropped: this.#dropsUpTo(record) };
    });
  }

  async #gather(
    record: CheckpointRecord,
    gather: (root: CheckpointRecord["root"]) => Promise<Gathered>,
  ): Promise<Gathered> {
    if (!isIntactRecord(record)) throw damagedCheckpoint(record, new Error("its record is not what was written"));
    try {
      return await gather(record.root);
    } catch (error) {
      // A failure of the database says nothing about the checkpoint.
      throw error instanceof Error && error.constructor === Error ? damagedCheckpoint(record, error) : error;
    }
  }

  /** Returns the pieces that were dropped since the checkpoint before, among those that were read. */
  #dropsUpTo({ seq }: CheckpointRecord): number[] {
    const dropped: number[] = [];
    const { drops } = this.#start!;
    for (let drop = drops[this.#nextDrop]; drop !== undefined && drop[0] <= seq; drop = drops[(this.#nextDrop += 1)]) {
      for (const number of numbersOf(drop[1])) if (this.#known.has(number)) dropped.push(number);
    }
    return toRanges(dropped.sort((a, b) => a - b));
  }
}
