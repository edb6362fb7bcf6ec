import {
  createCheckpoint,
  pickHead,
  type Checkpoint,
  type CheckpointHead,
  type CheckpointId,
  type StoredHead,
  type TraceId,
} from "../core/checkpoint.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import type { Store } from "../core/store.ts";
import type {
  ChangeListener,
  ForkOptions,
  HistoryOptions,
  LoadLatestOptions,
  LoadOptions,
  NoteEntries,
  NoteOptions,
  PrunePreview,
  SaveGuard,
  SaveOptions,
  TakeOverOptions,
  Trace,
  TraceWork,
} from "../core/trace.ts";
import { Stand, type Growth } from "./stand.ts";

const WATCH: OptionNames<{ readonly signal?: AbortSignal }> = { signal: true };

/** What a handle needs of its store. */
export interface HandleParts<S> {
  readonly store: Store<S>;
  /** Returns the same for another trace, with the same retention and no owner. */
  of(traceId: TraceId): HandleParts<S>;
  /** As the store's `load`, but for checkpoints of the handle's trace alone. */
  load(id: CheckpointId, options: LoadOptions<S>): Promise<Checkpoint<S> | undefined>;
  /** As `saveWithTrace`, under the handle's own rules. Returns the head as it is stored. */
  save(checkpoint: Checkpoint<S>, options: Growth & SaveGuard): Promise<CheckpointHead>;
  note(id: CheckpointId, entries: NoteEntries, options: NoteOptions): Promise<string[]>;
  /** As the store's `fork`, but of a checkpoint of one trace alone. Returns the id of the copy; reads no state. */
  fork(id: CheckpointId, options: { traceId: TraceId; within: TraceId; options: ForkOptions }): Promise<CheckpointId>;
  takeOver<T>(work: TraceWork<S, T>, options: TakeOverOptions<S>): Promise<T>;
}

/** A handle on a trace. It remembers the checkpoint that the next one grows from. */
export class TraceHandle<S> implements Trace<S> {
  readonly id: TraceId;
  readonly #parts: HandleParts<S>;
  readonly #store: Store<S>;
  #stand: Stand | undefined;

  constructor(parts: HandleParts<S>, id: TraceId, standsAt?: CheckpointId) {
    this.#parts = parts;
    this.#store = parts.store;
    this.id = id;
    if (standsAt !== undefined) this.#stand = new Stand(undefined, standsAt);
  }

  async save(state: S, { ifLatest, ...options }: SaveOptions = {}): Promise<Checkpoint<S>> {
    const checkpoint = createCheckpoint(state, options);
    // Set before the save is done, so that the next save is its child without awaiting it.
    this.#stand = new Stand(this.#stand, checkpoint.id);
    const { parentId, createdAt } = await this.#parts.save(checkpoint, {
      ifLatest,
      stand: this.#stand,
      isChild: options.parentId === undefined,
      isDated: options.createdAt === undefined,
    });
    return { ...pickHead({ ...checkpoint, ...(parentId !== undefined && { parentId }), createdAt }), state };
  }

  load(id: CheckpointId, options: LoadOptions<S> = {}): Promise<Checkpoint<S> | undefined> {
    return this.#standAt(this.#parts.load(id, options));
  }

  loadLatest(options: LoadLatestOptions<S> = {}): Promise<Checkpoint<S> | undefined> {
    return this.#standAt(this.#store.loadLatest(this.id, options));
  }

  note(checkpointId: CheckpointId, entries: NoteEntries, options: NoteOptions = {}): Promise<string[]> {
    return this.#parts.note(checkpointId, entries, options);
  }

  async head(id: CheckpointId): Promise<StoredHead | undefined> {
    const head = await this.#store.head(id);
    return head?.traceId === this.id ? head : undefined;
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

  async fork(id: CheckpointId, traceId: TraceId, options: ForkOptions = {}): Promise<Trace<S>> {
    const copyId = await this.#parts.fork(id, { traceId, within: this.id, options });
    return new TraceHandle(this.#parts.of(traceId), traceId, copyId);
  }

  watch(listener: ChangeListener, options: { readonly signal?: AbortSignal } = {}): () => void {
    requireOptions(options, WATCH, "watch");
    return this.#store.watch(listener, { ...options, traceId: this.id });
  }

  takeOver<T>(work: TraceWork<S, T>, options: TakeOverOptions<S> = {}): Promise<T> {
    return this.#parts.takeOver(work, options);
  }

  #standAt(loading: Promise<Checkpoint<S> | undefined>): Promise<Checkpoint<S> | undefined> {
    this.#stand = new Stand(this.#stand);
    return this.#stand.load(loading);
  }
}
