/**
 * The room `store` is what users hold: `store.ts` and `trace-handle.ts` are the two interfaces of `core/store.ts`.
 *
 * - `trace-queue.ts` gives the changes of a trace their turns; `commits.ts` puts saves that wait into one transaction,
 *   and decides what a failure means; `latest.ts` loads from memory; `folding.ts` works when nobody saves.
 * - `store-core.ts` holds these together, and is the door for `archive`.
 *
 * It does not know what is in a record or how a state is encoded. What a transaction reads and writes is in `verbs`.
 */
import {
  pickHead,
  type Checkpoint,
  type CheckpointHead,
  type CheckpointId,
  type StoredHead,
  type TraceId,
} from "../core/checkpoint.ts";
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
  TracesOptions,
  TraceSummary,
  WatchOptions,
} from "../core/store.ts";
import { HEADS, STATES } from "../log/scopes.ts";
import { findCheckpoint, newestBeyond } from "../log/checkpoints.ts";
import { openHead, privateMetadata } from "../log/heads.ts";
import { idsOf, isIntactRecord, keyOf, rangeOf } from "../log/records.ts";
import { readSummaries } from "../log/summaries.ts";
import { readTrace } from "../log/trace-record.ts";
import { forkTrace } from "../verbs/fork.ts";
import { readHistory } from "../verbs/history.ts";
import { decodeCheckpoint, findStored, type Stored } from "../verbs/load.ts";
import { previewPrune, removeAndStore, removeTrace } from "../verbs/remove.ts";
import type { SaveRules } from "../verbs/save.ts";
import { findLatestFor } from "./latest.ts";
import { CORE, StoreCore, type StoreParts } from "./store-core.ts";
import { takeOver } from "./take-over.ts";
import { TraceHandle, type HandleParts } from "./trace-handle.ts";
import { persistStorage, readUsage } from "./usage.ts";
import { requireCheckpoint, requireCount, requireId } from "./validate.ts";

/** The store over any backend, with any codec. */
export class TraceStore<S> implements Store<S> {
  readonly #core: StoreCore;

  constructor(parts: StoreParts) {
    this.#core = new StoreCore(parts);
  }

  get [CORE](): StoreCore {
    return this.#core;
  }

  async saveWithTrace(traceId: TraceId, checkpoint: Checkpoint<S>): Promise<void> {
    await this.#save(traceId, checkpoint, { retention: this.#core.retention, owner: undefined });
  }

  async load(id: CheckpointId, options: LoadOptions = {}): Promise<Checkpoint<S> | undefined> {
    return this.#load(id, options);
  }

