import type { CheckpointId } from "../core/checkpoint.ts";

/**
 * Where a handle stands once one of its calls is done. Those of one handle make a chain in the order of the calls, so
 * that what a save grows from does not hang on which call is done first.
 */
export class Stand {
  #before: Stand | undefined;
  /** What this call loaded, or is about to store; `undefined` if nothing came of it. */
  #id: CheckpointId | undefined;
  /** Of the checkpoint that was stored: its own parent. */
  #parentId: CheckpointId | undefined;
  /** While it is not known what a load has loaded. */
  #loading: Promise<void> | undefined;

  /** @param before - The stand of the call before. @param id - What this call is about to store. */
  constructor(before: Stand | undefined, id?: CheckpointId) {
    this.#before = lastOf(before);
    this.#id = id;
  }

  /** Whether nothing came of the call. */
  get isVoid(): boolean {
    return this.#id === undefined && this.#loading === undefined;
  }

  get before(): Stand | undefined {
    return this.#before;
  }

  /** Whether a load before this call has to be waited for. */
  get isWaiting(): boolean {
    return this.#before !== undefined && this.#before.#loading !== undefined;
  }

  /** Resolves when all loads before this call are done. */
  async ready(): Promise<void> {
    const before = this.#before;
    if (before === undefined || before.#loading === undefined) return;
    await Promise.all([before.#loading, before.ready()]);
  }

  /** What the save of this stand grows from: the last checkpoint that was stored or loaded before. */
  get parentId(): CheckpointId | undefined {
    const before = lastOf(this.#before);
    if (before === undefined) return undefined;
    // A checkpoint that was deleted, and is saved once more, is not its own parent.
    return before.#id === this.#id ? before.#parentId : before.#id;
  }

  /** Takes note of a load. Returns what it returns. */
  async load<T extends { readonly id: CheckpointId; readonly parentId?: CheckpointId }>(
    loading: Promise<T | undefined>,
  ): Promise<T | undefined> {
    const arriving = loading.then(
      (checkpoint) => (checkpoint === undefined ? this.fail() : this.arrive(checkpoint)),
      () => this.fail(),
    );
    this.#loading = arriving;
    await arriving;
    return loading;
  }

  /** What was loaded or stored is where the handle stands from here on. */
  arrive({ id, parentId }: { readonly id: CheckpointId; readonly parentId?: CheckpointId | undefined }): void {
    this.#id = id;
    this.#parentId = parentId;
    this.#loading = undefined;
    this.#before = undefined;
  }

  /** Nothing came of the call: the handle stands where it stood before. */
  fail(): void {
    this.#id = undefined;
    this.#loading = undefined;
  }
}

/** The last stand, from this one back, that is one or may become one. */
function lastOf(stand: Stand | undefined): Stand | undefined {
  let at = stand;
  while (at?.isVoid === true) at = at.before;
  return at;
}

/** What a save through a handle leaves for the handle to say. */
export interface Growth {
  /** Where the handle stands once it is saved. */
  readonly stand: Stand;
  /** Whether it grows from where the handle stood: no other parent was given. */
  readonly isChild: boolean;
  /** Whether its time is that of the call: none was given. */
  readonly isDated: boolean;
}
