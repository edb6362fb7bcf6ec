import { Binary, Text, type Container, type Node } from "../../state/snapshot.ts";
import { sameBytes, sameSlot } from "../../state/equality.ts";
import { Chunk } from "./chunk.ts";
import type { Placings } from "./placing.ts";

/**
 * A chunk is closed at this weight. A small one stays as it is: what follows it gets the next number, and costs no run.
 */
const CHUNK_BYTES = 2048;
/** The same for stretches of text, in characters; a shorter one than the minimum is not looked for again. */
const TEXT_LENGTH = 4096;
const MIN_TEXT_LENGTH = 1024;
/** After so many old stretches that a text does not have any more, the others are not looked for. */
const MAX_MISSES = 16;
/**
 * Chromium puts records of more than 64 kB into files of their own, which costs more than it saves where they are many.
 */
const BINARY_BYTES = 48 * 1024;
/**
 * A large value is cut into about so many chunks, of this size at most: larger ones load no faster, and an edit writes a
 * whole one again.
 */
const MAX_BINARY_CHUNKS = 32;
const MAX_BINARY_BYTES = 64 * BINARY_BYTES;
/** A reference to a part has no more runs than this; if there are more, the chunks are gathered in groups. */
const MAX_RUNS = 64;
/** A group is closed at so many runs; a stored one with fewer than the minimum is cut anew with new neighbours. */
const GROUP_RUNS = 32;
const MIN_GROUP_RUNS = 8;

/** What {@link cutSequence} cuts: elements known by their index, and the chunks of the save before. */
interface Sequence {
  readonly count: number;
  /** How many elements must stay together: 2 where they are pairs. */
  readonly stride: number;
  readonly old: readonly Chunk[];
  /** How many elements an old chunk holds. */
  size(chunk: Chunk): number;
  /** Whether an old chunk holds just the elements from `index` on. */
  matches(chunk: Chunk, index: number): boolean;
  /** By what an old chunk is found that begins with the element: the same for equal ones. */
  keyAt(index: number): unknown;
  firstKey(chunk: Chunk): unknown;
  weighAt(index: number): number;
  weigh(chunk: Chunk): number;
  make(from: number, to: number): Chunk;
  /** A chunk is closed at this weight. */
  readonly target: number;
  /** An old chunk below this weight is cut anew with new neighbours; 0 for none. */
  readonly min: number;
}

/**
 * Cuts a part that is stored on its own into chunks.
 *
 * The chunks of the part that it replaces are used again, wherever their content has moved to; what lies between them
 * becomes new chunks. So a list that grows by an element gets one small chunk more, and an element that changes in the
 * middle costs one chunk. If the numbers of the chunks make many runs, the chunks are gathered in groups, and those
 * again, so that a reference to the part stays short.
 *
 * @param old - The chunks to use again.
 * @param mayUse - Whether the part may use one of them: see {@link Chunk.isFor}.
 */
export function cut(
  node: Node,
  { old, mayUse, placings }: { old: readonly Chunk[]; mayUse: (chunk: Chunk) => boolean; placings: Placings },
): readonly Chunk[] {
  const levels = levelsOf(old).map((level) => level.filter((chunk) => chunk.isStored && mayUse(chunk)));
  const leaves = cutLeaves(node, levels[0] ?? [], placings);
  return gather(leaves, levels, 1);
}

function cutLeaves(node: Node, old: readonly Chunk[], placings: Placings): Chunk[] {
  if (node instanceof Text) return cutText(node.content, old);
  if (node instanceof Binary) return cutBytes(node.content!, old);
  return cutContainer(node, old, placings);
}

function cutContainer(node: Container, old: readonly Chunk[], placings: Placings): Chunk[] {
  const { children, keys } = node;
  return cutSequence({
    count: children.length,
    stride: node.kind === "map" || node.kind === "sparse" ? 2 : 1,
    old,
    size: (chunk) => chunk.items.length,
    matches(chunk, index) {
      const { items } = chunk;
      if (index + items.length > children.length) return false;
      for (let i = 0; i < items.length; i += 1) {
        if (!sameSlot(items[i], children[index + i])) return false;
        if (keys !== undefined && chunk.keys![i] !== keys[index + i]) return false;
      }
      return true;
    },
    keyAt: keys === undefined ? (index) => children[index] : (index) => keys[index],
    firstKey: keys === undefined ? (chunk) => chunk.items[0] : (chunk) => chunk.keys![0],
    weighAt: (index) => placings.weightOf(children[index]) + (keys === undefined ? 0 : keys[index]!.length + 4),
    weigh: (chunk) =>
      chunk.items.reduce<number>((sum, item, i) => sum + placings.weightOf(item) + (chunk.keys?.[i]!.length ?? 0), 0),
    make: (from, to) => new Chunk({ items: children.slice(from, to), keys: keys?.slice(from, to) }),
    target: CHUNK_BYTES,
    min: 0,
  });
}

function gather(chunks: readonly Chunk[], levels: readonly (readonly Chunk[])[], level: number): readonly Chunk[] {
  const starts = chunks.map((chunk, i) => (i > 0 && follows(chunk, chunks[i - 1]) ? 0 : 1));
  if (starts.reduce<number>((sum, start) => sum + start, 0) <= MAX_RUNS) return chunks;
  const groups = cutSequence({
    count: chunks.length,
    stride: 1,
    old: levels[level] ?? [],
    size: ({ members }) => members!.length,
    matches: ({ members }, index) =>
      index + members!.length <= chunks.length && members!.every((member, i) => member === chunks[index + i]),
    keyAt: (index) => chunks[index],
    firstKey: ({ members }) => members![0],
    weighAt: (index) => starts[index]!,
    weigh: ({ members }) => members!.reduce((sum, member, i) => (follows(member, members![i - 1]) ? sum : sum + 1), 0),
    make: (from, to) => new Chunk({ members: chunks.slice(from, to) }),
    target: GROUP_RUNS,
    min: MIN_GROUP_RUNS,
  });
  return gather(groups, levels, level + 1);
}

