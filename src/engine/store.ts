import type { WriteTransaction } from "../core/backend.ts";
import type { Checkpoint, CheckpointId, StoredHead, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { combineRetention } from "../core/retention.ts";
import type {
  ChangeListener,
  HistoryOptions,
  LoadOptions,
  PrunePreview,
  StorageUsage,
  Store,
  Trace,
  TraceOptions,
  TraceSummary,
  TracesOptions,
  WatchOptions,
} from "../core/store.ts";
import { Engine, ENGINE, type StoreParts } from "./engine.ts";
import { forkTrace } from "./fork.ts";
import { openHead } from "./heads.ts";
import { readHistory } from "./history.ts";
import { decodeCheckpoint, findLatest, findStored, type Stored } from "./reading.ts";
import { idsOf, rangeOf, type CheckpointRecord, type TraceRecord } from "./records.ts";
import { changed, removeRun, removeTrace, type Removal } from "./removal.ts";
import { previewPrune } from "./retention.ts";
import { saveCheckpoint } from "./saving.ts";
import { takeOver } from "./takeover.ts";
import { TraceHandle, type HandleParts } from "./trace-handle.ts";
import { persistStorage, readTraces, readUsage } from "./traces.ts";
import { requireCheckpoint, requireCount, requireId } from "./validate.ts";
import type { SaveRules } from "./writer.ts";

/** The store over any backend, with any codec. */
export class EngineStore<S> implements Store<S> {
  readonly #engine: Engine;

  constructor(parts: StoreParts) {
    this.#engine = new Engine(parts);
  }

  get [ENGINE](): Engine {
    return this.#engine;
  }

  async saveWithTrace(traceId: TraceId, checkpoint: Checkpoint<S>): Promise<void> {
    await this.#save(traceId, checkpoint, { retention: this.#engine.retention, owner: undefined });
  }

  async load(id: CheckpointId, options: LoadOptions = {}): Promise<Checkpoint<S> | undefined> {
    return this.#load(id, options);
  }

  async loadLatest(traceId: TraceId, options: LoadOptions = {}): Promise<Checkpoint<S> | undefined> {
    requireId(traceId, "traceId");
    return this.#decode(await this.#engine.read((transaction) => findLatest(transaction, traceId)), options);
  }

  async list(traceId: TraceId): Promise<CheckpointId[]> {
    requireId(traceId, "traceId");
    const keys = await this.#engine.read((transaction) =>
      transaction.keys("checkpoints", { range: rangeOf(traceId), reverse: true }),
    );
    return idsOf(keys);
  }

  async delete(id: CheckpointId): Promise<boolean> {
    requireId(id, "id");
    this.#engine.requireOpen();
    const found = await this.#engine.backend.write(async (transaction) => {
      const record = await transaction.get<CheckpointRecord>("checkpoints", [id], "by_id");
      if (record === undefined) return undefined;
      const trace = await transaction.get<TraceRecord>("traces", [record.traceId]);
      if (trace === undefined) return undefined;
      const { seq } = record;
      return { before: trace, removal: await removeFrom(transaction, trace, { from: seq, to: seq }) };
    });
    if (found === undefined) return false;
    this.#engine.noteRemoval("deleted", found);
    return true;
  }

  prune(traceId: TraceId, keep: number): Promise<number>;
  prune(traceId: TraceId, keep: number, options: { readonly dryRun: true }): Promise<PrunePreview>;
  async prune(traceId: TraceId, keep: number, options?: { readonly dryRun: true }): Promise<number | PrunePreview> {
    requireId(traceId, "traceId");
    requireCount(keep, "keep");
    this.#engine.requireOpen();
    if (options?.dryRun === true) {
      return this.#engine.read(async (transaction) => {
        const trace = await transaction.get<TraceRecord>("traces", [traceId]);
        return trace === undefined ? { ids: [], bytes: 0 } : previewPrune(transaction, trace, keep);
      });
    }
    if (keep === 0) return this.#empty(traceId);
    return this.#engine.writer(traceId).enqueue(async () => {
      const found = await this.#engine.backend.write(async (transaction) => {
        const [trace, [newestToGo]] = await Promise.all([
          transaction.get<TraceRecord>("traces", [traceId]),
          transaction.keys("checkpoints", { range: rangeOf(traceId), reverse: true, offset: keep, limit: 1 }),
        ]);
        if (trace === undefined || newestToGo === undefined) return undefined;
        const to = newestToGo[1] as number;
        return { before: trace, removal: await removeFrom(transaction, trace, { from: 0, to }) };
      });
      if (found === undefined || found.removal.ids.length === 0) return 0;
      this.#engine.noteRemoval("pruned", found);
      return found.removal.ids.length;
    });
  }

  async deleteTrace(traceId: TraceId): Promise<number> {
    requireId(traceId, "traceId");
    this.#engine.requireOpen();
    return this.#empty(traceId, { endsOwnership: true });
  }

  trace(traceId: TraceId, { retention }: TraceOptions = {}): Trace<S> {
    requireId(traceId, "traceId");
    const rules = { retention: retention === undefined ? this.#engine.retention : combineRetention(retention), owner: undefined };
    return new TraceHandle<S>(this.#handleParts(traceId, rules), traceId);
  }

  async traces(options: TracesOptions = {}): Promise<TraceSummary[]> {
    if (options.limit !== undefined) requireCount(options.limit, "limit");
    if (options.before !== undefined) requireId(options.before, "before");
    const traces = await this.#engine.read((transaction) => readTraces(transaction, options));
    return Promise.all(
      traces.map(async ({ traceId, checkpoints, bytes, latest }) => ({
        traceId,
        checkpoints,
        bytes,
        latest: await openHead(latest, this.#engine.codecs),
      })),
    );
  }

  history(traceId: TraceId, options: HistoryOptions = {}): AsyncIterable<StoredHead> {
    requireId(traceId, "traceId");
    if (options.limit !== undefined) requireCount(options.limit, "limit");
    if (options.before !== undefined) requireId(options.before, "before");
    return readHistory((work) => this.#engine.read(work), traceId, { ...options, codecs: this.#engine.codecs });
  }

  async fork(id: CheckpointId, traceId: TraceId): Promise<Checkpoint<S>> {
    return this.#fork(id, { traceId });
  }

  watch(listener: ChangeListener, options: WatchOptions = {}): () => void {
    this.#engine.requireOpen();
    return this.#engine.changes.watch(listener, options);
  }

  async usage(): Promise<StorageUsage> {
    return readUsage((work) => this.#engine.read(work));
  }

  async persist(): Promise<boolean | undefined> {
    this.#engine.requireOpen();
    return persistStorage();
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  #empty(traceId: TraceId, { endsOwnership = false } = {}): Promise<number> {
    return this.#engine.writer(traceId).enqueue(async () => {
      const trace = await this.#engine.backend.write(async (transaction) => {
        const found = await transaction.get<TraceRecord>("traces", [traceId]);
        if (endsOwnership) transaction.delete("owners", rangeOf(traceId));
        if (found !== undefined) removeTrace(transaction, traceId);
        return found;
      });
      if (trace === undefined) return 0;
      this.#engine.forget(traceId);
      this.#engine.changes.report({ kind: "trace-deleted", traceId, version: trace.version + 1 });
      return trace.checkpoints;
    });
  }

  async #save(traceId: TraceId, checkpoint: Checkpoint<S>, rules: SaveRules): Promise<void> {
    requireId(traceId, "traceId");
    requireCheckpoint(checkpoint);
    this.#engine.requireOpen();
    await saveCheckpoint(this.#engine, checkpoint, { traceId, ...rules });
  }

  #handleParts(traceId: TraceId, rules: SaveRules): HandleParts<S> {
    return {
      store: this,
      of: (other) => this.#handleParts(other, { ...rules, owner: undefined }),
      save: (checkpoint) => this.#save(traceId, checkpoint, rules),
      load: (...args) => this.#load(...args),
      fork: (...args) => this.#fork(...args),
      takeOver: (work, options) =>
        takeOver(this.#engine, {
          ...options,
          traceId,
          work,
          own: (owner) => new TraceHandle<S>(this.#handleParts(traceId, { ...rules, owner }), traceId),
        }),
    };
  }

  async #fork(
    id: CheckpointId,
    { traceId, within }: { traceId: TraceId; within?: TraceId },
  ): Promise<Checkpoint<S>> {
    requireId(id, "id");
    requireId(traceId, "traceId");
    this.#engine.requireOpen();
    return this.#engine.writer(traceId).enqueue(async () => {
      const { head, version } = await this.#engine.backend.write((transaction) =>
        forkTrace(transaction, { id, traceId, within, clock: this.#engine.clock }),
      );
      this.#engine.forget(traceId);
      this.#engine.changes.report({ kind: "saved", traceId, version, head: await openHead(head, this.#engine.codecs) });
      return (await this.load(head.id))!;
    });
  }

  async #load(id: CheckpointId, options: LoadOptions, traceId?: TraceId): Promise<Checkpoint<S> | undefined> {
    requireId(id, "id");
    const stored = await this.#engine.read((transaction) => findStored(transaction, id));
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
    return decodeCheckpoint<S>(stored, this.#engine.codecs);
  }
}

/** Removes a run of checkpoints, and stores the trace as it is then. */
async function removeFrom(
  transaction: WriteTransaction,
  trace: TraceRecord,
  run: { from: number; to: number },
): Promise<Removal> {
  const removal = await removeRun(transaction, trace, run);
  if (removal.ids.length === 0 || removal.trace === undefined) return removal;
  const rest = changed(removal.trace);
  transaction.put("traces", rest);
  return { ...removal, trace: rest };
}
