import { sameBytes } from "./leaves.ts";
import { Chunk, sameSlot, slotWeight, type Node, type Slot } from "./tree.ts";

/** A chunk is closed at this weight; one below the minimum is joined with new neighbours rather than kept. */
const CHUNK_BYTES = 4096;
const MIN_CHUNK_BYTES = 512;
const TEXT_LENGTH = 4096;
const MIN_TEXT_SEGMENT = 1024;
const MAX_MISSES = 16;
/** Records of more than 64 kB are put into files of their own by Chromium, which costs more than it saves here. */
const SEGMENT_BYTES = 48 * 1024;
/** So many ranges fit where a node is referred to; more are gathered in pieces of their own. */
const MAX_RANGES = 64;
const GROUP_RANGES = 32;
const MIN_GROUP_RANGES = 8;

/** What `packRuns` is to pack: elements known by their index, and the chunks of the save before. */
interface Runs {
  readonly count: number;
  readonly stride: number;
  readonly old: readonly Chunk[];
  /** How many elements an old chunk holds. */
  size(chunk: Chunk): number;
  /** Whether an old chunk holds just the elements from `index` on. */
  matches(chunk: Chunk, index: number): boolean;
  /** Equal for elements that are the same. */
  keyAt(index: number): unknown;
  firstKey(chunk: Chunk): unknown;
  weighAt(index: number): number;
  weigh(chunk: Chunk): number;
  make(from: number, to: number): Chunk;
  readonly target: number;
  readonly min: number;
}

/** Cuts the content of a node that is stored apart into chunks, using those of the node it replaces. */
export function packNode(node: Node): readonly Chunk[] {
  const levels = levelsOf(node.base?.kind === node.kind ? (node.base.chunks ?? []) : []);
  const leaves = packLeaves(node, levels[0] ?? []);
  return group(leaves, levels, 1);
}

function packLeaves(node: Node, old: readonly Chunk[]): Chunk[] {
  if (node.kind === "text") return packText(node.content as string, old);
  if (node.kind === "bytes" || node.kind === "blob") return packBytes(node.content as Uint8Array, old);
  const { children, keys } = node;
  return packRuns({
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
    weighAt: (index) => slotWeight(children[index]) + (keys === undefined ? 0 : keys[index]!.length + 4),
    weigh: (chunk) =>
      chunk.items.reduce<number>((sum, item, i) => sum + slotWeight(item) + (chunk.keys?.[i]!.length ?? 0), 0),
    make: (from, to) => new Chunk(children.slice(from, to), keys?.slice(from, to)),
    target: CHUNK_BYTES,
    min: MIN_CHUNK_BYTES,
  });
}

/** Gathers chunks whose numbers don't follow one another into chunks of chunks, until few ranges are left. */
function group(chunks: readonly Chunk[], levels: readonly (readonly Chunk[])[], level: number): readonly Chunk[] {
  const starts = chunks.map((chunk, i) => (i > 0 && follows(chunk, chunks[i - 1]!) ? 0 : 1));
  if (starts.reduce<number>((sum, start) => sum + start, 0) <= MAX_RANGES) return chunks;
  const groups = packRuns({
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
    make: (from, to) => new Chunk([], undefined, chunks.slice(from, to)),
    target: GROUP_RANGES,
    min: MIN_GROUP_RANGES,
  });
  return group(groups, levels, level + 1);
}

/** Whether two neighbours have neighbouring numbers; new chunks are numbered in a row. */
function follows(chunk: Chunk, before: Chunk | undefined): boolean {
  if (before === undefined) return false;
  return chunk.isStored ? before.isStored && chunk.piece === before.piece + 1 : !before.isStored;
}

