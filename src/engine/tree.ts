/**
 * The engine's private copy of a state: a tree that never changes once built, whose unchanged parts are shared from
 * one save to the next. A save stores the nodes that are new; everything else is already on disk.
 */

/** What a node was in the state. */
export type Kind =
  | "record" // a plain object
  | "dict" // an object without a prototype
  | "array"
  | "sparse" // an array with holes: children are [index, value, index, value, ...]
  | "map" // children are [key, value, key, value, ...]
  | "set"
  | "error" // children and keys are its own properties
  | "text" // a string too long to sit inside its parent for good
  | "bytes" // a typed array, a DataView or an ArrayBuffer
  | "blob"; // a Blob or a File

/** A place in a state: a primitive, or one of the classes below. */
export type Slot = string | number | bigint | boolean | null | undefined | Atom | Alias | Node;

/** A value without parts that a codec holds: a Date, a RegExp, a URL, or an instance of a registered class. */
export class Atom {
  /** Equal for equal values. */
  readonly key: string | number;
  /** A private copy. */
  readonly value: object;
  anchor: Anchor | undefined = undefined;
  /** As a node's. */
  source: object | undefined = undefined;
  seen = 0;

  constructor(key: string | number, value: object) {
    this.key = key;
    this.value = value;
  }
}

/** Names a node that is referred to from several places, across all checkpoints of a trace. */
export interface Anchor {
  /** Given out when first stored. */
  number: number;
}

/** A further reference to a node that stands elsewhere in the state. */
export class Alias {
  readonly anchor: Anchor;

  constructor(anchor: Anchor) {
    this.anchor = anchor;
  }
}

/** A run of a node's children that is stored as one piece; above them, runs of chunks. */
export class Chunk {
  /** Number of the piece in its trace; -1 while not stored. */
  piece = -1;
  /** What the piece takes, once stored. */
  bytes = 0;
  /** The save that last found this chunk in use. */
  mark = 0;
  /** Of level 0: the children. */
  readonly items: readonly Slot[];
  /** Of level 0, for records: the children's keys. */
  readonly keys: readonly string[] | undefined;
  /** Of higher levels: the chunks below. */
  readonly members: readonly Chunk[] | undefined;
  /** The nodes stored apart that this chunk refers to. */
  apart: readonly Node[] = [];

  constructor(items: readonly Slot[], keys?: readonly string[], members?: readonly Chunk[]) {
    this.items = items;
    this.keys = keys;
    this.members = members;
  }

  get isStored(): boolean {
    return this.piece >= 0;
  }
}

/** More than this is stored apart from its parent, in bytes. */
const MAX_INLINE_BYTES = 4096;
/** A string up to here is a primitive; a longer one is a node, so that it can be stored apart. */
export const MIN_TEXT_LENGTH = 512;
const MAX_INLINE_TEXT_LENGTH = 8192;
/** Deeper nesting is cut, so that no codec has to recurse far. */
const MAX_INLINE_HEIGHT = 64;
/** What a reference to something stored apart adds to its parent. */
const REFERENCE_BYTES = 32;

export class Node {
  readonly kind: Kind;
  /** Of records and errors. */
  readonly keys: readonly string[] | undefined;
  readonly children: readonly Slot[];
  /** Of text: the string. Of bytes and blobs: the content (of a blob, once it was read). */
  content: string | Uint8Array | undefined = undefined;
  /** What else it takes to make the value again: an array's length, a view's type, a blob's name. */
  detail: unknown = undefined;
  anchor: Anchor | undefined = undefined;
  /** Encoded bytes within its parent, as far as stored there. */
  weight = 0;
  /** Encoded bytes of all of it. */
  totalWeight = 0;
  height = 0;
  /** Stored in pieces of its own. */
  apart = false;
  /** How it is stored, if apart and planned. */
  chunks: readonly Chunk[] | undefined = undefined;
  /** Whether a save has stored it, alone or within its parent. */
  planned = false;
  /** The node of the save before that this one replaces, until planned: what both share is not stored again. */
  base: Node | undefined = undefined;
  /** The caller's object that this is a copy of: where it is met again, chances are that it is unchanged. */
  source: object | undefined = undefined;
  /** The capture that last used this node. */
  seen = 0;

