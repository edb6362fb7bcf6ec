import type { Backend, ReadTransaction } from "../core/backend.ts";
import type { Channel } from "../core/channel.ts";
import {
  pickHead,
  type Checkpoint,
  type CheckpointHead,
  type CheckpointId,
  type StoredHead,
  type TraceId,
} from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type {
  ChangeListener,
  HistoryOptions,
  LoadOptions,
  StorageUsage,
  Store,
  Trace,
  TraceSummary,
  TracesOptions,
  WatchOptions,
} from "../core/store.ts";
import { capture } from "./capture.ts";
import { Changes } from "./changes.ts";
import { forkTrace } from "./fork.ts";
import { readHistory } from "./history.ts";
import { decodeCheckpoint, findLatest, findStored, type Codecs, type Stored } from "./reading.ts";
import { idsOf, rangeOf, type CheckpointRecord, type TraceRecord } from "./records.ts";
import { removeRun, removeTrace, type Removal } from "./removal.ts";
import { SaveClock } from "./save-clock.ts";
import { TraceHandle } from "./trace-handle.ts";
import { readTraces, readUsage } from "./traces.ts";
import { requireCheckpoint, requireCount, requireId } from "./validate.ts";
import { valueOf } from "./value.ts";
import { TraceWriter } from "./writer.ts";

/** What a store is made of. */
export interface StoreParts {
  readonly backend: Backend;
  readonly codecs: Codecs;
  /** Where the store is not alone under its name. */
  readonly channel?: Channel;
}

/** Traces whose last state is kept in memory, so that the next save need not read it. */
const MAX_IDLE_WRITERS = 16;

/** The store over any backend, with any codec. */
export class EngineStore<S> implements Store<S> {
  readonly #backend: Backend;
  readonly #codecs: Codecs;
  readonly #changes: Changes;
  readonly #clock = new SaveClock();
  readonly #writers = new Map<TraceId, TraceWriter>();
  #closing: Promise<void> | undefined;

  constructor({ backend, codecs, channel }: StoreParts) {
    this.#backend = backend;
    this.#codecs = codecs;
    this.#changes = new Changes(channel);
  }

  async saveWithTrace(traceId: TraceId, checkpoint: Checkpoint<S>): Promise<void> {
    await this.#save(traceId, checkpoint);
  }

  async load(id: CheckpointId, options: LoadOptions = {}): Promise<Checkpoint<S> | undefined> {
    return this.#load(id, options);
  }

  async loadLatest(traceId: TraceId, options: LoadOptions = {}): Promise<Checkpoint<S> | undefined> {
    requireId(traceId, "traceId");
    return this.#decode(await this.#read((transaction) => findLatest(transaction, traceId)), options);
  }

