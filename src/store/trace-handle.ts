import {
  createCheckpoint,
  type Checkpoint,
  type CheckpointId,
  type CheckpointOptions,
  type StoredHead,
  type TraceId,
} from "../core/checkpoint.ts";
import type {
  ChangeListener,
  HistoryOptions,
  LoadLatestOptions,
  LoadOptions,
  PrunePreview,
  Store,
  TakeOverOptions,
  Trace,
  TraceWork,
} from "../core/store.ts";

/** What a handle needs of its store. */
export interface HandleParts<S> {
  readonly store: Store<S>;
  /** Returns the same for another trace, with the same retention and no owner. */
  of(traceId: TraceId): HandleParts<S>;
  /** As the store's `load`, but for checkpoints of one trace alone. */
  load(id: CheckpointId, options: LoadOptions, within: TraceId): Promise<Checkpoint<S> | undefined>;
  /** As `saveWithTrace`, under the handle's own rules. */
  save(checkpoint: Checkpoint<S>): Promise<void>;
  /** As the store's `fork`, but of a checkpoint of one trace alone. Returns the id of the copy; reads no state. */
  fork(id: CheckpointId, options: { traceId: TraceId; within: TraceId }): Promise<CheckpointId>;
  takeOver<T>(work: TraceWork<S, T>, options: TakeOverOptions): Promise<T>;
}

/** A handle on a trace. It remembers the checkpoint that the next one grows from. */
export class TraceHandle<S> implements Trace<S> {
  readonly id: TraceId;
  readonly #parts: HandleParts<S>;
  readonly #store: Store<S>;
  #parentId: CheckpointId | undefined;

  constructor(parts: HandleParts<S>, id: TraceId, parentId?: CheckpointId) {
    this.#parts = parts;
    this.#store = parts.store;
    this.id = id;
    this.#parentId = parentId;
  }

  async save(state: S, options: CheckpointOptions = {}): Promise<Checkpoint<S>> {
    const parentId = options.parentId ?? this.#parentId;
    const checkpoint = createCheckpoint(state, { ...options, ...(parentId !== undefined && { parentId }) });
    const saving = this.#parts.save(checkpoint);
    // Set before the save is done, so that the next save is its child without awaiting it; set back if it fails.
    const before = this.#parentId;
    this.#parentId = checkpoint.id;
    try {
      await saving;
    } catch (error) {
      if (this.#parentId === checkpoint.id) this.#parentId = before;
      throw error;
    }
    return checkpoint;
  }

  async load(id: CheckpointId, options: LoadOptions = {}): Promise<Checkpoint<S> | undefined> {
    return this.#standAt(await this.#parts.load(id, options, this.id));
  }

  async loadLatest(options: LoadLatestOptions = {}): Promise<Checkpoint<S> | undefined> {
    return this.#standAt(await this.#store.loadLatest(this.id, options));
  }

  list(): Promise<CheckpointId[]> {
    return this.#store.list(this.id);
  }

  history(options: HistoryOptions = {}): AsyncIterable<StoredHead> {
    return this.#store.history(this.id, options);
  }

  prune(keep: number): Promise<number>;
  prune(keep: number, options: { readonly dryRun: true }): Promise<PrunePreview>;
  prune(keep: number, options?: { readonly dryRun: true }): Promise<number | PrunePreview> {
    return options === undefined ? this.#store.prune(this.id, keep) : this.#store.prune(this.id, keep, options);
  }

  async fork(id: CheckpointId, traceId: TraceId): Promise<Trace<S>> {
    const copyId = await this.#parts.fork(id, { traceId, within: this.id });
    return new TraceHandle(this.#parts.of(traceId), traceId, copyId);
  }

  watch(listener: ChangeListener, options: { readonly signal?: AbortSignal } = {}): () => void {
    return this.#store.watch(listener, { ...options, traceId: this.id });
  }

  takeOver<T>(work: TraceWork<S, T>, options: TakeOverOptions = {}): Promise<T> {
    return this.#parts.takeOver(work, options);
  }

  #standAt(checkpoint: Checkpoint<S> | undefined): Checkpoint<S> | undefined {
    if (checkpoint !== undefined) this.#parentId = checkpoint.id;
    return checkpoint;
  }
}
