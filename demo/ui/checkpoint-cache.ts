import type { Checkpoint, CheckpointId, CheckpointStore } from "waystone";

const KEPT = 8;

/** Loads checkpoints, and keeps the last few: since they never change, they need no second look. */
export class CheckpointCache<S> {
  readonly #store: Pick<CheckpointStore<S>, "load">;
  readonly #loaded = new Map<CheckpointId, Promise<Checkpoint<S> | undefined>>();

  constructor(store: Pick<CheckpointStore<S>, "load">) {
    this.#store = store;
  }

  load(id: CheckpointId): Promise<Checkpoint<S> | undefined> {
    const loading = this.#loaded.get(id) ?? this.#store.load(id);
    this.#loaded.delete(id);
    this.#loaded.set(id, loading);
    if (this.#loaded.size > KEPT) this.#loaded.delete(this.#loaded.keys().next().value!);
    // A failed load may succeed another time.
    loading.catch(() => this.#loaded.delete(id));
    return loading;
  }
}
