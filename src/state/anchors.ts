import { Alias, Anchor, type Copy, type Slot } from "./snapshot.ts";

/** Gives anchors to the objects of one state that are referred to from several places. */
export class Anchors {
  /** Whether any object is. */
  hasShared = false;
  readonly #shared: ReadonlySet<object> | undefined;
  readonly #bySource = new Map<object, Anchor>();
  readonly #given = new Set<Anchor>();

  /** @param shared - The objects referred to from several places, where somebody has looked for them. */
  constructor(shared: ReadonlySet<object> | undefined) {
    this.#shared = shared;
  }

  /** Whether it may have an anchor for an object that has none yet. */
  get isTold(): boolean {
    return this.#shared !== undefined;
  }

  /** The anchor of an object met for the first time: it has one if it is shared, and keeps the one it had. */
  anchorFor(value: object, { before, isOwn }: { before: Copy | undefined; isOwn: boolean }): Anchor | undefined {
    const known = this.#bySource.get(value);
    if (known !== undefined) {
      this.hasShared = true;
      this.#given.add(known);
      return known;
    }
    const isShared = this.#shared?.has(value) === true;
    let anchor = isShared || isOwn ? this.#unlessGiven(before?.anchor) : undefined;
    if (isShared) {
      anchor ??= new Anchor();
      this.#bySource.set(value, anchor);
      this.hasShared = true;
    }
    if (anchor !== undefined) this.#given.add(anchor);
    return anchor;
  }

  /**
   * A further reference to an object that is shared, which may stand where it was not met yet; `undefined` where nobody
   * has told that it is shared.
   */
  referTo(value: object, { stood, copy }: { stood: Slot; copy: Copy | undefined }): Alias | undefined {
    let anchor = this.#bySource.get(value);
    if (anchor === undefined) {
      if (this.#shared?.has(value) !== true) return undefined;
      anchor =
        this.#unlessGiven(copy?.anchor) ??
        this.#unlessGiven(stood instanceof Alias ? stood.anchor : undefined) ??
        new Anchor();
      this.#bySource.set(value, anchor);
      this.#given.add(anchor);
    }
    return stood instanceof Alias && stood.anchor === anchor ? stood : new Alias(anchor);
  }

  #unlessGiven(anchor: Anchor | undefined): Anchor | undefined {
    return anchor !== undefined && this.#given.has(anchor) ? undefined : anchor;
  }
}
