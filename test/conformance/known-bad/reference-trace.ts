import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import type { Checkpoint, CheckpointOptions, StoredHead } from "../../../src/core/checkpoint.ts";
import { CheckpointStoreError } from "../../../src/core/errors.ts";
import type { Store } from "../../../src/core/store.ts";
import type { ChangeListener, HistoryOptions, LoadOptions, PrunePreview, Trace } from "../../../src/core/trace.ts";
import { copyOf } from "./copy.ts";

interface ReferenceTraceOptions {
  readonly at?: string;
  readonly save?: (checkpoint: Checkpoint) => Promise<void>;
}

/** A handle on one trace of a plain store. */
export class ReferenceTrace implements Trace {
  readonly id: string;
  readonly #store: Store;
  readonly #save: (checkpoint: Checkpoint) => Promise<void>;
  #at: string | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** What the saves that were given an id were made with besides. */
  protected readonly known = new Map<string, Pick<Checkpoint, "parentId" | "createdAt">>();

  constructor(store: Store, traceId: string, { at, save }: ReferenceTraceOptions = {}) {
    this.#save = save ?? ((checkpoint) => store.saveWithTrace(traceId, checkpoint));
    this.#store = store;
    this.id = traceId;
    this.#at = at;
  }

  async save<S>(state: S, options: CheckpointOptions = {}): Promise<Checkpoint<S>> {
    const copy = copyOf(state);
    return this.inTurn(async () => {
      const known = this.known.get(options.id ?? "") ?? (this.#at !== undefined && { parentId: this.#at });
      const checkpoint = createCheckpoint(copy, { ...known, ...options });
      await this.#save(checkpoint);
      this.#at = checkpoint.id;
      const { id, parentId, createdAt } = checkpoint;
      this.known.set(id, { ...(parentId !== undefined && { parentId }), createdAt });
      return checkpoint;
    });
  }

  load(id: string, options?: LoadOptions): Promise<Checkpoint | undefined> {
    return this.inTurn(async () => {
      if (!(await this.#store.list(this.id)).includes(id)) return undefined;
      return this.#stand(await this.#store.load(id, options));
    });
  }

  loadLatest(options?: LoadOptions): Promise<Checkpoint | undefined> {
    return this.inTurn(async () => this.#stand(await this.#store.loadLatest(this.id, options)));
  }

  list(): Promise<string[]> {
    return this.#store.list(this.id);
  }

  history(options?: HistoryOptions): AsyncIterable<StoredHead> {
    return this.#store.history(this.id, options);
  }

  prune(keep: number): Promise<number>;
  prune(keep: number, options: { readonly dryRun: true }): Promise<PrunePreview>;
  prune(keep: number, options?: { readonly dryRun: true }): Promise<number | PrunePreview> {
    return options === undefined ? this.#store.prune(this.id, keep) : this.#store.prune(this.id, keep, options);
  }

  async fork(id: string, traceId: string): Promise<Trace> {
    if (!(await this.#store.list(this.id)).includes(id)) {
      throw new CheckpointStoreError("not-found", `no checkpoint ${id}`, { checkpointId: id, traceId: this.id });
    }
    const copy = await this.#store.fork(id, traceId);
    return new ReferenceTrace(this.#store, traceId, { at: copy.id });
  }

  watch(listener: ChangeListener, options: { readonly signal?: AbortSignal } = {}): () => void {
    if ("traceId" in options) throw new TypeError("a handle has its trace");
    return this.#store.watch(listener, { ...options, traceId: this.id });
  }

  async takeOver(): Promise<never> {
    throw new CheckpointStoreError("unavailable", "a plain store has no locks", { traceId: this.id });
  }

  #stand(checkpoint: Checkpoint | undefined): Checkpoint | undefined {
    if (checkpoint !== undefined) this.#at = checkpoint.id;
    return checkpoint;
  }

  protected inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}
