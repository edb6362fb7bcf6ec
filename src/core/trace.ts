import type { Checkpoint, CheckpointId, CheckpointOptions, StoredHead, TraceId } from "./checkpoint.ts";
import type { Retention } from "./retention.ts";

/**
 * A handle on one trace. It remembers the checkpoint that it last saved or loaded, in the order of its calls: the next
 * save is its child. That need not be awaited: a save waits for the loads that the handle was asked for before, and what
 * could not be saved or loaded does not count.
 */
export interface Trace<S = unknown> {
  /** The trace that this is a handle on. */
  readonly id: TraceId;
  /**
   * Saves a state as a new checkpoint, the newest of the trace.
   *
   * The state is copied before the method returns its promise: the caller may change it at once, and need not await one
   * save before the next.
   *
   * A save with an `id` can be repeated: with the same state and options, it does nothing, and returns what was saved the
   * first time. What was left to the default then, `parentId`, `graphHash` and `createdAt`, is not compared.
   *
   * @param state - What the agent needs to go on.
   * @param options - Other fields of the checkpoint. Default of `parentId` is the checkpoint that this handle last
   *   saved or loaded; default of `graphHash` is that of the handle's last load, if that has upgraded a
   *   checkpoint; default of `id` is `crypto.randomUUID()`; default of `createdAt` is `Date.now()`.
   * @returns The checkpoint, once it is whole on disk. It holds `state` itself.
   * @throws TypeError or RangeError for an option that is not what it must be.
   * @throws CheckpointStoreError `serialization`: a value can't be stored without loss; `path` names it.
   * @throws CheckpointStoreError `conflict`: the id is taken by other content or by another trace, or the trace's
   *   newest checkpoint is not `ifLatest`, or another owner has taken over the trace from this handle.
   * @throws CheckpointStoreError `quota-exceeded`: the storage is full. Everything is as it was before.
   * @throws CheckpointStoreError `corrupted`: the id is taken by a checkpoint that is damaged.
   * @throws CheckpointStoreError `codec-mismatch`: this store can't read the trace's newest checkpoint, and was not told
   *   `allowUnreadableLatest`; or it would put a plain record on top of an encrypted one.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const store = await openStore<{ messages: string[] }>("my-agent");
   * const run = store.trace("run-1");
   * const state = { messages: ["hello"] };
   * const first = await run.save(state, { nextNode: "ask" });
   * state.messages.push("bye");
   * const second = await run.save(state);
   * console.log(second.parentId === first.id, (await run.load(first.id))?.state); // true { messages: [ 'hello' ] }
   * ```
   */
  save(state: S, options?: SaveOptions): Promise<Checkpoint<S>>;
  /**
   * Keeps small values beside a checkpoint of this trace, under keys: all of them, or none. They live and go with their
   * checkpoint, and are forked, archived and encrypted with it. The checkpoint itself stays as it is, and so does the
   * list.
   *
   * The values are copied before the method returns its promise. It takes its turn in the trace: a save that was called
   * before it need not be awaited. A note that has to be kept on its own, like the result of a call that must not be
   * repeated, is on disk when the promise resolves.
   *
   * @param checkpointId - The checkpoint.
   * @param entries - The notes: an object or a map. A value is whatever a state may hold; a key is a string that is not
   *   empty.
   * @param options - `once`: a key that is there keeps its value. Default is false: the last one stays, and has its place
   *   in the order of the last.
   * @returns The keys that were not there before, in their order.
   * @throws TypeError for keys or options that are not what they must be.
   * @throws CheckpointStoreError `not-found`: this trace has no checkpoint `checkpointId`.
   * @throws CheckpointStoreError `serialization`: a value can't be stored without loss; `path` names it.
   * @throws CheckpointStoreError `conflict`: another owner has taken over the trace from this handle.
   * @throws CheckpointStoreError `quota-exceeded`: the storage is full. Everything is as it was before.
   * @throws CheckpointStoreError `codec-mismatch`: it would put a plain note beside an encrypted checkpoint.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const run = (await openStore("my-agent")).trace("run-1");
   * const { id } = await run.save({ step: 1 });
   * console.log(await run.note(id, { search: ["a", "b"], fetch: "<p>" })); // [ 'search', 'fetch' ]
   * console.log(await run.note(id, { search: [] }, { once: true })); // []
   *
   * const last = await run.loadLatest({ notes: true });
   * console.log(last?.notes?.get("search")); // [ 'a', 'b' ]
   * ```
   */
  note(checkpointId: CheckpointId, entries: NoteEntries, options?: NoteOptions): Promise<string[]>;
  /**
   * Loads a checkpoint of this trace. The next save is its child.
   *
   * @param id - The checkpoint to load.
   * @returns The checkpoint, or `undefined` if this trace has no such checkpoint.
   * @throws CheckpointStoreError `graph-mismatch`: another graph made it, `graphHash` was given, and `upgrade` was not,
   *   or returned `undefined`.
   * @throws CheckpointStoreError `corrupted`: a record that it needs is damaged.
   * @throws CheckpointStoreError `codec-mismatch`: it was written by a codec, or with a key, that this store was not
   *   given.
   */
  load(id: CheckpointId, options?: LoadOptions<S>): Promise<Checkpoint<S> | undefined>;
  /**
   * Loads the newest checkpoint that the trace still has. The next save is its child.
   *
   * @returns The checkpoint, or `undefined` if the trace has none.
   * @throws CheckpointStoreError `graph-mismatch`: another graph made it, `graphHash` was given, and `upgrade` was not,
   *   or returned `undefined`.
   * @throws CheckpointStoreError `corrupted`: a record that it needs is damaged.
   * @throws CheckpointStoreError `codec-mismatch`: it was written by a codec, or with a key, that this store was not
   *   given.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const store = await openStore<{ step: number }>("my-agent");
   * const run = store.trace("run-1");
   * console.log(await run.loadLatest()); // undefined
   *
   * await run.save({ step: 1 }, { nextNode: "search", graphHash: "graph-1" });
   * const last = await run.loadLatest({ graphHash: "graph-1" });
   * console.log(last?.state, last?.nextNode); // { step: 1 } search
   * ```
   */
  loadLatest(options?: LoadLatestOptions<S>): Promise<Checkpoint<S> | undefined>;
  /**
   * Reads the head of a checkpoint of this trace, and not its state. The handle stays where it stands.
   *
   * @param id - The checkpoint.
   * @returns Its head, or `undefined` if this trace has no such checkpoint.
   */
  head(id: CheckpointId): Promise<StoredHead | undefined>;
  /**
   * Lists the checkpoints of the trace. Reads no state.
   *
   * @returns Their ids, newest first, each once.
   */
  list(): Promise<CheckpointId[]>;
  /**
   * Reads the heads of the trace, newest first, as `Store.history` does.
   *
   * @param options - Where to start, and how many to read.
   * @returns The heads of the checkpoints, without their states. Fewer than `limit` are the end of the trace.
   * @throws TypeError or RangeError for an option that is not what it must be.
   * @throws CheckpointStoreError `not-found`: the trace has no checkpoint of the id `before`, or was deleted and made anew
   *   since. It is thrown from the loop.
   * @throws The signal's reason, from the loop, once `signal` is aborted.
   */
  history(options?: HistoryOptions): AsyncIterable<StoredHead>;
  /**
   * Removes all checkpoints of the trace except the newest ones and those that are pinned, as `Store.prune` does.
   *
   * @param keep - How many of the newest to keep: a whole number. 0 empties the trace, pinned checkpoints included.
   * @returns How many checkpoints were removed.
   * @throws TypeError or RangeError if `keep` is not a whole number, 0 or more.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const run = (await openStore("my-agent")).trace("run-1");
   * for (const step of [1, 2, 3]) await run.save({ step }, { id: `step-${step}` });
   * console.log((await run.prune(1, { dryRun: true })).ids); // [ 'step-2', 'step-1' ]
   * console.log(await run.prune(1), await run.list()); // 2 [ 'step-3' ]
   * ```
   */
  prune(keep: number): Promise<number>;
  /**
   * Returns what pruning would remove, and removes nothing.
   *
   * @param keep - How many of the newest to keep: a whole number. 0 empties the trace, pinned checkpoints included.
   * @param options - `dryRun: true`.
   * @returns The checkpoints that would be removed, and how many bytes that would free.
   * @throws TypeError or RangeError if `keep` is not a whole number, 0 or more.
   */
  prune(keep: number, options: { readonly dryRun: true }): Promise<PrunePreview>;
  /**
   * Starts another trace with a copy of a checkpoint of this one and its notes. Reads no state, and needs neither codec
   * nor key, unless the checkpoint is bound to its place, as an encrypted one is.
   *
   * @param id - The checkpoint to copy.
   * @param traceId - The trace to start.
   * @param options - `id`: that of the copy; see `Store.fork`.
   * @returns A handle on the new trace. Its first save is a child of the copy.
   * @throws CheckpointStoreError `not-found`: this trace has no checkpoint `id`.
   * @throws CheckpointStoreError `conflict`: the trace `traceId` exists, or the copy's id is taken.
   * @throws CheckpointStoreError `corrupted`: a record that the checkpoint needs is damaged.
   * @throws CheckpointStoreError `codec-mismatch`: it is bound to its place by a codec, or with a key, that this store was
   *   not given.
   */
  fork(id: CheckpointId, traceId: TraceId, options?: ForkOptions): Promise<Trace<S>>;
  /**
   * Calls a listener with each change of the trace from now on, as `Store.watch` does.
   *
   * @param listener - Called with each change. It never receives a state.
   * @param options - `signal` ends the watch when it is aborted.
   * @returns A function that ends the watch.
   * @throws TypeError if `listener` is not a function.
   * @throws CheckpointStoreError `closed`: the store was closed.
   */
  watch(listener: ChangeListener, options?: { readonly signal?: AbortSignal }): () => void;
  /**
   * Runs `work` as the only owner of the trace in this origin: at once, or when the owner before it is done or gone. An
   * owner is gone when its tab was closed, discarded or has crashed.
   *
   * The trace that `work` is given can save only while it is the owner: a page that was frozen while another one took
   * over has its saves refused when it thaws. Other handles are not hindered, so all who drive the trace should take it
   * over. Deleting the trace ends all ownership.
   *
   * @param work - What to do as the owner. Ownership ends when its promise settles.
   * @param options - How to wait, and how to load: `graphHash`, `upgrade`, `notes` and `skipDamaged` are those of
   *   `loadLatest`.
   * @returns What `work` returns.
   * @throws TypeError if `work` is not a function.
   * @throws CheckpointStoreError `unavailable`: there are no Web Locks here, and the store was given no others.
   * @throws CheckpointStoreError `conflict`: another owner stole the trace while `work` ran; or work of this very page or
   *   worker owns it, and `waitsForOwn` was not given.
   * @throws CheckpointStoreError `graph-mismatch`: another graph made the newest checkpoint, `graphHash` was given, and
   *   `upgrade` was not, or returned `undefined`.
   * @throws CheckpointStoreError `corrupted`: a record that the newest checkpoint needs is damaged. `work` is not called.
   * @throws CheckpointStoreError `codec-mismatch`: it was written by a codec, or with a key, that this store was not
   *   given.
   * @throws The signal's reason, if `signal` is aborted while it waits; and whatever `work` throws, an AbortError included.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const store = await openStore<{ step: number }>("my-agent");
   * const step = await store.trace("run-1").takeOver(async ({ trace, latest, signal }) => {
   *   let state = latest?.state ?? { step: 0 };
   *   while (!signal.aborted && state.step < 3) await trace.save((state = { step: state.step + 1 }));
   *   return state.step;
   * });
   * console.log(step); // 3
   * ```
   */
  takeOver<T>(work: TraceWork<S, T>, options?: TakeOverOptions<S>): Promise<T>;
}

