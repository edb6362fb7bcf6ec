/**
 * How a snapshot is stored, beside the snapshot, which never changes. `layout.ts` decides which parts are stored on their
 * own, and knows which are stored already; `chunking.ts` cuts those into chunks; `placing.ts` and `blocks.ts` remember how
 * each part is stored and which blocks are needed. Nothing here knows how anything is encoded.
 */
import { Binary, Container, Text, type Anchor, type Node, type Slot, type Snapshot } from "../../state/snapshot.ts";
import { LiveBlocks, type BlockLimits } from "./blocks.ts";
import { bytesOfUse, Chunk, Stream } from "./chunk.ts";
import { cut } from "./chunking.ts";
import { MAX_INLINE_HEIGHT, Placings, type Placing } from "./placing.ts";

/**
 * A part that is unchanged since an earlier save, while what surrounds it is written again, is stored on its own if it
 * weighs more.
 */
const STABLE_BYTES = 192;
/** A list that has grown is stored on its own if it weighs more. */
const GROWN_BYTES = 96;
/** A part in the root, which every save writes, is stored on its own if it weighs more. */
const MAX_ROOT_BYTES = 2048;
/**
 * An object with no more properties is the frame of a state: it stays in the root, and what it holds is stored on its
 * own.
 */
const MAX_FRAME_KEYS = 32;

/** What a save has to store. */
export interface Draft {
  /** The chunk that stands in the checkpoint's record. */
  readonly root: Chunk;
  /** Chunks that are new, or stored anew, in the order in which they are to be stored. */
  readonly fresh: readonly Chunk[];
  /** Those of them that are stored anew, with what they referred to before. */
  readonly moved: readonly Moved[];
}

interface Moved {
  readonly chunk: Chunk;
  readonly references: readonly Node[];
}

/** What a layout starts with. */
export interface LayoutOptions {
  /** The next number for a stream or an anchor. Default is 0. */
  readonly nextNumber?: number;
  readonly limits?: BlockLimits;
}

/** What {@link Layout.plan} has found so far. */
interface Work {
  /** Parts that are stored on their own, and still to be cut. */
  readonly open: Node[];
  readonly fresh: Chunk[];
  readonly replaced: Snapshot["replaced"];
  /** The state itself. */
  readonly top: Slot;
}

/** What holds a part: the root, a chunk that is written with this save, or a part that is unchanged. */
type Surroundings = "root" | "rewritten" | "kept";

/**
 * Knows how the latest state of a trace is stored, and works out what the next one adds to it.
 *
 * A state is a tree of parts ({@link Node}). Most stand where they are, inside of what surrounds them; those that are
 * large, that grow, or that stay the same while what surrounds them changes, are stored on their own, cut into chunks.
 * The root stands in the checkpoint's record and is written with every save.
 *
 * To plan a save changes the layout. If that save is not stored, the layout is wrong from then on, and has to be thrown
 * away with the base that it belongs to.
 */
export class Layout {
  readonly placings = new Placings();
  readonly blocks: LiveBlocks;
  readonly #anchors = new WeakMap<Anchor, number>();
  #root: Chunk | undefined;
  /** What the latest state takes beyond what is stored of it, as a reader counts it. */
  repeatedBytes = 0;
  /** The next number for a stream or an anchor; none is given out twice in a trace. */
  nextNumber: number;

  constructor({ nextNumber = 0, limits }: LayoutOptions = {}) {
    this.nextNumber = nextNumber;
    this.blocks = new LiveBlocks(limits);
  }

  /** Returns the number of an anchor; one that has none gets the next. */
  numberOf = (anchor: Anchor): number => {
    let number = this.#anchors.get(anchor);
    if (number === undefined) {
      number = this.nextNumber;
      this.nextNumber += 1;
      this.#anchors.set(anchor, number);
    }
    return number;
  };

  /** Remembers the number that an anchor was stored under. */
  setNumber(anchor: Anchor, number: number): void {
    this.#anchors.set(anchor, number);
  }

