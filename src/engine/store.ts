import type { Checkpoint, CheckpointId, StoredHead, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { combineRetention } from "../core/retention.ts";
import type {
  ChangeListener,
  HistoryOptions,
  LoadLatestOptions,
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
import {
  idsOf,
  isIntactRecord,
  keyOf,
  rangeOf,
  readTrace,
  type CheckpointRecord,
  type TraceRecord,
} from "./records.ts";
import { removeRun, removeTrace, storeRemoval } from "./removal.ts";
import { newestBeyond, previewPrune } from "./retention.ts";
import { saveCheckpoint } from "./saving.ts";
import { takeOver } from "./takeover.ts";
import { TraceHandle, type HandleParts } from "./trace-handle.ts";
import { persistStorage, readSummaries, readUsage } from "./traces.ts";
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

  async loadLatest(traceId: TraceId, options: LoadLatestOptions = {}): Promise<Checkpoint<S> | undefined> {
    requireId(traceId, "traceId");
    const latest = await this.#engine.read((transaction) => findLatest(transaction, traceId));
    try {
      return await this.#decode(latest, options);
    } catch (error) {
      const older =
        options.skipDamaged === true && isDamage(error) ? await this.#newestSound(traceId, options) : undefined;
      if (older === undefined) throw error;
      return older;
    }
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
      const trace = await readTrace(transaction, record.traceId);
      if (trace === undefined) return undefined;
      const { seq } = record;
      const removal = await removeRun(transaction, trace, { from: seq, to: seq });
      return { before: trace, removal: storeRemoval(transaction, removal) };
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
        const trace = await readTrace(transaction, traceId);
        return trace === undefined ? { ids: [], bytes: 0 } : previewPrune(transaction, trace, keep);
      });
    }
    if (keep === 0) return this.#empty(traceId);
    return this.#engine.writer(traceId).enqueue(async () => {
      const found = await this.#engine.backend.write(async (transaction) => {
        const [trace, to] = await Promise.all([
          readTrace(transaction, traceId),
          newestBeyond(transaction, traceId, keep),
        ]);
        if (trace === undefined || to === 0) return undefined;
        const removal = await removeRun(transaction, trace, { from: 0, to });
        return { before: trace, removal: storeRemoval(transaction, removal) };
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
    const rules = {
      retention: retention === undefined ? this.#engine.retention : combineRetention(retention),
      owner: undefined,
    };
    return new TraceHandle<S>(this.#handleParts(traceId, rules), traceId);
  }

  async traces(options: TracesOptions = {}): Promise<TraceSummary[]> {
    if (options.limit !== undefined) requireCount(options.limit, "limit");
    if (options.before !== undefined) requireId(options.before, "before");
    const { codecs } = this.#engine;
    const traces = await this.#engine.read((transaction) => readSummaries(transaction, options));
    return Promise.all(traces.map(async (trace) => ({ ...trace, latest: await openHead(trace.latest, codecs) })));
  }

  history(traceId: TraceId, options: HistoryOptions = {}): AsyncIterable<StoredHead> {
    requireId(traceId, "traceId");
    if (options.limit !== undefined) requireCount(options.limit, "limit");
    if (options.before !== undefined) requireId(options.before, "before");
    return readHistory((work) => this.#engine.read(work), traceId, { ...options, codecs: this.#engine.codecs });
  }

  async fork(id: CheckpointId, traceId: TraceId): Promise<Checkpoint<S>> {
    const forkedId = await this.#fork(id, { traceId });
    const checkpoint = await this.load(forkedId);
    if (checkpoint !== undefined) return checkpoint;
    throw new CheckpointStoreError("not-found", `trace ${traceId} was deleted as soon as it was made`, {
      traceId,
      checkpointId: forkedId,
    });
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

  async #newestSound(traceId: TraceId, options: LoadOptions): Promise<Checkpoint<S> | undefined> {
    for (const id of await this.list(traceId)) {
      try {
        return await this.#load(id, options, traceId);
      } catch (error) {
        if (!isDamage(error)) throw error;
      }
    }
    return undefined;
  }

  #empty(traceId: TraceId, { endsOwnership = false } = {}): Promise<number> {
    return this.#engine.writer(traceId).enqueue(async () => {
      const found = await this.#engine.backend.write(async (transaction) => {
        const trace = await transaction.get<TraceRecord>("traces", [traceId]);
        const isSound = trace !== undefined && isIntactRecord(trace);
        // Also what has lost its trace's record goes.
        const keys = isSound ? [] : await transaction.keys("checkpoints", { range: rangeOf(traceId) });
        if (endsOwnership) transaction.delete("owners", keyOf(traceId));
        removeTrace(transaction, traceId);
        if (trace === undefined && keys.length === 0) return undefined;
        return isSound ? trace : { version: 0, checkpoints: keys.length };
      });
      if (found === undefined) return 0;
      const { version, checkpoints } = found;
      this.#engine.forget(traceId);
      this.#engine.changes.report({ kind: "trace-deleted", traceId, version: version + 1 });
      return checkpoints;
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

  async #fork(id: CheckpointId, { traceId, within }: { traceId: TraceId; within?: TraceId }): Promise<CheckpointId> {
    requireId(id, "id");
    requireId(traceId, "traceId");
    this.#engine.requireOpen();
    return this.#engine.writer(traceId).enqueue(async () => {
      const { head, version } = await this.#engine.backend.write((transaction) =>
        forkTrace(transaction, { id, traceId, within, clock: this.#engine.clock }),
      );
      this.#engine.forget(traceId);
      this.#engine.changes.report({ kind: "saved", traceId, version, head: await openHead(head, this.#engine.codecs) });
      return head.id;
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
    if (graphHash !== undefined && isIntactRecord(record) && record.graphHash !== graphHash) {
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

function isDamage(error: unknown): boolean {
  return isCheckpointStoreError(error, "corrupted");
}