/** Options of `Store.trace`. */
export interface TraceOptions {
  /** Rules that are applied with each save through this handle. Default is the store's own. */
  readonly retention?: Retention | readonly Retention[];
}

/** What a save is refused by, beside what it saves. */
export interface SaveGuard {
  /**
   * Save only if this checkpoint is still the newest of the trace when the save is stored; `null`: only if the trace has
   * none. Otherwise the save rejects with `conflict`, unless it is the repetition of one that has succeeded. Default is to
   * save in any case.
   */
  readonly ifLatest?: CheckpointId | null;
}

/** Options of `Trace.save`: any field of the checkpoint except its state, and what the save is refused by. */
export interface SaveOptions extends CheckpointOptions, SaveGuard {}

/** Notes by their keys, in the order in which they are written. */
export type NoteEntries = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

/** Options of `Trace.note`. */
export interface NoteOptions {
  /** Whether a key that is there keeps its value. Default is false: it gets the new one. */
  readonly once?: boolean;
}

/** Options of `Store.fork` and `Trace.fork`. */
export interface ForkOptions {
  /**
   * The id of the copy. With it, a fork whose outcome is unknown can be repeated: if the trace began with this very copy,
   * that is what the call returns. Default is `crypto.randomUUID()`.
   */
  readonly id?: CheckpointId;
}