  /** Works out what a save has to store. Once all of it is encoded, call {@link settle}. */
  plan({ root: slot, replaced }: Snapshot): Draft {
    const root = new Chunk({ items: [slot] });
    const moved = this.#takeOut();
    const work: Work = { open: [], fresh: moved.map(({ chunk }) => chunk), replaced, top: slot };
    // First of all: what a long list would weigh where it stands need not be worked out.
    for (const node of replaced.keys()) if (this.#goesOnApart(node, work)) this.placings.setApart(node);
    this.#enterChunk(root, "root", work);
    for (const { chunk } of moved) this.#enterChunk(chunk, "kept", work);
    for (let node = work.open.pop(); node !== undefined; node = work.open.pop()) {
      const placing = this.placings.of(node);
      if (!isStored(node, placing)) this.#cut(node, placing, work);
    }
    return { root, fresh: work.fresh, moved };
  }

  /**
   * Makes the state of a draft the latest one. Its fresh chunks are in blocks by now; blocks that only the state before
   * needed are needed no more.
   */
  settle({ root, fresh, moved }: Draft): void {
    // A moved chunk is in use already. Stored anew, it may refer to more: to a text that stood in it, and is on its own
    // since.
    for (const chunk of fresh) if (chunk.uses > 0) this.blocks.use(chunk);
    for (const { chunk, references } of moved) {
      this.#retain(chunk.references);
      this.#release(references);
    }
    this.#retain(root.references);
    if (this.#root !== undefined) this.#release(this.#root.references);
    this.#root = root;
    this.blocks.dropUnused();
  }

  /** Takes the needed chunks out of the blocks that are worn out, so that this save stores them anew. */
  #takeOut(): Moved[] {
    const chunks = this.blocks.outworn().flatMap(({ live }) => [...live]);
    for (const chunk of chunks) {
      this.blocks.release(chunk);
      chunk.block = -1;
    }
    return chunks.map((chunk) => ({ chunk, references: chunk.references }));
  }

  #cut(node: Node, placing: Placing, work: Work): void {
    const known = this.#knownBefore(node, work);
    const before = work.replaced.get(node);
    const old = placing.chunks ?? (known?.isApart === true ? known.chunks : undefined) ?? [];
    const mayUse = (chunk: Chunk): boolean => chunk.isFor(node) || chunk.isFor(before);
    placing.stream ??= known?.stream ?? new Stream(this.#takeNumber());
    placing.chunks = cut(node, { old, mayUse, placings: this.placings });
    claim(placing.chunks, node);
    placing.isSeen = true;
    const added: Chunk[] = [];
    this.#numberAll(placing.chunks, placing.stream, added);
    for (const chunk of added) {
      work.fresh.push(chunk);
      if (chunk.members === undefined) this.#enterChunk(chunk, "rewritten", work);
    }
  }

  /** Returns whether a new part replaces one that is stored on its own. Texts are looked at anew: they may have become short. */
  #goesOnApart(node: Node, work: Work): boolean {
    return !(node instanceof Text) && this.#knownBefore(node, work)?.isApart === true;
  }

