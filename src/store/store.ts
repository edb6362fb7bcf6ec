/**
 * The room `store` is what users hold: `store.ts` and `trace-handle.ts` are the two interfaces of `core/store.ts`.
 *
 * - `trace-queue.ts` gives the changes of a trace their turns; `commits.ts` puts saves that wait into one transaction,
 *   and decides what a failure means; `loading.ts` loads, from memory if it can; `folding.ts` works when nobody saves.
 * - `stand.ts` knows what a handle's next save grows from.
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
import { CheckpointStoreError } from "../core/errors.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import { combineRetention } from "../core/retention.ts";
import type {
  DeleteTracesOptions,
  StorageUsage,
  Store,
  TracesOptions,
  TraceSummary,
  WatchOptions,
} from "../core/store.ts";
import type {
  ChangeListener,
  ForkOptions,
  HistoryOptions,
  LoadLatestOptions,
  LoadOptions,
  PrunePreview,
  SaveGuard,
  Trace,
  TraceOptions,
} from "../core/trace.ts";
import { HEADS } from "../log/scopes.ts";
import { findCheckpoint } from "../log/checkpoints.ts";
import { openHead, privateMetadata } from "../log/heads.ts";
import { headOf, idsOf, keyOf, rangeOf } from "../log/records.ts";
import { readSummaries } from "../log/summaries.ts";
import { readTrace } from "../log/trace-record.ts";
import { forkTrace } from "../verbs/fork.ts";
import { readHistory } from "../verbs/history.ts";
import { removeAndStore, removeTrace, removeTraces, storeRemoval } from "../verbs/remove.ts";
import { applyRetention, previewPrune } from "../verbs/retain.ts";
import type { SaveRules } from "../verbs/save.ts";
import { loadCheckpoint, loadLatest } from "./loading.ts";
import { note } from "./noting.ts";
import type { Growth } from "./stand.ts";
import { CORE, StoreCore, type StoreParts } from "./store-core.ts";
import { takeOver } from "./take-over.ts";
import { TraceHandle, type HandleParts } from "./trace-handle.ts";
import { persistStorage, readUsage } from "./usage.ts";
import {
  requireCheckpoint,
  requireCount,
  requireFlag,
  requireHistoryCursor,
  requireId,
  requireTracesCursor,
} from "./validate.ts";

const TRACE: OptionNames<TraceOptions> = { retention: true };
const TRACES: OptionNames<TracesOptions> = { limit: true, before: true, prefix: true };
const DELETE_TRACES: OptionNames<DeleteTracesOptions> = { prefix: true };
const FORK: OptionNames<ForkOptions> = { id: true };
const SAVE: OptionNames<SaveGuard> = { ifLatest: true };
const HISTORY: OptionNames<HistoryOptions> = { limit: true, before: true, signal: true };
const WATCH: OptionNames<WatchOptions> = { traceId: true, signal: true };
const PRUNE: OptionNames<{ readonly dryRun?: boolean }> = { dryRun: true };

/** The store over any backend, with any codec. */
export class TraceStore<S> implements Store<S> {
  readonly #core: StoreCore;

  constructor(parts: StoreParts) {
    this.#core = new StoreCore(parts);
  }

  get [CORE](): StoreCore {
    return this.#core;
  }

  async saveWithTrace(traceId: TraceId, checkpoint: Checkpoint<S>, options: SaveGuard = {}): Promise<void> {
    requireOptions(options, SAVE, "saveWithTrace");
    await this.#save(traceId, checkpoint, { retention: this.#core.retention, owner: undefined, ...options });
  }

