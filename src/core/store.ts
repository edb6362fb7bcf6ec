import type { Checkpoint, CheckpointId, CheckpointOptions, StoredHead, TraceId } from "./checkpoint.ts";
import type { Retention } from "./retention.ts";

/** What `load` and `loadLatest` may insist on. */
export interface LoadOptions {
  /** The graph that is about to resume. A checkpoint made by another one is a `graph-mismatch` error. */
  readonly graphHash?: string;
}

/** What `loadLatest` of a store may be told beyond. */
export interface LoadLatestOptions extends LoadOptions {
  /** If the newest checkpoint is damaged, answers the newest that is not. Without it, that is a `corrupted` error that names the damaged one. */
  readonly skipDamaged?: boolean;
}

/**
 * The storage SPI: whoever implements these six is a checkpoint store.
 *
 * Order is the order of saving, whatever the clocks said. A checkpoint never changes. A trace is named by its id and
 * exists while it has checkpoints. Ids that are empty or no strings are a `TypeError`.
 */
export interface CheckpointStore<S = unknown> {
  /**
   * Stores a checkpoint as the trace's newest. When it resolves, the checkpoint is on disk, whole.
   *
   * The state is copied before the first `await`: the caller may change it at once. Saving an id again with equal
   * content is a no-op, so a save whose outcome is unknown can be repeated.
   *
   * @throws `serialization` names the path of a value that would be lost; `conflict` if the id is taken by other
   * content or by another trace; `quota-exceeded` leaves everything as it was.
   */
  saveWithTrace(traceId: TraceId, checkpoint: Checkpoint<S>): Promise<void>;
  /** The checkpoint, or `undefined`. @throws `graph-mismatch`, `corrupted`, `codec-mismatch`. */
  load(id: CheckpointId, options?: LoadOptions): Promise<Checkpoint<S> | undefined>;
  /** The newest checkpoint that the trace still has, or `undefined`. Throws what `load` throws. */
  loadLatest(traceId: TraceId, options?: LoadOptions): Promise<Checkpoint<S> | undefined>;
  /** The ids of a trace, newest first. Reads no state. */
  list(traceId: TraceId): Promise<CheckpointId[]>;
  /** Whether there was such a checkpoint. It is gone, and so is what only it needed. */
  delete(id: CheckpointId): Promise<boolean>;
  /** Keeps the `keep` newest of a trace and answers how many went; 0 empties the trace. */
  prune(traceId: TraceId, keep: number): Promise<number>;
}

/** A store as applications hold it: the six verbs, and what a page or an adapter needs beyond them. */
export interface Store<S = unknown> extends CheckpointStore<S> {
  /** A handle on one trace. It costs nothing and needs no closing. */
  trace(traceId: TraceId, options?: TraceOptions): Trace<S>;
  /** The store's traces, the one saved to last first. Reads no checkpoint. */
  traces(options?: TracesOptions): Promise<TraceSummary[]>;
  /** The heads of a trace, newest first, in pages: no transaction is open while the caller holds an item. */
  history(traceId: TraceId, options?: HistoryOptions): AsyncIterable<StoredHead>;
  /**
   * Starts the new trace `traceId` with a copy of checkpoint `id`, whose `parentId` leads back to it.
   *
   * The copy is read once it is made: where this store has not the codec or the key, that is `codec-mismatch`, and the
   * fork stands. A trace handle's `fork` reads nothing.
   *
   * @throws `not-found`, `conflict`, `codec-mismatch`.
   */
  fork(id: CheckpointId, traceId: TraceId): Promise<Checkpoint<S>>;
  loadLatest(traceId: TraceId, options?: LoadLatestOptions): Promise<Checkpoint<S> | undefined>;
  prune(traceId: TraceId, keep: number): Promise<number>;
  /** With `dryRun`, removes nothing, and answers what would go. */
  prune(traceId: TraceId, keep: number, options: { readonly dryRun: true }): Promise<PrunePreview>;
  /** Removes a trace with all it owns; answers how many checkpoints went. */
  deleteTrace(traceId: TraceId): Promise<number>;
  /**
   * Reports what changes, here and in every other tab and worker of the origin, each trace's changes in their order; one
   * that overtook another waits for it, half a second at most. Answers what ends it.
   */
  watch(listener: ChangeListener, options?: WatchOptions): () => void;
  /** What is stored, and what the browser allows. */
  usage(): Promise<StorageUsage>;
  /**
   * Asks the browser not to clear the origin's storage when space is short. Answers whether it agreed, or `undefined`
   * where it can't be asked: in workers, in WebKitGTK, and outside a secure context.
   */
  persist(): Promise<boolean | undefined>;
  /** Waits for what is under way, then lets go of the database. Idempotent; later calls are `closed` errors. */
  close(): Promise<void>;
}

