import type { Checkpoint, CheckpointId, StoredHead, TraceId } from "./checkpoint.ts";
import type {
  ChangeListener,
  ForkOptions,
  GraphOptions,
  HistoryOptions,
  LoadLatestOptions,
  LoadOptions,
  PrunePreview,
  SaveGuard,
  Trace,
  TraceOptions,
} from "./trace.ts";

/**
 * The six methods that make a checkpoint store. Adapters need no more, and whoever implements them has a store.
 *
 * Order is the order of saving, whatever clocks say. A checkpoint never changes. A trace exists while it has
 * checkpoints.
 *
 * Every method rejects with a TypeError if an id is empty or not a string, with `closed` once the store was closed, and
 * with `storage` or `unavailable` if the backend fails.
 */
export interface CheckpointStore<S = unknown> {
  /**
   * Saves a checkpoint as the newest of its trace.
   *
   * The state is copied before the method returns its promise: the caller may change it at once. Saving an id again
   * with equal content does nothing, so a save whose outcome is unknown can be repeated.
   *
   * @param traceId - The trace to save to. It is made with its first checkpoint.
   * @param checkpoint - What `createCheckpoint` returns.
   * @returns A promise that resolves when the whole checkpoint is on disk.
   * @throws TypeError or RangeError for a field of the checkpoint that is not what it must be.
   * @throws CheckpointStoreError `serialization`: a value can't be stored without loss; `path` names it.
   * @throws CheckpointStoreError `conflict`: the id is taken by other content or by another trace.
   * @throws CheckpointStoreError `quota-exceeded`: the storage is full. Everything is as it was before.
   * @throws CheckpointStoreError `corrupted`: the id is taken by a checkpoint that is damaged.
   * @throws CheckpointStoreError `codec-mismatch`: this store can't read the trace's newest checkpoint, and was not told
   *   `allowUnreadableLatest`; or it would put a plain record on top of an encrypted one.
   */
  saveWithTrace(traceId: TraceId, checkpoint: Checkpoint<S>): Promise<void>;
  /**
   * Loads a checkpoint.
   *
   * @param id - The checkpoint to load, of whichever trace.
   * @returns The checkpoint with a state of its own, or `undefined` if there is no such checkpoint.
   * @throws CheckpointStoreError `graph-mismatch`: another graph made it, and `graphHash` was given.
   * @throws CheckpointStoreError `corrupted`: a record that it needs is damaged.
   * @throws CheckpointStoreError `codec-mismatch`: it was written by a codec, or with a key, that this store was not
   *   given.
   */
  load(id: CheckpointId, options?: GraphOptions): Promise<Checkpoint<S> | undefined>;
  /**
   * Loads the newest checkpoint that a trace still has. After the newest was deleted, that is the one before it.
   *
   * @param traceId - The trace to load from.
   * @returns The checkpoint with a state of its own, or `undefined` if the trace has none.
   * @throws CheckpointStoreError `graph-mismatch`: another graph made it, and `graphHash` was given.
   * @throws CheckpointStoreError `corrupted`: a record that it needs is damaged.
   * @throws CheckpointStoreError `codec-mismatch`: it was written by a codec, or with a key, that this store was not
   *   given.
   */
  loadLatest(traceId: TraceId, options?: GraphOptions): Promise<Checkpoint<S> | undefined>;
  /**
   * Lists the checkpoints of a trace. Reads no state.
   *
   * @param traceId - The trace to list.
   * @returns Their ids, newest first, each once.
   */
  list(traceId: TraceId): Promise<CheckpointId[]>;
  /**
   * Deletes a checkpoint, and what only it needed.
   *
   * @param id - The checkpoint to delete, of whichever trace.
   * @returns `true` if it was there, `false` if there was no such checkpoint.
   * @throws CheckpointStoreError `corrupted`: the record of its trace is damaged.
   */
  delete(id: CheckpointId): Promise<boolean>;
  /**
   * Removes all checkpoints of a trace except the newest ones and those that are pinned. Children of removed checkpoints
   * stay.
   *
   * @param traceId - The trace to prune.
   * @param keep - How many of the newest to keep: a whole number. 0 empties the trace, pinned checkpoints included.
   * @returns How many checkpoints were removed.
   * @throws TypeError or RangeError if `keep` is not a whole number, 0 or more.
   */
  prune(traceId: TraceId, keep: number): Promise<number>;
}

/**
 * A store as applications hold it: the six methods of {@link CheckpointStore}, and what a page or an adapter needs
 * beyond them.
 */