  constructor(kind: Kind, children: readonly Slot[], keys?: readonly string[]) {
    this.kind = kind;
    this.children = children;
    this.keys = keys;
  }
}

/** What stands for an object of the caller's. */
export type Copy = Node | Atom;

/** A node with these children, in the place of `before`. */
export function nodeOf(
  kind: Kind,
  {
    children,
    keys,
    before,
    detail,
  }: { children: readonly Slot[]; keys?: readonly string[]; before: Node | undefined; detail?: unknown },
): Node {
  const node = new Node(kind, children, keys);
  node.detail = detail;
  node.base = before;
  return weigh(node);
}

/** Another copy of the same value, for an object that is not the same. */
export function copyOf(copy: Copy): Copy {
  if (copy instanceof Atom) return new Atom(copy.key, copy.value);
  const { kind, children, keys, detail, content } = copy;
  const node = new Node(kind, children, keys);
  node.content = content;
  node.detail = detail;
  node.base = copy;
  return weigh(node);
}

/** Works out what `node` weighs and whether it is stored apart; to be called once its children are known. */
export function weigh(node: Node): Node {
  const { kind, children, keys } = node;
  let weight = 4;
  let total = 4;
  let height = 0;
  if (kind === "text") {
    weight = total = (node.content as string).length + 2;
  } else if (kind === "bytes" || kind === "blob") {
    weight = total = node.content?.length ?? (node.source as Blob).size;
  } else {
    for (let i = 0; i < children.length; i += 1) {
      const child = children[i];
      if (child instanceof Node) {
        weight += child.apart ? REFERENCE_BYTES : child.weight;
        total += child.totalWeight;
        if (!child.apart && child.height >= height) height = child.height + 1;
      } else {
        const bytes = slotWeight(child);
        weight += bytes;
        total += bytes;
      }
    }
    if (keys !== undefined) {
      let keyBytes = 0;
      for (let i = 0; i < keys.length; i += 1) keyBytes += keys[i]!.length + 4;
      weight += keyBytes;
      total += keyBytes;
    }
  }
  node.weight = weight;
  node.totalWeight = total;
  node.height = height;
  node.apart =
    kind === "bytes" ||
    kind === "blob" ||
    (kind === "text" ? weight > MAX_INLINE_TEXT_LENGTH : weight > MAX_INLINE_BYTES || height >= MAX_INLINE_HEIGHT);
  return node;
}

/** Encoded bytes of a child within its parent. */
export function slotWeight(slot: Slot): number {
  switch (typeof slot) {
    case "string":
      return slot.length + 3;
    case "number":
      return 8;
    case "bigint":
      return 24;
    case "object":
      if (slot === null) return 5;
      if (slot instanceof Node) return slot.apart ? REFERENCE_BYTES : slot.weight;
      return slot instanceof Atom && typeof slot.key === "string" ? slot.key.length + 16 : 40;
    default:
      return 6;
  }
}

/** Encoded bytes of all of a state. */
export function totalWeightOf(slot: Slot): number {
  return slot instanceof Node ? slot.totalWeight : slotWeight(slot);
}

/** Whether two places hold the same, where unchanged nodes are known by identity. */
export function sameSlot(a: Slot, b: Slot): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Atom) {
    return b instanceof Atom && a.anchor === b.anchor && sameAtom(a, b);
  }
  return a instanceof Alias && b instanceof Alias && a.anchor === b.anchor;
}

/** Whether two atoms stand for equal values. */
export function sameAtom(a: Atom, b: Atom): boolean {
  return Object.is(a.key, b.key) && a.value.constructor === b.value.constructor;
}