/** How a handle on a trace works. */
export interface TraceOptions {
  /** Applied with each save through the handle, in place of the store's own. */
  readonly retention?: Retention | readonly Retention[];
}

/** One trace of a store, with a memory of where it stands. */
export interface Trace<S = unknown> {
  readonly id: TraceId;
  /** Makes a checkpoint of `state` and saves it; its parent is the one this handle last saved or loaded. */
  save(state: S, options?: CheckpointOptions): Promise<Checkpoint<S>>;
  /** As the store's `load`, but `undefined` for a checkpoint of another trace. */
  load(id: CheckpointId, options?: LoadOptions): Promise<Checkpoint<S> | undefined>;
  loadLatest(options?: LoadLatestOptions): Promise<Checkpoint<S> | undefined>;
  list(): Promise<CheckpointId[]>;
  history(options?: HistoryOptions): AsyncIterable<StoredHead>;
  prune(keep: number): Promise<number>;
  prune(keep: number, options: { readonly dryRun: true }): Promise<PrunePreview>;
  /** Starts another trace from checkpoint `id` of this one and answers its handle, standing at the copy. Reads no state. */
  fork(id: CheckpointId, traceId: TraceId): Promise<Trace<S>>;
  watch(listener: ChangeListener, options?: { readonly signal?: AbortSignal }): () => void;
  /**
   * Runs `work` as the trace's one owner in the origin: at once, or as soon as the owner before it is done or dead.
   *
   * The trace that `work` is given saves only as long as it is the owner: a page that was thawed after another one took
   * over has its saves refused as `conflict`. Saves by other handles are not hindered, and deleting the trace ends all
   * ownership. Answers what `work` answers.
   *
   * @throws `unavailable` where there are no Web Locks; `conflict` if another one stole the trace meanwhile.
   */
  takeOver<T>(work: TraceWork<S, T>, options?: TakeOverOptions): Promise<T>;
}

/** What an owner does with its trace. */
export type TraceWork<S, T> = (owned: {
  readonly trace: Trace<S>;
  /** Where the trace stood when it was taken over. */
  readonly latest: Checkpoint<S> | undefined;
  /** Aborts when another one has stolen the trace. */
  readonly signal: AbortSignal;
}) => Promise<T>;

/** How to wait for a trace. */
export interface TakeOverOptions {
  /** Ends the waiting; what has begun goes on. */
  readonly signal?: AbortSignal;
  /** Does not wait: for an owner that is known to be frozen. */
  readonly steal?: boolean;
}

/** What a prune would remove. */
export interface PrunePreview {
  /** Newest first. */
  readonly ids: readonly CheckpointId[];
  /** How much less `traces` and `usage` would count. */
  readonly bytes: number;
}

/** One row of `traces`. */
export interface TraceSummary {
  readonly traceId: TraceId;
  readonly checkpoints: number;
  readonly bytes: number;
  readonly latest: StoredHead;
}

/** Which traces to list. */
export interface TracesOptions {
  readonly limit?: number;
  /** Go on after this trace, the last one of the page before. */
  readonly before?: TraceId;
}

/** Which heads to read. */
export interface HistoryOptions {
  readonly limit?: number;
  /** Start with the checkpoint before this one. */
  readonly before?: CheckpointId;
  readonly signal?: AbortSignal;
}

/** Which changes to hear. */
export interface WatchOptions {
  readonly traceId?: TraceId;
  /** Ends the watch when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * What happened to a trace. Never carries a state.
 *
 * `version` grows by one with every change of the trace: a gap means that something was missed (a frozen tab, say),
 * and that the trace should be read again.
 */
export type Change = {
  readonly traceId: TraceId;
  readonly version: number;
  /** `local`: made through this store object. `remote`: by another one, in this tab or elsewhere. */
  readonly origin: "local" | "remote";
} & (
  | { readonly kind: "saved"; readonly head: StoredHead }
  | { readonly kind: "deleted" | "pruned"; readonly ids: readonly CheckpointId[] }
  | { readonly kind: "trace-deleted" }
);

export type ChangeListener = (change: Change) => void;

/** Where the browser tells none of it, the last three are `undefined`. */
export interface StorageUsage {
  /** What the store's records hold, as the engine counts: encoded lengths, without the database's own overhead. */
  readonly storedBytes: number;
  /** What the same checkpoints would have taken, had each held its whole state. */
  readonly wholeStateBytes: number;
  readonly originBytes: number | undefined;
  readonly quotaBytes: number | undefined;
  readonly persisted: boolean | undefined;
}
