import type { ArchivedCheckpoint } from "../archive/archived-trace.ts";
import { encodeNote, type ArchivedNote } from "../archive/archived-notes.ts";
import { prepareCheckpoint } from "../archive/import-trace.ts";
import { NeededBlocks } from "../archive/needed-blocks.ts";
import { broughtBlocks, storeSide } from "../archive/side.ts";
import type { ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { findCheckpoint } from "../log/checkpoints.ts";
import { endOwnership, putReplica, readReplica } from "../log/owners.ts";
import { rangeOf, type NoteRecord, type Replica, type TraceRecord } from "../log/records.ts";
import { fenceOf, readFence, readTrace, type Fence } from "../log/trace-record.ts";
import type { StoreCore } from "../store/store-core.ts";
import { appendBatch } from "../verbs/append-batch.ts";
import { findLatest, type Stored } from "../verbs/load.ts";
import { writeNotes } from "../verbs/note.ts";
import { removeAndStore, removeTrace, type Removal } from "../verbs/remove.ts";

/** A trace as it stands in the store, and what is known of its log. */
export interface Here {
  readonly trace: TraceRecord | undefined;
  readonly fence: Fence;
  /** Its newest checkpoint, with all that this needs. */
  readonly latest: Stored | undefined;
  readonly replica: Replica | undefined;
  /** Notes that the log does not have, beside checkpoints that it has. */
  readonly notes: readonly NoteRecord[];
}

/** Thrown where a trace has changed since it was looked at: all is to be worked out anew. */
export class ChangedMeanwhile extends Error {}

/** Reads where a trace stands. */
export async function readHere(transaction: ReadTransaction, traceId: TraceId): Promise<Here> {
  const [trace, fence, latest, replica] = await Promise.all([
    readTrace(transaction, traceId),
    readFence(transaction, traceId),
    findLatest(transaction, traceId),
    readReplica(transaction, traceId),
  ]);
  const isNoted = trace?.noteBytes !== undefined && replica !== undefined && replica.isDeleted !== true;
  if (!isNoted) return { trace, fence, latest, replica, notes: [] };
  const notes = await transaction.getAll<NoteRecord>("notes", { range: rangeOf(traceId, 0, replica.end.seq) });
  return { trace, fence, latest, replica, notes: notes.filter(({ version }) => version > replica.notedTo) };
}

/** How far a trace has come together with its log, after an entry. */
export type Progress = Omit<Replica, "notedTo" | "removed" | "isDeleted" | "isCut">;

/** What of the removals here the log has now. */
export interface PassedOn {
  readonly removed?: readonly CheckpointId[];
  readonly deletion?: boolean;
}

/** Takes note of how far a trace has come, and forgets removals that were passed on. */
export async function putProgress(
  transaction: WriteTransaction,
  traceId: TraceId,
  {
    progress,
    notedTo,
    passedOn = {},
  }: { readonly progress: Progress; readonly notedTo: number; readonly passedOn?: PassedOn },
): Promise<void> {
  const before = await readReplica(transaction, traceId);
  const removed = (before?.removed ?? []).filter((id) => passedOn.removed?.includes(id) !== true);
  const isDeleted = before?.isDeleted === true && passedOn.deletion !== true;
  const isCut = before?.isCut === true && before.id === progress.id;
  await putReplica(transaction, traceId, {
    ...progress,
    notedTo,
    removed,
    ...(isDeleted && { isDeleted }),
    ...(isCut && { isCut }),
  });
}

/** Applies entries of a log to a trace that nobody else changes meanwhile, each in a transaction. */
export class Applying {
  readonly #core: StoreCore;
  readonly #traceId: TraceId;
  #fence: Fence;

  constructor(core: StoreCore, traceId: TraceId, { fence }: Pick<Here, "fence">) {
    this.#core = core;
    this.#traceId = traceId;
    this.#fence = fence;
  }

  /**
   * Stores a checkpoint, on top of the newest one. `blocks` are at the least those of it that the newest one lacks.
   *
   * @throws Error if it does not follow from the newest one.
   */
  async checkpoint(checkpoint: ArchivedCheckpoint, progress: Progress): Promise<void> {
    const traceId = this.#traceId;
    const { codecs, clock, changes } = this.#core;
    await this.#inTurn(async () => {
      const latest = await this.#core.read((transaction) => findLatest(transaction, traceId));
      const side = storeSide(latest === undefined ? codecs.current : codecs.of(latest.record), codecs.store);
      const needed = new NeededBlocks();
      if (latest !== undefined) needed.advance(latest.record, broughtBlocks(latest.blocks, side));
      const blocks = checkpoint.blocks.filter(({ block }) => block >= (latest?.record.nextBlock ?? 0));
      const ready = await prepareCheckpoint(this.#core, { ...checkpoint, blocks }, { traceId, side, needed });
      const { end } = progress;
      const batch = { traceId, checkpoints: [ready], fence: this.#fence, end, isLast: true };
      const trace = await this.#write(async (transaction) => {
        const stored = await appendBatch(transaction, batch, clock);
        await endOwnership(transaction, traceId);
        await putProgress(transaction, traceId, { progress, notedTo: stored.version, passedOn: { deletion: true } });
        return stored;
      });
      const { bytes, stateBytes } = ready.record;
      changes.report({ kind: "saved", traceId, version: trace.version, head: { ...ready.head, bytes, stateBytes } });
    });
  }

  /** Writes notes, unless their checkpoint is gone. */
  async notes(id: CheckpointId, notes: readonly ArchivedNote[], progress: Progress): Promise<void> {
    const traceId = this.#traceId;
    const { codecs, changes } = this.#core;
    const noted = { traceId, id, codec: codecs.current, store: codecs.store };
    const encoded = await Promise.all(notes.map((note) => encodeNote(note, noted)));
    await this.#inTurn(async () => {
      const version = await this.#write(async (transaction) => {
        const record = await findCheckpoint(transaction, id);
        const calls = [{ id, notes: encoded, once: false, owner: undefined }];
        const isHere = record?.traceId === traceId && encoded.length > 0;
        const trace = isHere
          ? (await writeNotes(transaction, { traceId, calls, codecs })).trace
          : await readTrace(transaction, traceId);
        await putProgress(transaction, traceId, { progress, notedTo: trace?.version ?? 0 });
        return isHere ? trace?.version : undefined;
      });
      if (version === undefined) return;
      changes.report({ kind: "noted", traceId, version, id, keys: notes.map(({ key }) => key) });
    });
  }

  /** Removes what others have removed. */
  async removal(ids: readonly CheckpointId[], progress: Progress): Promise<void> {
    const traceId = this.#traceId;
    await this.#inTurn(async () => {
      const found = await this.#write(async (transaction) => {
        const removals: { before: TraceRecord; removal: Removal }[] = [];
        for (const id of ids) {
          const record = await findCheckpoint(transaction, id);
          const before = record?.traceId === traceId ? await readTrace(transaction, traceId) : undefined;
          if (record === undefined || before === undefined) continue;
          const removal = await removeAndStore(transaction, before, { from: record.seq, to: record.seq });
          removals.push({ before, removal });
        }
        const trace = await readTrace(transaction, traceId);
        await putProgress(transaction, traceId, { progress, notedTo: trace?.version ?? 0, passedOn: { removed: ids } });
        return removals;
      });
      for (const removed of found) this.#core.noteRemoval("deleted", removed);
    });
  }

  /** Removes the whole trace, as others have. */
  async deletion(progress: Progress): Promise<void> {
    const traceId = this.#traceId;
    await this.#inTurn(async () => {
      const trace = await this.#write(async (transaction) => {
        const before = await readTrace(transaction, traceId);
        removeTrace(transaction, traceId);
        await endOwnership(transaction, traceId);
        await putProgress(transaction, traceId, { progress, notedTo: 0, passedOn: { deletion: true } });
        return before;
      });
      if (trace === undefined) return;
      this.#core.changes.report({ kind: "trace-deleted", traceId, version: trace.version + 1 });
    });
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const queue = this.#core.queue(this.#traceId);
    await queue.enqueue(async () => {
      this.#core.requireOpen();
      await work();
    });
  }

  /** Writes, if the trace is still what it was. What was known of it is given up. */
  async #write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    const traceId = this.#traceId;
    let fence: Fence;
    const result = await this.#core.backend.write(async (transaction) => {
      if ((await readFence(transaction, traceId)) !== this.#fence) throw new ChangedMeanwhile();
      const done = await work(transaction);
      const trace = await readTrace(transaction, traceId);
      fence = trace && fenceOf(trace);
      return done;
    });
    this.#fence = fence;
    this.#core.queue(traceId).forget();
    return result;
  }
}
