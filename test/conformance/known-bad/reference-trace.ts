import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import type { Checkpoint, StoredHead } from "../../../src/core/checkpoint.ts";
import { CheckpointStoreError } from "../../../src/core/errors.ts";
import type {
  ChangeListener,
  ForkOptions,
  HistoryOptions,
  LoadOptions,
  NoteEntries,
  NoteOptions,
  PrunePreview,
  SaveGuard,
  SaveOptions,
  Trace,
} from "../../../src/core/trace.ts";
import { copyOf } from "./copy.ts";
import type { ReferenceStore } from "./reference-store.ts";

interface ReferenceTraceOptions {
  readonly at?: string;
  readonly save?: (checkpoint: Checkpoint, guard: SaveGuard) => Promise<void>;
}

/** A handle on one trace of a plain store. */
export class ReferenceTrace implements Trace {
  readonly id: string;
  readonly #store: ReferenceStore;
  readonly #save: (checkpoint: Checkpoint, guard: SaveGuard) => Promise<void>;
  #at: string | undefined;
  /** The graph that a load has upgraded to. */
  #graphHash: string | undefined;
  /** The last call, until it has ended. */
  #last: Promise<unknown> | undefined;
  /** What the saves that were given an id were made with besides. */
  protected readonly known = new Map<string, Pick<Checkpoint, "parentId" | "createdAt" | "graphHash">>();

  constructor(store: ReferenceStore, traceId: string, { at, save }: ReferenceTraceOptions = {}) {
    this.#save = save ?? ((checkpoint, guard) => store.saveUnder(traceId, checkpoint, guard));
    this.#store = store;
    this.id = traceId;
    this.#at = at;
  }

  async save<S>(state: S, { ifLatest, ...options }: SaveOptions = {}): Promise<Checkpoint<S>> {
    const copy = copyOf(state);
    return this.inTurn(async () => {
      const known = this.known.get(options.id ?? "") ?? {
        ...(this.#at !== undefined && { parentId: this.#at }),
        ...(this.#graphHash !== undefined && { graphHash: this.#graphHash }),
      };
      const checkpoint = createCheckpoint(copy, { ...known, ...options });
      await this.#save(checkpoint, ifLatest === undefined ? {} : { ifLatest });
      this.#at = checkpoint.id;
      const { id, state: _, metadata: __, nextNode: ___, ...made } = checkpoint;
      this.known.set(id, made);
      return checkpoint;
    });
  }

  async note(id: string, entries: NoteEntries, options?: NoteOptions): Promise<string[]> {
    return this.inTurn(this.#store.noting(this.id, id, entries, options));
  }

  load(id: string, options?: LoadOptions): Promise<Checkpoint | undefined> {
    return this.inTurn(async () => {
      if (!(await this.#store.list(this.id)).includes(id)) return undefined;
      return this.#stand(await this.#store.load(id, options), options);
    });
  }

  loadLatest(options?: LoadOptions): Promise<Checkpoint | undefined> {
    return this.inTurn(async () => this.#stand(await this.#store.loadLatest(this.id, options), options));
  }

  async head(id: string): Promise<StoredHead | undefined> {
    const head = await this.#store.head(id);
    return head?.traceId === this.id ? head : undefined;
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

  async fork(id: string, traceId: string, options?: ForkOptions): Promise<Trace> {
    if (!(await this.#store.list(this.id)).includes(id)) {
      throw new CheckpointStoreError("not-found", `no checkpoint ${id}`, { checkpointId: id, traceId: this.id });
    }
    const copy = await this.#store.fork(id, traceId, options);
    return new ReferenceTrace(this.#store, traceId, { at: copy.id });
  }

  watch(listener: ChangeListener, options: { readonly signal?: AbortSignal } = {}): () => void {
    if ("traceId" in options) throw new TypeError("a handle has its trace");
    return this.#store.watch(listener, { ...options, traceId: this.id });
  }

  async takeOver(): Promise<never> {
    throw new CheckpointStoreError("unavailable", "a plain store has no locks", { traceId: this.id });
  }

  async #stand(checkpoint: Checkpoint | undefined, { upgrade }: LoadOptions = {}): Promise<Checkpoint | undefined> {
    if (checkpoint === undefined) return undefined;
    const { id, graphHash } = checkpoint;
    const isUpgraded = upgrade !== undefined && (await this.#store.head(id))?.graphHash !== graphHash;
    this.#graphHash = isUpgraded ? graphHash : undefined;
    this.#at = id;
    return checkpoint;
  }

  protected inTurn<T>(work: () => Promise<T>): Promise<T> {
    // At once if it can be: what is called of the store afterwards comes after it.
    const done = this.#last === undefined ? work() : this.#last.then(work);
    const last = done
      .catch(() => undefined)
      .finally(() => {
        if (this.#last === last) this.#last = undefined;
      });
    this.#last = last;
    return done;
  }
}
