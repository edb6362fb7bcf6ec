import type { TraceId } from "../core/checkpoint.ts";
import type { PlacedHead } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { sealHead } from "../log/heads.ts";
import { recordBytesOf, saysPinned, type CheckpointRecord, type TraceEnd, type TraceRecord } from "../log/records.ts";
import { totalBytes } from "../log/stored-blocks.ts";
import { fenceOf, readFence, readTrace, type Fence } from "../log/trace-record.ts";
import { appendBatch, type AppendedCheckpoint } from "../verbs/append-batch.ts";
import { removeRuns, storeRemoval } from "../verbs/remove.ts";
import type { ArchivedCheckpoint } from "./archived-trace.ts";
import { encodeNote } from "./archived-notes.ts";
import type { ArchivedStore } from "./archived-store.ts";
import { Comparison } from "./compare.ts";
import { NeededBlocks } from "./needed-blocks.ts";
import { broughtBlocks, encodeBlock, encodeContent, storeSide, type Side } from "./side.ts";

/** Checkpoints are gathered to this size, then stored in one transaction. */
const MAX_BATCH_BYTES = 1024 * 1024;

/** How one trace is to be imported. */
export interface TraceImportOptions {
  /** What the trace is called in the store. */
  readonly traceId: TraceId;
  /** Where it ends in the archive. */
  readonly end: TraceEnd;
  /** Whether checkpoints may be added to a trace that is there. */
  readonly mayExtend: boolean;
}

/** A checkpoint that is ready to be stored, and its head as it is reported. */
export interface Ready extends AppendedCheckpoint {
  readonly head: PlacedHead;
}

/** Imports one trace of an archive. What the store has of it already is compared; what comes after is stored. */
export class TraceImport {
  readonly #store: ArchivedStore;
  readonly #options: TraceImportOptions;
  readonly #needed = new NeededBlocks();
  /** The trace's record as this import found it, and as it last wrote it. */
  #begun: TraceRecord | undefined;
  #trace: TraceRecord | undefined;
  /** What tells whether somebody else has changed the trace. */
  #fence: Fence;
  #comparison: Comparison | undefined;
  /** How checkpoints are stored: as those that are there, whose blocks they share. */
  #side: Side;
  #batch: Ready[] = [];
  #batchBytes = 0;
  #firstWritten: number | undefined;
  /** How many checkpoints were stored. */
  stored = 0;
  /** How many checkpoints the store had already. */
  present = 0;

  constructor(store: ArchivedStore, options: TraceImportOptions) {
    this.#store = store;
    this.#options = options;
    this.#side = storeSide(store.codecs.current, store.codecs.store);
  }

  get traceId(): TraceId {
    return this.#options.traceId;
  }

  async begin(): Promise<void> {
    const { traceId } = this;
    [this.#fence, this.#trace] = await this.#store.read((transaction) =>
      Promise.all([readFence(transaction, traceId), readTrace(transaction, traceId)]),
    );
    this.#begun = this.#trace;
    if (this.#trace !== undefined) {
      this.#comparison = new Comparison(this.#store, { trace: this.#trace, needed: this.#needed });
    }
  }