  /** Returns how the part is stored that a new one replaces, if the new one can go on in its stream. */
  #knownBefore(node: Node, { replaced }: Work): Placing | undefined {
    const before = replaced.get(node);
    return before === undefined || !isAlike(before, node) ? undefined : this.placings.peek(before);
  }

  /**
   * Numbers the chunks that are not stored yet. Those of one level get numbers in a row, so that few runs name them.
   */
  #numberAll(chunks: readonly Chunk[], bottom: Stream, added: Chunk[]): void {
    const members = chunks.flatMap((chunk) => (chunk.members !== undefined && !chunk.isStored ? chunk.members : []));
    if (members.length > 0) this.#numberAll(members, bottom, added);
    for (const chunk of chunks) {
      if (chunk.isStored) continue;
      chunk.stream = this.#streamAt(levelOf(chunk), bottom);
      chunk.number = chunk.stream.next;
      chunk.stream.next += 1;
      added.push(chunk);
    }
  }

  #streamAt(level: number, bottom: Stream): Stream {
    let stream = bottom;
    for (let up = 0; up < level; up += 1) stream = stream.above ??= new Stream(this.#takeNumber());
    return stream;
  }

  #takeNumber(): number {
    this.nextNumber += 1;
    return this.nextNumber - 1;
  }

  #enterChunk(chunk: Chunk, within: Surroundings, work: Work): void {
    const enter = (items: readonly Slot[], surroundings: Surroundings): void => {
      for (const item of items) {
        if (!(item instanceof Container || item instanceof Text || item instanceof Binary)) continue;
        const placing = this.#place(item, surroundings, work);
        if (placing.isApart) {
          if (!isStored(item, placing)) work.open.push(item);
          continue;
        }
        const { isSeen } = placing;
        placing.isSeen = true;
        if (item instanceof Container) enter(item.children, isSeen && within === "rewritten" ? "kept" : surroundings);
      }
    };
    enter(chunk.items, within);
  }

  /** Decides whether a part is stored on its own from now on. */
  #place(node: Node, surroundings: Surroundings, work: Work): Placing {
    const known = this.#knownBefore(node, work);
    const placing = this.placings.of(node);
    if (surroundings === "root" && isFrame(node) && placing.chunks === undefined) {
      placing.isApart =
        placing.height >= MAX_INLINE_HEIGHT || (placing.isSeen && placing.weight > STABLE_BYTES && node !== work.top);
      return placing;
    }
    if (placing.isApart || surroundings === "kept") return placing;
    const { weight, isSeen } = placing;
    placing.isApart =
      (isSeen && weight > STABLE_BYTES) ||
      (surroundings === "root" && weight > MAX_ROOT_BYTES) ||
      (known?.isSeen === true && weight > GROWN_BYTES && hasGrown(node, work.replaced.get(node)!));
    return placing;
  }

  #retain(nodes: readonly Node[]): void {
    // Not by recursion: parts are nested deeper than a worker's call stack.
    const open: (Node | Chunk)[] = [...nodes];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const counted = next instanceof Chunk ? next : this.placings.of(next);
      counted.uses += 1;
      if (counted.uses > 1) {
        this.repeatedBytes += this.#bytesOfUse(next);
        continue;
      }
      if (next instanceof Chunk) {
        this.blocks.use(next);
        pushAll(open, next.references, next.members);
      } else {
        pushAll(open, (counted as Placing).chunks);
      }
    }
  }

  /** Returns what a further use of a part or a chunk counts as. */
  #bytesOfUse(used: Node | Chunk): number {
    // In use twice while one root follows the other, and never for good.
    if (used instanceof Container) return 0;
    if (!(used instanceof Chunk)) return this.#bytesOfUses(this.placings.of(used).chunks);
    return bytesOfUse(used.content) + this.#bytesOfUses(used.members);
  }

  #bytesOfUses(chunks: readonly Chunk[] = []): number {
    return chunks.reduce((sum, chunk) => sum + this.#bytesOfUse(chunk), 0);
  }

  #release(nodes: readonly Node[]): void {
    const open: (Node | Chunk)[] = [...nodes];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const counted = next instanceof Chunk ? next : this.placings.of(next);
      counted.uses -= 1;
      if (counted.uses > 0) {
        this.repeatedBytes -= this.#bytesOfUse(next);
        continue;
      }
      if (next instanceof Chunk) {
        this.blocks.release(next);
        // Should it come back, it needs another number. Pruning relies on it: nothing is needed again once it was not.
        next.number = -1;
        next.block = -1;
        pushAll(open, next.references, next.members);
      } else {
        pushAll(open, (counted as Placing).chunks);
      }
    }
  }
}

function pushAll(open: (Node | Chunk)[], ...lists: (readonly (Node | Chunk)[] | undefined)[]): void {
  for (const list of lists) if (list !== undefined) for (const one of list) open.push(one);
}

function isStored(node: Node, { chunks }: Placing): boolean {
  return chunks !== undefined && areStored(chunks, node);
}

function areStored(chunks: readonly Chunk[], node: Node): boolean {
  return chunks.every((chunk) => chunk.isStored && chunk.isFor(node) && areStored(chunk.members ?? [], node));
}

/** Makes chunks those of a part, and of no other. */
export function claim(chunks: readonly Chunk[], node: Node): void {
  for (const chunk of chunks) {
    chunk.part = node;
    if (chunk.members !== undefined) claim(chunk.members, node);
  }
}

function levelOf(chunk: Chunk): number {
  let level = 0;
  for (let below = chunk.members?.[0]; below !== undefined; below = below.members?.[0]) level += 1;
  return level;
}

/** Returns whether a part is of the same kind as the one that it replaces, so that it can go on in its stream. */
function isAlike(before: Node, node: Node): boolean {
  if (node instanceof Container) return before instanceof Container && before.kind === node.kind;
  return node instanceof Text
    ? before instanceof Text
    : before instanceof Binary && before.kind === (node as Binary).kind;
}

function isFrame(node: Node): node is Container {
  return node instanceof Container && (node.keys?.length ?? Infinity) <= MAX_FRAME_KEYS;
}

function hasGrown(node: Node, before: Node): boolean {
  return (
    node instanceof Container && node.keys === undefined && node.children.length > (before as Container).children.length
  );
}