export interface Store<S = unknown> extends CheckpointStore<S> {
  /**
   * Saves a checkpoint as the newest of its trace; with `ifLatest`, only if the trace is still where the caller thinks.
   *
   * The state is copied before the method returns its promise: the caller may change it at once. Saving an id again
   * with equal content does nothing, so a save whose outcome is unknown can be repeated.
   *
   * @param traceId - The trace to save to. It is made with its first checkpoint.
   * @param checkpoint - What `createCheckpoint` returns.
   * @param options - `ifLatest`: the checkpoint that has to be the newest of the trace; `null` for none.
   * @returns A promise that resolves when the whole checkpoint is on disk.
   * @throws TypeError or RangeError for a field of the checkpoint or an option that is not what it must be.
   * @throws CheckpointStoreError `serialization`: a value can't be stored without loss; `path` names it.
   * @throws CheckpointStoreError `conflict`: the id is taken by other content or by another trace, or the trace's newest
   *   checkpoint is not `ifLatest`.
   * @throws CheckpointStoreError `quota-exceeded`: the storage is full. Everything is as it was before.
   * @throws CheckpointStoreError `corrupted`: the id is taken by a checkpoint that is damaged.
   * @throws CheckpointStoreError `codec-mismatch`: this store can't read the trace's newest checkpoint, and was not told
   *   `allowUnreadableLatest`; or it would put a plain record on top of an encrypted one.
   */
  saveWithTrace(traceId: TraceId, checkpoint: Checkpoint<S>, options?: SaveGuard): Promise<void>;
  /**
   * Loads a checkpoint; with `notes`, its notes, too.
   *
   * @param id - The checkpoint to load, of whichever trace.
   * @returns The checkpoint with a state of its own, or `undefined` if there is no such checkpoint.
   * @throws TypeError for an option that is not what it must be.
   * @throws CheckpointStoreError `graph-mismatch`: another graph made it, `graphHash` was given, and `upgrade` was not,
   *   or returned `undefined`.
   * @throws CheckpointStoreError `corrupted`: a record that it needs is damaged, or with `notes`, one of its notes.
   * @throws CheckpointStoreError `codec-mismatch`: it was written by a codec, or with a key, that this store was not
   *   given.
   * @throws Anything, exactly as `upgrade` threw it or rejected with it.
   */
  load(id: CheckpointId, options?: LoadOptions<S>): Promise<Checkpoint<S> | undefined>;
  /**
   * Reads the head of a checkpoint, and not its state.
   *
   * @param id - The checkpoint, of whichever trace.
   * @returns Its head, or `undefined` if there is no such checkpoint.
   */
  head(id: CheckpointId): Promise<StoredHead | undefined>;
  /**
   * Returns a handle on one trace. It reads nothing, and needs no closing.
   *
   * @param traceId - The trace. It need not exist yet.
   * @returns A handle that makes each save the child of the one before.
   * @throws TypeError if `traceId` is empty or not a string, or `retention` is not made of rules.
   * @throws RangeError if a limit of `retention` is out of its range.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const store = await openStore<{ messages: string[] }>("my-agent");
   * const run = store.trace("run-1");
   *
   * const last = await run.loadLatest();
   * const state = last?.state ?? { messages: [] };
   * state.messages.push("hello");
   * const { id } = await run.save(state, { nextNode: "ask" });
   *
   * const checkpoint = await store.load(id);
   * console.log(checkpoint?.nextNode, checkpoint?.state); // ask { messages: [ 'hello' ] }
   * ```
   */
  trace(traceId: TraceId, options?: TraceOptions): Trace<S>;
  /**
   * Lists the traces of the store. Reads one record a trace, and no checkpoint.
   *
   * @param options - Which page of the list. Default is all of it.
   * @returns One summary a trace, the trace that was saved to last first. Fewer than `limit` are the end of the list.
   * @throws TypeError or RangeError for an option that is not what it must be.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const store = await openStore("my-agent");
   * for (const name of ["a", "b", "c"]) await store.trace(name).save({ name });
   *
   * const page = await store.traces({ limit: 2 });
   * const next = await store.traces({ limit: 2, before: page.at(-1)! });
   * console.log(page.map(({ traceId }) => traceId), next.map(({ traceId }) => traceId)); // [ 'c', 'b' ] [ 'a' ]
   * ```
   */
  traces(options?: TracesOptions): Promise<TraceSummary[]>;
  /**
   * Reads the heads of a trace, newest first. It reads them in pages: no transaction is open while the caller handles
   * one, so the loop may take as long as it likes.
   *
   * @param traceId - The trace to read.
   * @param options - Where to start, and how many to read.
   * @returns The heads of the checkpoints, without their states. Fewer than `limit` are the end of the trace.
   * @throws TypeError or RangeError for an option that is not what it must be.
   * @throws CheckpointStoreError `not-found`: the trace has no checkpoint of the id `before`, or was deleted and made anew
   *   since. It is thrown from the loop.
   * @throws The signal's reason, from the loop, once `signal` is aborted.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const store = await openStore("my-agent");
   * const run = store.trace("run-1");
   * for (const step of [1, 2, 3]) await run.save({ step }, { metadata: { title: `step ${step}` } });
   *
   * for await (const head of store.history("run-1", { limit: 2 })) console.log(head.seq, head.metadata);
   * // 3 { title: 'step 3' }
   * // 2 { title: 'step 2' }
   * ```
   */
  history(traceId: TraceId, options?: HistoryOptions): AsyncIterable<StoredHead>;
  /**
   * Starts a new trace with a copy of a checkpoint and its notes. Neither trace can take anything from the other afterwards.
   *
   * The copy is loaded after it was made. If that rejects with `codec-mismatch`, the new trace may exist all the same:
   * only what is bound to its place, as an encrypted checkpoint is, needs the codec and the key to be copied. `Trace.fork`
   * loads nothing.
   *
   * @param id - The checkpoint to copy.
   * @param traceId - The trace to start.
   * @param options - `id`: that of the copy. With it, a fork whose outcome is unknown can be repeated.
   * @returns The copy: an id of its own, and `id` as its `parentId`.
   * @throws CheckpointStoreError `not-found`: there is no checkpoint `id`.
   * @throws CheckpointStoreError `conflict`: the trace `traceId` exists, or the copy's id is taken.
   * @throws CheckpointStoreError `corrupted`: a record that the checkpoint needs is damaged.
   * @throws CheckpointStoreError `codec-mismatch`: it was written by a codec, or with a key, that this store was not
   *   given.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const store = await openStore("my-agent");
   * const origin = await store.trace("run-1").save({ plan: "A" });
   * const copy = await store.fork(origin.id, "run-2");
   * console.log(copy.state, copy.parentId === origin.id); // { plan: 'A' } true
   * ```
   */
  fork(id: CheckpointId, traceId: TraceId, options?: ForkOptions): Promise<Checkpoint<S>>;
  /**
   * Loads the newest checkpoint that a trace still has; with `skipDamaged`, the newest that is not damaged.
   *
   * @param traceId - The trace to load from.
   * @returns The checkpoint with a state of its own, or `undefined` if the trace has none.
   * @throws CheckpointStoreError `graph-mismatch`: another graph made it, `graphHash` was given, and `upgrade` was not,
   *   or returned `undefined`.
   * @throws CheckpointStoreError `corrupted`: a record that it needs is damaged.
   * @throws CheckpointStoreError `codec-mismatch`: it was written by a codec, or with a key, that this store was not
   *   given.
   */
  loadLatest(traceId: TraceId, options?: LoadLatestOptions<S>): Promise<Checkpoint<S> | undefined>;
  /**
   * Removes all checkpoints of a trace except the newest ones and those that are pinned. Children of removed checkpoints
   * stay.
   *
   * @param traceId - The trace to prune.
   * @param keep - How many of the newest to keep: a whole number. 0 empties the trace, pinned checkpoints included.
   * @returns How many checkpoints were removed.
   * @throws TypeError or RangeError if `keep` is not a whole number, 0 or more.
   */
  prune(traceId: TraceId, keep: number): Promise<number>;
  /**
   * Returns what pruning would remove, and removes nothing.
   *
   * @param traceId - The trace that would be pruned.
   * @param keep - How many of the newest to keep: a whole number. 0 empties the trace, pinned checkpoints included.
   * @param options - `dryRun: true`.
   * @returns The checkpoints that would be removed, and how many bytes that would free.
   * @throws TypeError or RangeError if `keep` is not a whole number, 0 or more.
   */
  prune(traceId: TraceId, keep: number, options: { readonly dryRun: true }): Promise<PrunePreview>;
  /**
   * Deletes a trace with all it owns, and ends anyone's ownership of it.
   *
   * @param traceId - The trace to delete.
   * @returns How many checkpoints were removed; 0 if there was no such trace.
   */
  deleteTrace(traceId: TraceId): Promise<number>;
  /**
   * Deletes all traces whose ids begin with a text, with all they own, in one transaction: either all are gone, or none
   * is. Ends anyone's ownership of them.
   *
   * @param options - `prefix`: what the ids begin with.
   * @returns How many traces were deleted.
   * @throws TypeError if `prefix` is missing, empty or not a string: to delete a whole store, there is `deleteStore`.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const store = await openStore("my-agent");
   * for (const name of ["a/1", "a/2", "b/1"]) await store.trace(name).save({ name });
   * console.log(await store.deleteTraces({ prefix: "a/" }), (await store.traces()).length); // 2 1
   * ```
   */
  deleteTraces(options: DeleteTracesOptions): Promise<number>;
  /**
   * Calls a listener with each change that is made to the store from now on, here and in every other tab and worker of
   * the origin.
   *
   * The changes of one trace come in their order, whichever tab made them: a change that overtook another one waits for
   * it, half a second at most. A listener that throws does not disturb the store; its error is reported to the console.
   *
   * @param listener - Called with each change. It never receives a state.
   * @returns A function that ends the watch.
   * @throws TypeError if `listener` is not a function.
   * @throws CheckpointStoreError `closed`: the store was closed.
   *
   * @example
   * ```ts
   * import { openStore } from "waystone";
   *
   * const store = await openStore("my-agent");
   * const unsubscribe = store.watch((change) => console.log(change.kind, change.traceId, change.origin));
   * await store.trace("run-1").save({ step: 1 }); // saved run-1 local
   * await store.deleteTrace("run-1"); // trace-deleted run-1 local
   * unsubscribe();
   * ```
   */
  watch(listener: ChangeListener, options?: WatchOptions): () => void;
  /**
   * Measures what is stored. Reads one record a trace.
   *
   * @returns The store's own sums, and what the browser says of the origin.
   */
  usage(): Promise<StorageUsage>;
  /**
   * Asks the browser not to clear the origin's storage when space is short.
   *
   * @returns Whether the browser agreed; `undefined` where it can't be asked: in workers, in WebKitGTK and outside a
   *   secure context.
   */
  persist(): Promise<boolean | undefined>;
  /**
   * Waits for saves that are under way, then closes the store. Calling it again does nothing more.
   *
   * @returns A promise that resolves when the database is closed. Other calls reject with `closed` from now on.
   */
  close(): Promise<void>;
}

