/**
 * The room `detail` is the pane that shows one checkpoint: `state-loader.ts` loads its state, and the ones to compare it
 * with; `detail-pane.ts` has the tabs.
 */
import type { CheckpointId } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";

/** What came of loading a state. */
export type LoadedState = { readonly state: unknown } | { readonly error: unknown };

/** How many states are kept: the one that is shown, the one it is compared with, and those before them. */
const KEPT = 4;

/** Of the time that passes while a run is followed, loading takes this part at most. */
const SHARE = 1 / 12;

/**
 * Loads the states that are looked at, one after the other. While a run is followed, it takes its time: however often the
 * run saves, and however large its states are, loading them takes but a small part of the time.
 */
export class StateLoader {
  readonly #store: Pick<Store, "load">;
  readonly #tell: () => void;
  readonly #loaded = new Map<CheckpointId, LoadedState>();
  #wanted: readonly CheckpointId[] = [];
  #isLoading = false;
  #isPatient = false;
  #restUntil = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  /** @param tell - Called when something was loaded. */
  constructor(store: Pick<Store, "load">, tell: () => void) {
    this.#store = store;
    this.#tell = tell;
  }

  get(id: CheckpointId): LoadedState | undefined {
    return this.#loaded.get(id);
  }

  /**
   * Says which states are looked at now. Those that were asked for before and are not there yet are not loaded.
   *
   * @param ids - The one that is shown, and then those that it is compared with.
   * @param options - `isPatient`: whether the one that is shown can wait until loading has rested.
   */
  want(ids: readonly CheckpointId[], { isPatient }: { readonly isPatient: boolean }): void {
    this.#wanted = ids;
    this.#isPatient = isPatient;
    clearTimeout(this.#waiting);
    void this.#load();
  }

  close(): void {
    this.#wanted = [];
    clearTimeout(this.#waiting);
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return;
    const id = this.#wanted.find((one) => !this.#loaded.has(one));
    if (id === undefined) return;
    const rest = this.#restUntil - performance.now();
    if (this.#isPatient && rest > 0 && id === this.#wanted[0]) {
      this.#waiting = setTimeout(() => void this.#load(), rest);
      return;
    }
    this.#isLoading = true;
    const began = performance.now();
    this.#keep(id, await this.#outcome(id));
    const ended = performance.now();
    this.#restUntil = ended + (ended - began) / SHARE;
    this.#isLoading = false;
    this.#tell();
    void this.#load();
  }

  async #outcome(id: CheckpointId): Promise<LoadedState> {
    try {
      const checkpoint = await this.#store.load(id);
      return checkpoint === undefined ? { error: undefined } : { state: checkpoint.state };
    } catch (error) {
      return { error };
    }
  }

  #keep(id: CheckpointId, loaded: LoadedState): void {
    this.#loaded.set(id, loaded);
    for (const old of this.#loaded.keys()) {
      if (this.#loaded.size <= KEPT) break;
      if (!this.#wanted.includes(old)) this.#loaded.delete(old);
    }
  }
}
