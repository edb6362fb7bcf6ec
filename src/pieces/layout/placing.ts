import { Atom, Binary, Container, isNode, Text, weightOf, type Node, type Slot } from "../../state/snapshot.ts";
import type { Chunk, Stream } from "./chunk.ts";

/** A part is stored on its own from the start if it weighs more. */
const MAX_INLINE_BYTES = 4096;
const MAX_INLINE_TEXT_LENGTH = 8192;
/** A part that is nested this deep is stored on its own, so that no codec has to recurse far. */
export const MAX_INLINE_HEIGHT = 64;
/** What a reference to a part on its own weighs where it stands. */
const REFERENCE_BYTES = 24;
/** What a date, or a further reference to an object, weighs where it stands, with what says what it is. */
const NUMBER_BYTES = 20;

/** How a part of a state is stored. It is kept beside the snapshot, which never changes. */
export interface Placing {
  /** About how many bytes it takes where it stands; of parts on their own in it, the references. */
  weight: number;
  /** How many levels are nested in it, down to parts on their own. */
  height: number;
  /** Whether it is stored on its own, and referred to where it stands. */
  isApart: boolean;
  /** Whether a save has stored it, in whatever way: if it stands there again, it is unchanged. */
  isSeen: boolean;
  /** The stream of its chunks, if it is on its own. */
  stream: Stream | undefined;
  /** Its content in chunks, if it is on its own. */
  chunks: readonly Chunk[] | undefined;
  /** From how many chunks of the latest state it is referred to. */
  uses: number;
}

/** The placings of all parts that a layout has met. */
export class Placings {
  readonly #known = new WeakMap<Node, Placing>();

  /** Returns how a part is stored; for a new one, how it would be by its weight and height alone. */
  of(node: Node): Placing {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    // Not by recursion: states are nested deeper than a worker's call stack.
    const open: Node[] = [node];
    for (let next = open[open.length - 1]; next !== undefined; next = open[open.length - 1]) {
      const before = open.length;
      if (next instanceof Container && !this.#known.has(next)) {
        for (const child of next.children) {
          if (child instanceof Container && !this.#known.has(child)) open.push(child);
        }
      }
      if (open.length > before) continue;
      open.pop();
      if (!this.#known.has(next)) this.#known.set(next, this.#workOut(next));
    }
    return this.#known.get(node)!;
  }

  /** Has a part stored on its own, since the one that it replaces was; what it weighs does not matter. */
  setApart(node: Node): Placing {
    const placing = this.#known.get(node) ?? placed(0, 0, true);
    placing.isApart = true;
    this.#known.set(node, placing);
    return placing;
  }

  /** Returns how a part is stored, if that is known. */
  peek(node: Node): Placing | undefined {
    return this.#known.get(node);
  }

  /** Estimates how many bytes a slot takes where it stands. */
  weightOf(slot: Slot): number {
    if (typeof slot !== "object" || slot === null) return weightOf(slot);
    if (isNode(slot)) {
      const { isApart, weight } = this.of(slot);
      return isApart ? REFERENCE_BYTES : weight;
    }
    return slot instanceof Atom && typeof slot.key === "string" ? weightOf(slot) : NUMBER_BYTES;
  }

  #workOut(node: Node): Placing {
    if (node instanceof Text) return placed(node.weight, 0, node.weight > MAX_INLINE_TEXT_LENGTH);
    if (node instanceof Binary) return placed(node.weight, 0, true);
    let weight = 4;
    let height = 0;
    for (const child of node.children) {
      weight += this.weightOf(child);
      if (!(child instanceof Container)) continue;
      const inner = this.#known.get(child)!;
      if (!inner.isApart && inner.height >= height) height = inner.height + 1;
    }
    for (const key of node.keys ?? []) weight += key.length + 4;
    return placed(weight, height, weight > MAX_INLINE_BYTES || height >= MAX_INLINE_HEIGHT);
  }
}

function placed(weight: number, height: number, isApart: boolean): Placing {
  return { weight, height, isApart, isSeen: false, stream: undefined, chunks: undefined, uses: 0 };
}
