import { createCheckpoint, type Checkpoint, type CheckpointOptions, type TraceId } from "../core/checkpoint.ts";
import { isCheckpointStoreError } from "../core/errors.ts";
import type { Store } from "../core/store.ts";

/**
 * What adapters have in common; what each framework needs is in a folder of its own.
 *
 * A state that several tabs change, in a trace of its own: a change is made of the newest state, and made again if another tab
 * was faster. Changes made here take turns.
 */
export class GuardedState<S> {
  readonly traceId: TraceId;
  readonly #store: Store;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: Store, traceId: TraceId) {
    this.#store = store;
    this.traceId = traceId;
  }

  /** The newest state; `undefined` if there is none. */
  async latest(): Promise<Checkpoint<S> | undefined> {
    return (await this.#store.loadLatest(this.traceId)) as Checkpoint<S> | undefined;
  }

  /** Saves what `work` makes of the newest state, or nothing if that is `undefined`. It may be called several times. */
  async change(work: (latest: Checkpoint<S> | undefined) => Next<S> | Promise<Next<S>>): Promise<void> {
    await this.#inTurn(async () => {
      for (;;) {
        const latest = await this.latest();
        const next = await work(latest);
        if (next === undefined) return;
        const { state, ...options } = next;
        const ifLatest = latest?.id ?? null;
        const checkpoint = createCheckpoint(state, { parentId: latest?.id, ...options });
        try {
          return await this.#store.saveWithTrace(this.traceId, checkpoint, { ifLatest });
        } catch (error) {
          if (!isCheckpointStoreError(error, "conflict") || (await this.latest())?.id === latest?.id) throw error;
        }
      }
    });
  }

  /** Deletes the state with its history. */
  async clear(): Promise<void> {
    await this.#inTurn(() => this.#store.deleteTrace(this.traceId));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** What to save, if anything. */
type Next<S> = ({ readonly state: S } & CheckpointOptions) | undefined;