/** What `Store.traces` returns of one trace. */
export interface TraceSummary {
  /** The trace. */
  readonly traceId: TraceId;
  /** How many checkpoints it has. */
  readonly checkpoints: number;
  /** Bytes that its records hold: lengths of what the codec encoded, without the database's own overhead. */
  readonly bytes: number;
  /**
   * When it was last saved to, in milliseconds since the epoch: a number that no two traces share. It is that of the
   * clock of the machine that saved, kept from going back.
   */
  readonly savedAt: number;
  /** The head of its newest checkpoint. */
  readonly latest: StoredHead;
}

/** A place in the list of traces: any `TraceSummary`, or these two fields of it. */
export type TracesCursor = Pick<TraceSummary, "traceId" | "savedAt">;

/** Options of `Store.traces`. */
export interface TracesOptions {
  /** How many traces to list at most: a whole number, 0 or more. Default is all. */
  readonly limit?: number;
  /**
   * List the traces that were saved to before this one was: the last summary of the page before. It says by itself where
   * to go on, even if its trace was deleted or saved to since. Default is to start with the trace that was saved to last.
   *
   * A trace that is saved to between two pages has come first, and is on no later page.
   */
  readonly before?: TracesCursor;
  /**
   * List only traces whose ids begin with this. Then one record is read of every trace that does, whatever `limit` is.
   * Default is all traces.
   */
  readonly prefix?: string;
}

/** Options of `Store.deleteTraces`. */
export interface DeleteTracesOptions {
  /** What the ids of the traces begin with: a string that is not empty. */
  readonly prefix: string;
}

/** Options of `Store.watch`. */
export interface WatchOptions {
  /** The trace to watch. Default is all of them. */
  readonly traceId?: TraceId;
  /** Ends the watch when it is aborted. Default is none. */
  readonly signal?: AbortSignal;
}

/** What `Store.usage` returns. Sizes are in bytes. */
export interface StorageUsage {
  /** What the store's records hold: lengths of what the codec encoded, without the database's own overhead. */
  readonly storedBytes: number;
  /** What the same checkpoints would take if each held its whole state. */
  readonly wholeStateBytes: number;
  /** What the whole origin uses, with everything else that it stores; `undefined` if the browser does not say. */
  readonly originBytes: number | undefined;
  /** What the origin may use; `undefined` if the browser does not say. */
  readonly quotaBytes: number | undefined;
  /** Whether the browser has promised to keep the origin's storage; `undefined` if it does not say. */
  readonly persisted: boolean | undefined;
}