function packRuns(runs: Runs): Chunk[] {
  const { count, stride, old, target, min } = runs;
  const packed: Chunk[] = [];
  let byKey: Map<unknown, Chunk[]> | undefined;
  let nextOld = 0;
  let pendingFrom = 0;

  const find = (index: number): Chunk | undefined => {
    const expected = old[nextOld];
    if (expected !== undefined && expected.isStored && runs.matches(expected, index)) {
      nextOld += 1;
      return expected;
    }
    if (byKey === undefined) {
      byKey = new Map();
      for (const chunk of old) {
        const key = runs.firstKey(chunk);
        const others = byKey.get(key);
        if (others === undefined) byKey.set(key, [chunk]);
        else others.push(chunk);
      }
    }
    const found = byKey.get(runs.keyAt(index))?.find((chunk) => chunk.isStored && runs.matches(chunk, index));
    if (found !== undefined) nextOld = old.indexOf(found, nextOld > 0 ? nextOld - 1 : 0) + 1 || old.indexOf(found) + 1;
    return found;
  };

  const flush = (end: number): void => {
    const last = packed[packed.length - 1];
    // Appending a little at a time must not leave a trail of tiny chunks.
    if (pendingFrom < end && last !== undefined && runs.weigh(last) < min) {
      packed.pop();
      pendingFrom -= runs.size(last);
    }
    let weight = 0;
    let from = pendingFrom;
    for (let i = pendingFrom; i < end; i += stride) {
      for (let s = 0; s < stride; s += 1) weight += runs.weighAt(i + s);
      if (weight < target) continue;
      packed.push(runs.make(from, i + stride));
      from = i + stride;
      weight = 0;
    }
    if (from < end) packed.push(runs.make(from, end));
  };

  let index = 0;
  while (index < count) {
    const found = old.length === 0 ? undefined : find(index);
    if (found === undefined) {
      index += stride;
      continue;
    }
    const size = runs.size(found);
    if (pendingFrom < index && runs.weigh(found) < min) {
      index += size;
      continue;
    }
    flush(index);
    packed.push(found);
    index += size;
    pendingFrom = index;
  }
  flush(count);
  return packed;
}

/** Keeps the old segments that the text still has, wherever they moved to; what lies between them is cut anew. */
function packText(text: string, old: readonly Chunk[]): Chunk[] {
  const packed: Chunk[] = [];
  const cut = (from: number, to: number): void => {
    for (let at = from; at < to; at += TEXT_LENGTH)
      packed.push(new Chunk([text.slice(at, Math.min(to, at + TEXT_LENGTH))]));
  };
  let at = 0;
  let misses = 0;
  for (const chunk of old) {
    const segment = chunk.items[0] as string;
    // A text that grows a word at a time would end up in tiny segments, if they were kept.
    if (!chunk.isStored || segment.length < MIN_TEXT_SEGMENT) continue;
    const found = text.startsWith(segment, at) ? at : text.indexOf(segment, at);
    if (found < 0) {
      misses += 1;
      // Each miss has searched the whole rest: a text that is new throughout must not cost its square.
      if (misses === MAX_MISSES) break;
      continue;
    }
    cut(at, found);
    packed.push(chunk);
    at = found + segment.length;
  }
  cut(at, text.length);
  return packed;
}

function packBytes(bytes: Uint8Array, old: readonly Chunk[]): Chunk[] {
  const packed: Chunk[] = [];
  for (let at = 0, i = 0; at < bytes.length || i === 0; at += SEGMENT_BYTES, i += 1) {
    const segment = bytes.subarray(at, at + SEGMENT_BYTES);
    const known = old[i];
    const isKept = known?.isStored === true && sameBytes(known.items[0] as unknown as Uint8Array, segment);
    packed.push(isKept ? known : new Chunk([segment as unknown as Slot]));
  }
  return packed;
}

function levelsOf(chunks: readonly Chunk[]): (readonly Chunk[])[] {
  const levels: (readonly Chunk[])[] = [];
  for (let level = chunks; level.length > 0; level = level.flatMap((chunk) => chunk.members ?? []))
    levels.unshift(level);
  return levels;
}