  async load(id: CheckpointId, options: LoadOptions<S> = {}): Promise<Checkpoint<S> | undefined> {
    return loadCheckpoint(this.#core, id, options);
  }

  async loadLatest(traceId: TraceId, options: LoadLatestOptions<S> = {}): Promise<Checkpoint<S> | undefined> {
    return loadLatest(this.#core, traceId, options);
  }

  async head(id: CheckpointId): Promise<StoredHead | undefined> {
    requireId(id, "id");
    const record = await this.#core.read((transaction) => findCheckpoint(transaction, id), HEADS);
    return record === undefined ? undefined : openHead(headOf(record), this.#core.codecs);
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
  async prune(
    traceId: TraceId,
    keep: number,
    options: { readonly dryRun?: boolean } = {},
  ): Promise<number | PrunePreview> {
    requireId(traceId, "traceId");
    requireCount(keep, "keep");
    requireOptions(options, PRUNE, "prune");
    requireFlag(options.dryRun, "dryRun");
    this.#core.requireOpen();
    if (options.dryRun === true) {
      return this.#core.read(async (transaction) => {
        const trace = await readTrace(transaction, traceId);
        return trace === undefined ? { ids: [], bytes: 0 } : previewPrune(transaction, trace, keep);
      });
    }
    if (keep === 0) return this.#empty(traceId);
    return this.#core.queue(traceId).enqueue(async () => {
      const found = await this.#core.backend.write(async (transaction) => {
        const before = await readTrace(transaction, traceId);
        if (before === undefined) return undefined;
        const removal = await applyRetention(transaction, before, { keepLast: keep });
        return { before, removal: storeRemoval(transaction, removal) };
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

  async deleteTraces(options: DeleteTracesOptions): Promise<number> {
    requireOptions(options, DELETE_TRACES, "deleteTraces");
    const { prefix } = options;
    requireId(prefix, "prefix");
    this.#core.requireOpen();
    return this.#core.holdAll(prefix, async (queues) => {
      const traces = await this.#core.backend.write((transaction) => removeTraces(transaction, prefix));
      for (const queue of queues) queue.forget();
      for (const { traceId, version } of traces) {
        this.#core.changes.report({ kind: "trace-deleted", traceId, version: version + 1 });
      }
      return traces.length;
    });
  }

  trace(traceId: TraceId, options: TraceOptions = {}): Trace<S> {
    requireId(traceId, "traceId");
    requireOptions(options, TRACE, "trace");
    const { retention } = options;
    const rules = {
      retention: retention === undefined ? this.#core.retention : combineRetention(retention),
      owner: undefined,
    };
    return new TraceHandle<S>(this.#handleParts(traceId, rules), traceId);
  }

  async traces(options: TracesOptions = {}): Promise<TraceSummary[]> {
    requireOptions(options, TRACES, "traces");
    if (options.limit !== undefined) requireCount(options.limit, "limit");
    if (options.before !== undefined) requireTracesCursor(options.before);
    if (options.prefix !== undefined && options.prefix !== "") requireId(options.prefix, "prefix");
    const { codecs } = this.#core;
    const traces = await this.#core.read((transaction) => readSummaries(transaction, options));
    return Promise.all(traces.map(async (trace) => ({ ...trace, latest: await openHead(trace.latest, codecs) })));
  }

  history(traceId: TraceId, options: HistoryOptions = {}): AsyncIterable<StoredHead> {
    requireId(traceId, "traceId");
    requireOptions(options, HISTORY, "history");
    if (options.limit !== undefined) requireCount(options.limit, "limit");
    if (options.before !== undefined) requireHistoryCursor(options.before, traceId);
    return readHistory((work) => this.#core.read(work, HEADS), traceId, { ...options, codecs: this.#core.codecs });
  }

  async fork(id: CheckpointId, traceId: TraceId, options: ForkOptions = {}): Promise<Checkpoint<S>> {
    const forkedId = await this.#fork(id, { traceId, options });
    const checkpoint = await this.load(forkedId);
    if (checkpoint !== undefined) return checkpoint;
    throw new CheckpointStoreError("not-found", `trace ${traceId} was deleted as soon as it was made`, {
      traceId,
      checkpointId: forkedId,
    });
  }

  watch(listener: ChangeListener, options: WatchOptions = {}): () => void {
    requireOptions(options, WATCH, "watch");
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

  async #save(
    traceId: TraceId,
    checkpoint: Checkpoint<S>,
    { growth, ...rules }: SaveRules & { readonly growth?: Growth },
  ): Promise<CheckpointHead> {
    try {
      requireId(traceId, "traceId");
      requireCheckpoint(checkpoint);
      if (rules.ifLatest !== undefined && rules.ifLatest !== null) requireId(rules.ifLatest, "ifLatest");
      this.#core.requireOpen();
      const { state } = checkpoint;
      const saving = this.#core.queue(traceId).save(privateHead(traceId, checkpoint), { state, rules, growth });
      return (await saving).head;
    } catch (error) {
      // Within the call, where it is refused: the next call of the handle may come before anything is awaited.
      growth?.stand.fail();
      throw error;
    }
  }

  #handleParts(traceId: TraceId, rules: SaveRules): HandleParts<S> {
    return {
      store: this,
      of: (other) => this.#handleParts(other, { ...rules, owner: undefined }),
      save: (checkpoint, { ifLatest, ...growth }) => this.#save(traceId, checkpoint, { ...rules, ifLatest, growth }),
      load: (id, options) => loadCheckpoint(this.#core, id, options, traceId),
      note: (id, entries, options) => note(this.#core, { traceId, owner: rules.owner, id, entries }, options),
      fork: (...args) => this.#fork(...args),
      takeOver: (work, options) => {
        const own = (owner: string) => new TraceHandle<S>(this.#handleParts(traceId, { ...rules, owner }), traceId);
        return takeOver(this.#core, { traceId, work, own }, options);
      },
    };
  }

  async #fork(
    id: CheckpointId,
    { traceId, within, options }: { traceId: TraceId; within?: TraceId; options: ForkOptions },
  ): Promise<CheckpointId> {
    requireId(id, "id");
    requireId(traceId, "traceId");
    requireOptions(options, FORK, "fork");
    const { id: copyId } = options;
    if (copyId !== undefined) requireId(copyId, "the id of the copy");
    this.#core.requireOpen();
    const { backend, clock, codecs, changes } = this.#core;
    const queue = this.#core.queue(traceId);
    return queue.enqueue(async () => {
      const { head, version } = await forkTrace(backend, { id, traceId, copyId, within, codecs, clock });
      if (version === undefined) return head.id;
      queue.forget();
      changes.report({ kind: "saved", traceId, version, head: await openHead(head, codecs) });
      return head.id;
    });
  }
}

/** Returns a copy of a head that its maker can't change. @throws `serialization` for metadata that can't be stored. */
function privateHead(traceId: TraceId, checkpoint: CheckpointHead): CheckpointHead {
  const head = pickHead(checkpoint);
  if (head.metadata === undefined) return head;
  return { ...head, metadata: privateMetadata(head.metadata, { traceId, checkpointId: head.id }) };
}