  async list(traceId: TraceId): Promise<CheckpointId[]> {
    requireId(traceId, "traceId");
    const keys = await this.#read((transaction) =>
      transaction.keys("checkpoints", { range: rangeOf(traceId), reverse: true }),
    );
    return idsOf(keys);
  }

  async delete(id: CheckpointId): Promise<boolean> {
    requireId(id, "id");
    this.#requireOpen();
    const found = await this.#backend.write(async (transaction) => {
      const record = await transaction.get<CheckpointRecord>("checkpoints", [id], "by_id");
      if (record === undefined) return undefined;
      const trace = await transaction.get<TraceRecord>("traces", [record.traceId]);
      if (trace === undefined) return undefined;
      const { traceId, seq } = record;
      return { traceId, before: trace, removal: await removeRun(transaction, trace, { from: seq, to: seq }) };
    });
    if (found === undefined) return false;
    this.#noteRemoval("deleted", found);
    return true;
  }

  async prune(traceId: TraceId, keep: number): Promise<number> {
    requireId(traceId, "traceId");
    requireCount(keep, "keep");
    this.#requireOpen();
    if (keep === 0) return this.deleteTrace(traceId);
    return this.#writer(traceId).enqueue(async () => {
      const found = await this.#backend.write(async (transaction) => {
        const [trace, [newestToGo]] = await Promise.all([
          transaction.get<TraceRecord>("traces", [traceId]),
          transaction.keys("checkpoints", { range: rangeOf(traceId), reverse: true, offset: keep, limit: 1 }),
        ]);
        if (trace === undefined || newestToGo === undefined) return undefined;
        const to = newestToGo[1] as number;
        return { traceId, before: trace, removal: await removeRun(transaction, trace, { from: 0, to }) };
      });
      if (found === undefined || found.removal.ids.length === 0) return 0;
      this.#noteRemoval("pruned", found);
      return found.removal.ids.length;
    });
  }

  async deleteTrace(traceId: TraceId): Promise<number> {
    requireId(traceId, "traceId");
    this.#requireOpen();
    return this.#writer(traceId).enqueue(async () => {
      const trace = await this.#backend.write(async (transaction) => {
        const found = await transaction.get<TraceRecord>("traces", [traceId]);
        if (found !== undefined) removeTrace(transaction, traceId);
        return found;
      });
      if (trace === undefined) return 0;
      this.#writers.get(traceId)?.forget();
      this.#changes.report({ kind: "trace-deleted", traceId, version: trace.version + 1 });
      return trace.checkpoints;
    });
  }

  trace(traceId: TraceId): Trace<S> {
    requireId(traceId, "traceId");
    return new TraceHandle<S>({ store: this, load: (...args) => this.#load(...args), fork: (...args) => this.#fork(...args) }, traceId);
  }

  async traces(options: TracesOptions = {}): Promise<TraceSummary[]> {
    if (options.limit !== undefined) requireCount(options.limit, "limit");
    if (options.before !== undefined) requireId(options.before, "before");
    return this.#read((transaction) => readTraces(transaction, options));
  }

  history(traceId: TraceId, options: HistoryOptions = {}): AsyncIterable<StoredHead> {
    requireId(traceId, "traceId");
    if (options.limit !== undefined) requireCount(options.limit, "limit");
    if (options.before !== undefined) requireId(options.before, "before");
    return readHistory((work) => this.#read(work), traceId, options);
  }

  async fork(id: CheckpointId, traceId: TraceId): Promise<Checkpoint<S>> {
    return this.#fork(id, { traceId });
  }

  watch(listener: ChangeListener, options: WatchOptions = {}): () => void {
    this.#requireOpen();
    return this.#changes.watch(listener, options);
  }

  async usage(): Promise<StorageUsage> {
    return readUsage((work) => this.#read(work));
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.all([...this.#writers.values()].map((writer) => writer.settled()));
      this.#changes.close();
      this.#writers.clear();
      await this.#backend.close();
    })();
    return this.#closing;
  }

  async #save(traceId: TraceId, checkpoint: Checkpoint<S>): Promise<StoredHead> {
    requireId(traceId, "traceId");
    requireCheckpoint(checkpoint);
    this.#requireOpen();
    const { head, version, isNew } = await this.#writer(traceId).save(privateHead(traceId, checkpoint), checkpoint.state);
    if (isNew) this.#changes.report({ kind: "saved", traceId, version, head });
    return head;
  }

  async #fork(
    id: CheckpointId,
    { traceId, within }: { traceId: TraceId; within?: TraceId },
  ): Promise<Checkpoint<S>> {
    requireId(id, "id");
    requireId(traceId, "traceId");
    this.#requireOpen();
    return this.#writer(traceId).enqueue(async () => {
      const { head, version } = await this.#backend.write((transaction) => forkTrace(transaction, { id, traceId, within, clock: this.#clock }));
      this.#writers.get(traceId)?.forget();
      this.#changes.report({ kind: "saved", traceId, version, head });
      return (await this.load(head.id))!;
    });
  }

  async #load(id: CheckpointId, options: LoadOptions, traceId?: TraceId): Promise<Checkpoint<S> | undefined> {
    requireId(id, "id");
    const stored = await this.#read((transaction) => findStored(transaction, id));
    if (traceId !== undefined && stored?.record.traceId !== traceId) return undefined;
    return this.#decode(stored, options);
  }

  async #decode(stored: Stored | undefined, { graphHash }: LoadOptions): Promise<Checkpoint<S> | undefined> {
    if (stored === undefined) return undefined;
    const { record } = stored;
    if (graphHash !== undefined && record.graphHash !== graphHash) {
      throw new CheckpointStoreError(
        "graph-mismatch",
        `checkpoint ${record.id} was made by graph ${record.graphHash ?? "(unnamed)"}, not by ${graphHash}`,
        {
          traceId: record.traceId,
          checkpointId: record.id,
          expected: graphHash,
          ...(record.graphHash !== undefined && { actual: record.graphHash }),
        },
      );
    }
    return decodeCheckpoint<S>(stored, this.#codecs);
  }

  async #read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    this.#requireOpen();
    return this.#backend.read(work);
  }

  #noteRemoval(
    kind: "deleted" | "pruned",
    { traceId, before, removal }: { traceId: TraceId; before: TraceRecord; removal: Removal },
  ): void {
    this.#writers.get(traceId)?.noteRemoval(removal, before.token);
    this.#changes.report({ kind, traceId, version: before.version + 1, ids: removal.ids });
  }

  #writer(traceId: TraceId): TraceWriter {
    const known = this.#writers.get(traceId);
    // Taken out and put back: the map's order is that of last use.
    this.#writers.delete(traceId);
    const writer = known ?? new TraceWriter(traceId, { backend: this.#backend, codecs: this.#codecs, clock: this.#clock });
    this.#writers.set(traceId, writer);
    if (known === undefined) this.#dropIdleWriters();
    return writer;
  }

  #dropIdleWriters(): void {
    let excess = this.#writers.size - MAX_IDLE_WRITERS;
    for (const [traceId, writer] of this.#writers) {
      if (excess <= 1) break;
      if (!writer.isIdle) continue;
      this.#writers.delete(traceId);
      excess -= 1;
    }
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw new CheckpointStoreError("closed", "the store was closed");
  }
}

/** A checkpoint's head, out of its maker's reach. @throws `serialization` for metadata that can't be stored. */
function privateHead(traceId: TraceId, checkpoint: CheckpointHead): CheckpointHead {
  const head = pickHead(checkpoint);
  if (head.metadata === undefined) return head;
  const about = { traceId, checkpointId: head.id };
  const { root } = capture(head.metadata, { name: "metadata", holding: { isCloneable: true }, about });
  return { ...head, metadata: valueOf(root) as Record<string, unknown> };
}
