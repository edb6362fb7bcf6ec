import type { Anchor, Copy } from "./tree.ts";

/** Gives anchors to the objects of one state that are referred to from several places. */
export class Sharing {
  /** Whether any object is. */
  hasShared = false;
  readonly #shared: ReadonlySet<object> | undefined;
  readonly #known: ReadonlyMap<object, Anchor> | undefined;
  readonly #anchors = new Map<object, Anchor>();
  readonly #given = new Set<Anchor>();

  /**
   * @param shared - The objects referred to from several places, where somebody has looked for them.
   * @param known - Where a stored state is copied: the anchors that its objects have.
   */
  constructor(shared: ReadonlySet<object> | undefined, known: ReadonlyMap<object, Anchor> | undefined) {
    this.#shared = shared;
    this.#known = known;
  }

  /** Whether it was told of objects that are shared, so that each has to be looked up. */
  get isTold(): boolean {
    return this.#shared !== undefined || this.#known !== undefined;
  }

  /** The anchor of an object met for the first time: it has one if it is shared, and keeps it if it was. */
  anchorFor(value: object, { before, isOwn }: { before: Copy | undefined; isOwn: boolean }): Anchor | undefined {
    let anchor = this.#known?.get(value);
    if (anchor === undefined) {
      const isShared = this.#shared !== undefined && this.#shared.has(value);
      if (isShared || isOwn) anchor = before?.anchor;
      if (anchor !== undefined && this.#given.has(anchor)) anchor = undefined;
      if (isShared) {
        anchor ??= { number: -1 };
        this.#anchors.set(value, anchor);
        this.hasShared = true;
      }
    } else {
      this.hasShared = true;
    }
    if (anchor !== undefined) this.#given.add(anchor);
    return anchor;
  }

  /** The anchor given to an object that is shared. */
  anchorOf(value: object): Anchor | undefined {
    return this.#anchors.get(value);
  }
}