/** Returns whether a chunk has the number after its neighbour's, or will have: new chunks are numbered in a row. */
function follows(chunk: Chunk, before: Chunk | undefined): boolean {
  if (before === undefined) return false;
  if (chunk.number < 0) return before.number < 0 || before.number + 1 === before.stream!.next;
  return chunk.number === before.number + 1 && chunk.stream === before.stream;
}

function cutSequence(sequence: Sequence): Chunk[] {
  const { count, stride, old, target, min } = sequence;
  const cuts: Chunk[] = [];
  let byKey: Map<unknown, Chunk[]> | undefined;
  let nextOld = 0;
  let isInStep = true;
  let pendingFrom = 0;

  // A chunk stands in one place: equal elements elsewhere, which it matches as well, are other ones. As long as all are
  // found in their order, none can be found twice.
  let used: Set<Chunk> | undefined;
  const isFree = (chunk: Chunk, index: number): boolean => !used?.has(chunk) && sequence.matches(chunk, index);

  const find = (index: number): Chunk | undefined => {
    const expected = old[nextOld];
    if (expected !== undefined && isFree(expected, index)) {
      nextOld += 1;
      return expected;
    }
    // All old chunks were found, in their order: what comes behind them is new.
    if (expected === undefined && isInStep) return undefined;
    isInStep = false;
    used ??= new Set(cuts);
    if (byKey === undefined) {
      byKey = new Map();
      for (const chunk of old) {
        const key = sequence.firstKey(chunk);
        const others = byKey.get(key);
        if (others === undefined) byKey.set(key, [chunk]);
        else others.push(chunk);
      }
    }
    const found = byKey.get(sequence.keyAt(index))?.find((chunk) => isFree(chunk, index));
    if (found !== undefined) nextOld = old.indexOf(found, nextOld > 0 ? nextOld - 1 : 0) + 1 || old.indexOf(found) + 1;
    return found;
  };

  const flush = (end: number): void => {
    const last = cuts[cuts.length - 1];
    // Appending a little at a time must not leave a trail of tiny chunks.
    if (pendingFrom < end && last !== undefined && sequence.weigh(last) < min) {
      cuts.pop();
      pendingFrom -= sequence.size(last);
    }
    let weight = 0;
    let from = pendingFrom;
    for (let i = pendingFrom; i < end; i += stride) {
      for (let s = 0; s < stride; s += 1) weight += sequence.weighAt(i + s);
      if (weight < target) continue;
      cuts.push(sequence.make(from, i + stride));
      from = i + stride;
      weight = 0;
    }
    if (from < end) cuts.push(sequence.make(from, end));
  };

  let index = 0;
  // Mostly, all are still there, and in their order.
  for (let chunk = old[0]; chunk !== undefined && sequence.matches(chunk, index); chunk = old[nextOld]) {
    cuts.push(chunk);
    index += sequence.size(chunk);
    nextOld += 1;
  }
  pendingFrom = index;
  while (index < count) {
    const found = old.length === 0 ? undefined : find(index);
    if (found === undefined) {
      index += stride;
      continue;
    }
    const size = sequence.size(found);
    if (pendingFrom < index && sequence.weigh(found) < min) {
      index += size;
      continue;
    }
    flush(index);
    cuts.push(found);
    used?.add(found);
    index += size;
    pendingFrom = index;
  }
  flush(count);
  return cuts;
}

/** Keeps the old stretches that the text still has, wherever they moved to; what lies between them is cut anew. */
function cutText(text: string, old: readonly Chunk[]): Chunk[] {
  const cuts: Chunk[] = [];
  const cutBetween = (from: number, to: number): void => {
    for (let at = from; at < to; at += TEXT_LENGTH) {
      cuts.push(new Chunk({ content: text.slice(at, Math.min(to, at + TEXT_LENGTH)) }));
    }
  };
  let at = 0;
  let misses = 0;
  for (const chunk of old) {
    const stretch = chunk.content as string;
    if (stretch.length < MIN_TEXT_LENGTH) continue;
    if (misses >= MAX_MISSES) break;
    const found = text.startsWith(stretch, at) ? at : text.indexOf(stretch, at);
    if (found < 0) {
      misses += 1;
      continue;
    }
    cutBetween(at, found);
    cuts.push(chunk);
    at = found + stretch.length;
  }
  cutBetween(at, text.length);
  return cuts;
}

function cutBytes(bytes: Uint8Array, old: readonly Chunk[]): Chunk[] {
  const size = binaryChunkBytes(bytes.length);
  const cuts: Chunk[] = [];
  for (let at = 0, i = 0; at < bytes.length || i === 0; at += size, i += 1) {
    const content = bytes.subarray(at, at + size);
    const known = old[i];
    const isKept = known?.isStored === true && sameBytes(known.content as Uint8Array, content);
    cuts.push(isKept ? known : new Chunk({ content }));
  }
  return cuts;
}

/** Large values are cut into larger chunks: with many, what a record costs outweighs what an edit writes again. */
function binaryChunkBytes(length: number): number {
  let size = BINARY_BYTES;
  while (length / size > MAX_BINARY_CHUNKS && size < MAX_BINARY_BYTES) size *= 2;
  return size;
}

function levelsOf(chunks: readonly Chunk[]): (readonly Chunk[])[] {
  const levels: (readonly Chunk[])[] = [];
  for (let level = chunks; level.length > 0; level = level.flatMap((chunk) => chunk.members ?? []))
    levels.unshift(level);
  return levels;
}