/** Options of `load` and `loadLatest` of any `CheckpointStore`. */
export interface GraphOptions {
  /**
   * The graph that is about to resume. A checkpoint made by another graph, or by none that was named, rejects with
   * `graph-mismatch`. Default is to accept any.
   */
  readonly graphHash?: string;
}

/** Options of `Store.load` and `Trace.load`. */
export interface LoadOptions<S = unknown> extends GraphOptions {
  /**
   * Brings a checkpoint of another graph to the graph `graphHash`. What is stored stays as it is. The checkpoint that is
   * loaded has the new state and `graphHash`; what is then saved through the same handle has that `graphHash` by default,
   * until the handle's next load. What this throws is what the load rejects with. Default is `graph-mismatch`.
   *
   * @param checkpoint - The checkpoint as it was saved, with a state of its own.
   * @returns The state for the graph `graphHash`; `undefined` for `graph-mismatch`.
   */
  upgrade?(checkpoint: Checkpoint): S | undefined | Promise<S | undefined>;
  /** Whether to load the checkpoint's notes, too. Default is false: they are not read. */
  readonly notes?: boolean;
}

/** Options of `Store.loadLatest` and `Trace.loadLatest`. */
export interface LoadLatestOptions<S = unknown> extends LoadOptions<S> {
  /**
   * Whether to load the newest checkpoint that is not damaged. Default is false: if the newest one is damaged, the call
   * rejects with `corrupted` and names it. If all are damaged, it rejects either way.
   */
  readonly skipDamaged?: boolean;
}

