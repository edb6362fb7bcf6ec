/**
 * A snapshot is the store's private copy of a state: a tree that never changes, whose unchanged parts are shared from
 * one snapshot to the next. How and where its parts are stored is for whoever stores them to remember, beside it.
 */

/** A snapshot of a state. */
export interface Snapshot {
  readonly root: Slot;
  /** Whether any object is referred to from several places. */
  readonly hasShared: boolean;
  /**
   * For each node that the snapshot before did not have, the one that it replaces: what both share stays as it is. No two
   * replace the same one, nor one that is there still; but for texts.
   */
  readonly replaced: ReadonlyMap<Node, Node>;
}

/** A place in a state: a primitive, or a part with a class of its own. */
export type Slot = string | number | bigint | boolean | null | undefined | Atom | Alias | Node;

/** What has content of its own. */
export type Node = Container | Text | Binary;

/** What stands for one object of the caller's. */
export type Copy = Container | Binary | Atom;

/** What a container was in the state. */
export type ContainerKind =
  | "object" // a plain object
  | "dict" // an object without a prototype
  | "array"
  | "sparse" // an array with holes: children are [index, value, index, value, ...]; detail: its length
  | "map" // children are [key, value, key, value, ...]
  | "set"
  // Children and keys are its own properties; detail: the class's name. A DOMException has none of these; detail:
  // ["DOMException", message, name].
  | "error"
  | "instance"; // of a registered class. The one child is what it was taken apart into; detail: the registered name

/** Nesting that is taken at most, of any container in any other. */
export const MAX_DEPTH = 5_000;
/** A string of this length or more is a {@link Text}, so that it can be shared; a shorter one is a primitive. */
export const MIN_TEXT_LENGTH = 256;

/** Names an object that is referred to from several places. Its identity is all there is to it. */
export class Anchor {
  /** Tells anchors from other objects, for the compiler. */
  declare private readonly isAnchor: true;
}

/** Tells parts from values of the caller's. */
abstract class Part {
  declare private readonly isPart: true;
}

/** Whether a value is a part of a snapshot, and no value of the caller's. */
export function isPart(value: unknown): value is Atom | Alias | Node {
  return value instanceof Part;
}

/** Whether a part of a snapshot has content of its own. */
export function isNode(slot: unknown): slot is Node {
  return slot instanceof Container || slot instanceof Text || slot instanceof Binary;
}

/** Whether a part of a snapshot stands for one object of the caller's. */
export function isCopy(slot: unknown): slot is Copy {
  return slot instanceof Marked;
}

/** The marks that captures leave on their copies, so that the next one is fast. For this room alone. */
abstract class Marked extends Part {
  /** Where the object is referred to from several places. */
  readonly anchor: Anchor | undefined;
  #source: object | undefined;
  #capture = 0;

  constructor(anchor: Anchor | undefined) {
    super();
    this.anchor = anchor;
  }

  /** The caller's object that the copy was last found equal to. */
  static sourceOf(copy: Copy): object | undefined {
    return (copy as Marked).#source;
  }

  /** Whether the capture of this number has used the copy. */
  static isUsedBy(copy: Copy, capture: number): boolean {
    return (copy as Marked).#capture === capture;
  }

  static use(copy: Copy, capture: number): void {
    (copy as Marked).#capture = capture;
  }

  static setSource(copy: Copy, source: object | undefined): void {
    (copy as Marked).#source = source;
  }
}

/** The caller's object that a copy was last found equal to. */
export const { sourceOf, isUsedBy, use, setSource } = Marked;

/** A value without parts of its own: a `Date`, a `RegExp` or a `URL`. */
export class Atom extends Marked {
  /** Equal for equal values of the same class. */
  readonly key: string | number;
  /** A private copy. Never to be handed out. */
  readonly value: object;

  constructor(key: string | number, value: object, anchor?: Anchor) {
    super(anchor);
    this.key = key;
    this.value = value;
  }
}

/** A further reference to an object that stands elsewhere in the state. */
export class Alias extends Part {
  readonly anchor: Anchor;

  constructor(anchor: Anchor) {
    super();
    this.anchor = anchor;
  }
}