  async loadLatest(traceId: TraceId, options: LoadLatestOptions = {}): Promise<Checkpoint<S> | undefined> {
    requireId(traceId, "traceId");
    this.#core.requireOpen();
    const latest = await findLatestFor<S>(this.#core, traceId);
    if ("checkpoint" in latest) {
      requireGraph({ ...latest.checkpoint, traceId }, options);
      return latest.checkpoint;
    }
    try {
      return await this.#decode(latest.stored, options);
    } catch (error) {
      const isSkipped = options.skipDamaged === true && isDamage(error);
      const older = isSkipped ? await this.#newestSound(traceId, options) : undefined;
      if (older === undefined) throw error;
      return older;
    }
  }

  async list(traceId: TraceId): Promise<CheckpointId[]> {
    requireId(traceId, "traceId");
    const range = rangeOf(traceId);
    return idsOf(
      await this.#core.read((transaction) => transaction.keys("checkpoints", { range, reverse: true }), HEADS),
    );
  }

  async delete(id: CheckpointId): Promise<boolean> {
    requireId(id, "id");
    this.#core.requireOpen();
    const traceId =
      this.#core.traceSaving(id) ??
      (await this.#core.read((transaction) => findCheckpoint(transaction, id), HEADS))?.traceId;
    if (traceId === undefined) return false;
    return this.#core.queue(traceId).enqueue(async () => {
      const found = await this.#core.backend.write(async (transaction) => {
        const record = await findCheckpoint(transaction, id);
        const before = record === undefined ? undefined : await readTrace(transaction, record.traceId);
        if (record === undefined || before === undefined) return undefined;
        const { seq } = record;
        return { before, removal: await removeAndStore(transaction, before, { from: seq, to: seq }) };
      });
      if (found === undefined) return false;
      this.#core.noteRemoval("deleted", found);
      return true;
    });
  }

  prune(traceId: TraceId, keep: number): Promise<number>;
  prune(traceId: TraceId, keep: number, options: { readonly dryRun: true }): Promise<PrunePreview>;
  async prune(traceId: TraceId, keep: number, options?: { readonly dryRun: true }): Promise<number | PrunePreview> {
    requireId(traceId, "traceId");
    requireCount(keep, "keep");
    this.#core.requireOpen();
    if (options?.dryRun === true) {
      return this.#core.read(async (transaction) => {
        const trace = await readTrace(transaction, traceId);
        return trace === undefined ? { ids: [], bytes: 0 } : previewPrune(transaction, trace, keep);
      });
    }
    if (keep === 0) return this.#empty(traceId);
    return this.#core.queue(traceId).enqueue(async () => {
      const found = await this.#core.backend.write(async (transaction) => {
        const [before, to] = await Promise.all([
          readTrace(transaction, traceId),
          newestBeyond(transaction, traceId, keep),
        ]);
        if (before === undefined || to === 0) return undefined;
        return { before, removal: await removeAndStore(transaction, before, { from: 0, to }) };
      });
      if (found === undefined || found.removal.ids.length === 0) return 0;
      this.#core.noteRemoval("pruned", found);
      return found.removal.ids.length;
    });
  }

  async deleteTrace(traceId: TraceId): Promise<number> {
    requireId(traceId, "traceId");
    this.#core.requireOpen();
    return this.#empty(traceId, { endsOwnership: true });
  }

  trace(traceId: TraceId, { retention }: TraceOptions = {}): Trace<S> {
    requireId(traceId, "traceId");
    const rules = {
      retention: retention === undefined ? this.#core.retention : combineRetention(retention),
      owner: undefined,
    };
    return new TraceHandle<S>(this.#handleParts(traceId, rules), traceId);
  }

  async traces(options: TracesOptions = {}): Promise<TraceSummary[]> {
    if (options.limit !== undefined) requireCount(options.limit, "limit");
    if (options.before !== undefined) requireId(options.before, "before");
    const { codecs } = this.#core;
    const traces = await this.#core.read((transaction) => readSummaries(transaction, options));
    return Promise.all(traces.map(async (trace) => ({ ...trace, latest: await openHead(trace.latest, codecs) })));
  }

  history(traceId: TraceId, options: HistoryOptions = {}): AsyncIterable<StoredHead> {
    requireId(traceId, "traceId");
    if (options.limit !== undefined) requireCount(options.limit, "limit");
    if (options.before !== undefined) requireId(options.before, "before");
    return readHistory((work) => this.#core.read(work, HEADS), traceId, { ...options, codecs: this.#core.codecs });
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
    this.#core.requireOpen();
    return this.#core.changes.watch(listener, options);
  }

  async usage(): Promise<StorageUsage> {
    return readUsage(this.#core);
  }

  async persist(): Promise<boolean | undefined> {
    this.#core.requireOpen();
    return persistStorage();
  }

  close(): Promise<void> {
    return this.#core.close();
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
    const queue = this.#core.queue(traceId);
    return queue.enqueue(async () => {
      const trace = await this.#core.backend.write(async (transaction) => {
        if (endsOwnership) transaction.delete("owners", keyOf(traceId));
        const before = await readTrace(transaction, traceId);
        removeTrace(transaction, traceId);
        return before;
      });
      if (trace === undefined) return 0;
      queue.forget();
      this.#core.changes.report({ kind: "trace-deleted", traceId, version: trace.version + 1 });
      return trace.checkpoints;
    });
  }

  async #save(traceId: TraceId, checkpoint: Checkpoint<S>, rules: SaveRules): Promise<void> {
    requireId(traceId, "traceId");
    requireCheckpoint(checkpoint);
    this.#core.requireOpen();
    await this.#core.queue(traceId).save(privateHead(traceId, checkpoint), { state: checkpoint.state, rules });
  }

  #handleParts(traceId: TraceId, rules: SaveRules): HandleParts<S> {
    return {
      store: this,
      of: (other) => this.#handleParts(other, { ...rules, owner: undefined }),
      save: (checkpoint) => this.#save(traceId, checkpoint, rules),
      load: (...args) => this.#load(...args),
      fork: (...args) => this.#fork(...args),
      takeOver: (work, options) =>
        takeOver(this.#core, {
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
    this.#core.requireOpen();
    const { backend, clock, codecs, changes } = this.#core;
    const queue = this.#core.queue(traceId);
    return queue.enqueue(async () => {
      const { head, version } = await forkTrace(backend, { id, traceId, within, codecs, clock });
      queue.forget();
      changes.report({ kind: "saved", traceId, version, head: await openHead(head, codecs) });
      return head.id;
    });
  }

  async #load(id: CheckpointId, options: LoadOptions, traceId?: TraceId): Promise<Checkpoint<S> | undefined> {
    requireId(id, "id");
    const stored = await this.#core.read((transaction) => findStored(transaction, id), STATES);
    if (traceId !== undefined && stored?.record.traceId !== traceId) return undefined;
    return this.#decode(stored, options);
  }

  async #decode(stored: Stored | undefined, options: LoadOptions): Promise<Checkpoint<S> | undefined> {
    if (stored === undefined) return undefined;
    if (isIntactRecord(stored.record)) requireGraph(stored.record, options);
    return decodeCheckpoint<S>(stored, this.#core.codecs);
  }
}

/** Returns a copy of a head that its maker can't change. @throws `serialization` for metadata that can't be stored. */
function privateHead(traceId: TraceId, checkpoint: CheckpointHead): CheckpointHead {
  const head = pickHead(checkpoint);
  if (head.metadata === undefined) return head;
  return { ...head, metadata: privateMetadata(head.metadata, { traceId, checkpointId: head.id }) };
}

/** @throws `graph-mismatch` if a checkpoint was made by another graph than the one that is about to resume. */
function requireGraph(
  { id, traceId, graphHash: actual }: Pick<StoredHead, "id" | "traceId" | "graphHash">,
  { graphHash: expected }: LoadOptions,
): void {
  if (expected === undefined || actual === expected) return;
  const message = `checkpoint ${id} was made by graph ${actual ?? "(unnamed)"}, not by ${expected}`;
  const details = { traceId, checkpointId: id, expected, ...(actual !== undefined && { actual }) };
  throw new CheckpointStoreError("graph-mismatch", message, details);
}

function isDamage(error: unknown): boolean {
  return isCheckpointStoreError(error, "corrupted");
}