/** Options of `Store.history` and `Trace.history`. */
export interface HistoryOptions {
  /** How many heads to read at most: a whole number, 0 or more. Default is all. */
  readonly limit?: number;
  /**
   * Start with the checkpoint that was saved before this one: the last head of the page before, which says by itself where
   * to go on, even if its checkpoint was removed since; or an id, which is `not-found` once it is gone. Default is to
   * start with the newest.
   */
  readonly before?: CheckpointId | StoredHead;
  /** Ends the reading when it is aborted: the loop throws the signal's reason. Default is none. */
  readonly signal?: AbortSignal;
}

/** What pruning would remove. */
export interface PrunePreview {
  /** The checkpoints that would be removed, newest first. */
  readonly ids: readonly CheckpointId[];
  /** By how many bytes `TraceSummary.bytes` and `StorageUsage.storedBytes` would shrink. */
  readonly bytes: number;
}

/** What an owner does with its trace: the argument of `Trace.takeOver`. */
export type TraceWork<S, T> = (owned: {
  /** A handle that can save only while it is the owner's. */
  readonly trace: Trace<S>;
  /** The newest checkpoint when the trace was taken over; `undefined` if it had none. */
  readonly latest: Checkpoint<S> | undefined;
  /** Aborted when another owner has stolen the trace. */
  readonly signal: AbortSignal;
}) => Promise<T>;

/** Options of `Trace.takeOver`. */
export interface TakeOverOptions<S = unknown> extends LoadLatestOptions<S> {
  /** Ends the waiting when it is aborted. Work that has begun goes on. Default is to wait for as long as it takes. */
  readonly signal?: AbortSignal;
  /**
   * Whether to take the trace from its owner at once instead of waiting. Default is false. For an owner that is known
   * to be frozen: its work goes on until it saves, which is then refused.
   */
  readonly steal?: boolean;
  /**
   * Whether to wait for work of this very page or worker, too. Default is false: while such work is under way, the call
   * is refused as `conflict`, since within that work it would wait for itself.
   */
  readonly waitsForOwn?: boolean;
}

/**
 * A change of a trace, as `watch` reports it. It never carries a state.
 *
 * Its `kind` says what happened: `saved` has the new `head`; `deleted` and `pruned` have the `ids` that are gone;
 * `noted` has the `id` of the checkpoint and the `keys` that were written, in their order; `trace-deleted` means that the whole trace is gone.
 */
export type Change = {
  /** The trace that was changed. */
  readonly traceId: TraceId;
  /**
   * Grows by 1 with every change of the trace. A gap means that changes were missed, as by a frozen tab: read the trace
   * again.
   */
  readonly version: number;
  /**
   * `local` if the change was made through this store object, `remote` if through another one, in this tab or
   * elsewhere.
   */
  readonly origin: "local" | "remote";
} & (
  | { readonly kind: "saved"; readonly head: StoredHead }
  | { readonly kind: "deleted" | "pruned"; readonly ids: readonly CheckpointId[] }
  | { readonly kind: "noted"; readonly id: CheckpointId; readonly keys: readonly string[] }
  | { readonly kind: "trace-deleted" }
);

/** A function that `watch` calls with each change. */
export type ChangeListener = (change: Change) => void;
