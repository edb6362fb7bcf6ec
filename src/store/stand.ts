import type { CheckpointId } from "../core/checkpoint.ts";

/** A checkpoint at which a handle stands. */
interface Standing {
  readonly id: CheckpointId;
  readonly parentId?: CheckpointId | undefined;
}

/** What came of a load. */
interface Loaded {
  readonly checkpoint: Standing;
  /** The graph that the checkpoint was upgraded to; `undefined` if it is of the graph that was asked for, or of any. */
  readonly upgradedTo: string | undefined;
}

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
  /** The graph that what was loaded was upgraded to; saves are of that graph until the next load. */
  #graphHash: string | undefined;
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

  /** The graph that the save of this stand is of, if it was given none. */
  get graphHash(): string | undefined {
    let before = lastOf(this.#before);
    // A save that is still on its way does not say yet what it has got from the one before it.
    while (before !== undefined && before.#graphHash === undefined) before = lastOf(before.#before);
    return before === undefined ? undefined : before.#graphHash;
  }

  /** Takes note of a load. Returns what it returns. */
  async load<T extends Loaded>(loading: Promise<T | undefined>): Promise<T | undefined> {
    const arriving = loading.then(
      (loaded) => (loaded === undefined ? this.fail() : this.#stand(loaded.checkpoint, loaded.upgradedTo)),
      () => this.fail(),
    );
    this.#loading = arriving;
    await arriving;
    return loading;
  }

  /** What was stored is where the handle stands from here on. */
  arrive(saved: Standing): void {
    this.#stand(saved, this.graphHash);
  }

  #stand({ id, parentId }: Standing, graphHash: string | undefined): void {
    this.#id = id;
    this.#parentId = parentId;
    this.#graphHash = graphHash;
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
  /** What was not given: the parent is where the handle stands, the graph what it has upgraded to, the time that of the call. */
  readonly left: ReadonlySet<"parentId" | "graphHash" | "createdAt">;
}