  /** Takes a checkpoint. Answers whether anything was stored. @throws `conflict`, and what storing throws. */
  async take(checkpoint: ArchivedCheckpoint): Promise<boolean> {
    const there = await this.#comparison?.next();
    if (there !== undefined) {
      if (!(await this.#comparison!.isSame(there, checkpoint))) {
        throw this.#conflict(`has another checkpoint where the archive has ${checkpoint.head.id}`);
      }
      const { codecs } = this.#store;
      this.#side = storeSide(codecs.of(there.record), codecs.store);
      this.present += 1;
      return false;
    }
    if (this.#comparison !== undefined) this.#requireExtensible(checkpoint);
    this.#comparison = undefined;
    const isFull = this.#batchBytes > MAX_BATCH_BYTES;
    // Only now, when another one follows: the end of the trace is stored with the last batch.
    if (isFull) await this.#write({ isLast: false });
    await this.#prepare(checkpoint);
    return isFull;
  }

  async finish(): Promise<void> {
    if ((await this.#comparison?.next()) !== undefined)
      throw this.#conflict("has checkpoints that the archive has not");
    if (this.#batch.length > 0) await this.#write({ isLast: true });
  }

  /** Removes what this import has stored of the trace, unless somebody has changed the trace since. */
  async undo(): Promise<void> {
    const { traceId } = this;
    const from = this.#firstWritten;
    if (from === undefined) return;
    await this.#store.queue(traceId).enqueue(async () => {
      const found = await this.#store.backend.write(async (transaction) => {
        const [fence, before] = await Promise.all([readFence(transaction, traceId), readTrace(transaction, traceId)]);
        if (before === undefined || fence !== this.#fence) return undefined;
        const removal = await removeRuns(transaction, before, [{ from, to: before.latest.seq }]);
        const trace = removal.trace && asBegun(removal.trace, this.#begun);
        return { before, removal: storeRemoval(transaction, { ...removal, trace }) };
      });
      this.#store.queue(traceId).forget();
      if (found !== undefined) this.#store.noteRemoval("deleted", found);
    });
    this.stored = 0;
  }

  /** @throws `conflict` unless the trace may go on with this checkpoint, where it has ended so far. */
  #requireExtensible({ head, blocks, nextBlock, nextNumber }: ArchivedCheckpoint): void {
    const trace = this.#trace!;
    const { importedTo, latest } = trace;
    const { mayExtend, end } = this.#options;
    if (!mayExtend && !(importedTo !== undefined && isSameEnd(importedTo, end))) {
      throw this.#conflict(`is there already, up to ${latest.id}, and the import was not told to extend it`);
    }
    const isBehind =
      nextBlock < trace.nextBlock || nextNumber < trace.nextNumber || (blocks[0]?.block ?? Infinity) < trace.nextBlock;
    if (isBehind || head.seq <= trace.seq || head.timestamp <= trace.timestamp) {
      throw this.#conflict(
        `has had checkpoints since ${latest.id} that are gone, and went on without those of the archive`,
      );
    }
  }

  async #prepare(checkpoint: ArchivedCheckpoint): Promise<void> {
    const { traceId } = this;
    const ready = await prepareCheckpoint(this.#store, checkpoint, { traceId, side: this.#side, needed: this.#needed });
    this.#batch.push(ready);
    this.#batchBytes += ready.record.bytes;
  }

  async #write({ isLast }: { isLast: boolean }): Promise<void> {
    const { traceId } = this;
    const { backend, clock, changes } = this.#store;
    const checkpoints = this.#batch;
    await this.#store.queue(traceId).enqueue(async () => {
      this.#store.requireOpen();
      const batch = { traceId, checkpoints, fence: this.#fence, end: this.#options.end, isLast };
      const trace = await backend.write((transaction) => appendBatch(transaction, batch, clock));
      this.#trace = trace;
      this.#fence = fenceOf(trace);
      this.#store.queue(traceId).forget();
      const versionBefore = trace.version - checkpoints.length;
      checkpoints.forEach(({ head, record: { bytes, stateBytes } }, i) => {
        changes.report({
          kind: "saved",
          traceId,
          version: versionBefore + i + 1,
          head: { ...head, bytes, stateBytes },
        });
      });
    });
    this.#firstWritten ??= checkpoints[0]!.record.seq;
    this.stored += checkpoints.length;
    this.#batch = [];
    this.#batchBytes = 0;
  }

  #conflict(what: string): CheckpointStoreError {
    const { traceId } = this;
    return new CheckpointStoreError("conflict", `trace ${traceId} ${what}`, { traceId });
  }
}

/**
 * Encodes a checkpoint for the trace that it is to be stored in, where `needed` has come to the one before it. Its blocks
 * are those that the one before does not need.
 */
export async function prepareCheckpoint(
  store: Pick<ArchivedStore, "codecs">,
  checkpoint: ArchivedCheckpoint,
  { traceId, side, needed }: { readonly traceId: TraceId; readonly side: Side; readonly needed: NeededBlocks },
): Promise<Ready> {
  const { needs, nextBlock, nextNumber, stateBytes } = checkpoint;
  const { codec } = side;
  const head = { ...checkpoint.head, traceId };
  const about = { traceId, checkpointId: head.id };
  const recorded = await sealHead(head, { codec, store: store.codecs.store });
  const blocks = await Promise.all(checkpoint.blocks.map((block) => encodeBlock(side, block, about)));
  needed.advance(checkpoint, broughtBlocks(blocks, side));
  const { sums: contents } = needed;
  const root = await encodeContent(checkpoint.root, { codec, place: side.placeOfRoot(recorded, needed), about });
  const recordBytes = recordBytesOf({ head: recorded, root, needs });
  const record: Omit<CheckpointRecord, "savedAt"> = {
    ...recorded,
    codec: codec.name,
    root,
    needs,
    contents,
    nextBlock,
    nextNumber,
    bytes: recordBytes + totalBytes(blocks),
    recordBytes,
    stateBytes,
    ...(saysPinned(head) && { isPinned: true }),
  };
  const noted = { traceId, id: head.id, codec, store: store.codecs.store };
  const notes = await Promise.all(checkpoint.notes.map((note) => encodeNote(note, noted)));
  return { record, blocks, notes, head };
}

/** The record of a trace from which all was removed that came after it was found. Nobody has seen the numbers since. */
function asBegun({ importedTo: _, ...trace }: TraceRecord, begun: TraceRecord | undefined): TraceRecord {
  if (begun === undefined) return trace;
  const { seq, timestamp, nextBlock, nextNumber, importedTo } = begun;
  return { ...trace, seq, timestamp, nextBlock, nextNumber, ...(importedTo !== undefined && { importedTo }) };
}

function isSameEnd(one: TraceEnd, other: TraceEnd): boolean {
  return (["seq", "timestamp", "nextBlock", "nextNumber"] as const).every((field) => one[field] === other[field]);
}