/** An object that holds others. */
export class Container extends Marked {
  readonly kind: ContainerKind;
  /** Of objects, dicts and errors. */
  readonly keys: readonly string[] | undefined;
  readonly children: readonly Slot[];
  readonly detail: unknown;
  /** About how many bytes all of it takes, encoded. */
  readonly weight: number;
  /** How deep containers are nested in it; 0 where there are none. */
  readonly height: number;

  constructor(
    kind: ContainerKind,
    children: readonly Slot[],
    {
      keys,
      detail,
      anchor,
      grownFrom,
    }: {
      keys?: readonly string[] | undefined;
      detail?: unknown;
      anchor?: Anchor | undefined;
      /** A container without keys whose children are the first of this one's. */
      grownFrom?: Container | undefined;
    } = {},
  ) {
    super(anchor);
    this.kind = kind;
    this.keys = keys;
    this.children = children;
    this.detail = detail;
    let weight = grownFrom?.weight ?? 4;
    let height = grownFrom?.height ?? 0;
    for (let i = grownFrom?.children.length ?? 0; i < children.length; i += 1) {
      const child = children[i];
      weight += weightOf(child);
      if (child instanceof Container && child.height >= height) height = child.height + 1;
    }
    if (keys !== undefined) for (let i = 0; i < keys.length; i += 1) weight += keys[i]!.length + 4;
    if (detail !== undefined && grownFrom === undefined) weight += String(detail).length;
    this.weight = weight;
    this.height = height;
  }
}

/** A long string. */
export class Text extends Part {
  readonly content: string;

  constructor(content: string) {
    super();
    this.content = content;
  }

  get weight(): number {
    return this.content.length + 2;
  }
}

/** What Blobs hold, once read: that takes an await. */
const contentsOfBlobs = new WeakMap<Blob, Uint8Array>();

/** Remembers what a Blob holds. */
export function setContent(blob: Blob, content: Uint8Array): void {
  contentsOfBlobs.set(blob, content);
}

/** Bytes: a typed array, a DataView or an ArrayBuffer; a Blob or a File. */
export class Binary extends Marked {
  readonly kind: "bytes" | "blob";
  /** The name of the class. Of a Blob: `[type]`; of a File: `[type, name, lastModified]`. */
  readonly detail: unknown;
  /** The Blob itself, which never changes, where one was captured. */
  readonly blob: Blob | undefined;
  readonly #content: Uint8Array | undefined;

  /** @param content - Bytes that nobody else changes, or a Blob. */
  constructor(
    content: Uint8Array | Blob,
    detail: unknown,
    { anchor, kind }: { anchor?: Anchor | undefined; kind?: "bytes" | "blob" } = {},
  ) {
    super(anchor);
    this.detail = detail;
    if (content instanceof Uint8Array) {
      this.kind = kind ?? "bytes";
      // A view of a larger buffer would keep all of that alive, and would be stored with it by structured clone.
      this.#content = content.length === content.buffer.byteLength ? content : new Uint8Array(content);
    } else {
      this.kind = "blob";
      this.blob = content;
    }
  }

  /** The bytes, in a buffer that holds nothing else; `undefined` for a Blob that was not read. */
  get content(): Uint8Array | undefined {
    return this.#content ?? contentsOfBlobs.get(this.blob!);
  }

  /** About how many bytes it takes, encoded. */
  get weight(): number {
    return this.#content?.length ?? this.blob!.size;
  }
}

/** About how many bytes a place takes, encoded. */
export function weightOf(slot: Slot): number {
  switch (typeof slot) {
    case "string":
      return slot.length + 3;
    case "number":
      return 8;
    case "bigint":
      return 24;
    case "object":
      if (slot === null) return 5;
      if (isNode(slot)) return slot.weight;
      return slot instanceof Atom && typeof slot.key === "string" ? slot.key.length + 16 : 40;
    default:
      return 6;
  }
}

/** Another copy of the same value, for an object that is not the same. */
export function twinOf(copy: Copy, anchor: Anchor | undefined): Copy {
  if (copy instanceof Atom) return new Atom(copy.key, copy.value, anchor);
  if (copy instanceof Container) return new Container(copy.kind, copy.children, { ...copy, anchor });
  return new Binary(copy.blob ?? copy.content!, copy.detail, { kind: copy.kind, anchor });
}
