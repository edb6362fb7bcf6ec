import { findAlike } from "./alike.ts";
import { captureAtom, captureBlob, captureBytes } from "./leaves.ts";
import {
  bufferOf,
  errorKeys,
  mapEntries,
  Refusal,
  refuseSymbolKeys,
  setMembers,
  SHARED_BUFFER,
  shapeOf,
  sparseEntries,
  type Holding,
  type Shape,
} from "./shape.ts";
import { Alias, Atom, MIN_TEXT_LENGTH, Node, weigh, type Anchor, type Kind, type Slot } from "./tree.ts";

/** What stands for an object of the caller's. */
export type Copy = Node | Atom;

/** Recursion goes this deep; what is deeper is copied first, from the bottom up. */
export const MAX_DEPTH = 300;
/** Thrown on meeting an object again that was not known to be shared. */
export const FOUND_SHARED = Symbol("found shared");
/** Thrown on nesting that was not cut. */
export const TOO_DEEP = new RangeError("too deep to recurse");

/** What a copier has to go by. */
export interface CopierOptions {
  readonly holding: Holding;
  readonly hints: WeakMap<object, Copy>;
  /** The objects known to be referred to from several places. */
  readonly shared: ReadonlySet<object> | undefined;
  /** Where a stored state is copied: the anchors of its objects. */
  readonly anchors: ReadonlyMap<object, Anchor> | undefined;
}

let lastStamp = 0;

/** One attempt at copying a state. */
export class Copier {
  hasShared = false;
  readonly #stamp = ++lastStamp;
  readonly #holding: Holding;
  readonly #hints: WeakMap<object, Copy>;
  readonly #shared: ReadonlySet<object> | undefined;
  readonly #known: ReadonlyMap<object, Anchor> | undefined;
  readonly #anchors = new Map<object, Anchor>();
  readonly #given = new Set<Anchor>();
  readonly #visited = new Set<object>();
  readonly #fresh: { copy: Copy; source: object; before: object | undefined }[] = [];
  readonly #buffers = new Set<object>();
  readonly #cuts = new Map<object, Slot>();

  constructor({ holding, hints, shared, anchors }: CopierOptions) {
    this.#holding = holding;
    this.#hints = hints;
    this.#shared = shared;
    this.#known = anchors;
  }

  /** To be called when all went well. */
  keepHints(): void {
    for (const { copy, source } of this.#fresh) this.#hints.set(source, copy);
  }

  /** To be called when it did not: a copy whose source has no hint would not be known for what it is. */
  giveUp(): void {
    for (const { copy, before } of this.#fresh.reverse()) copy.source = before;
  }

  /** Captures a deep part ahead of its parents. */
  cut(value: object): void {
    this.#cuts.set(value, this.#object(value, undefined, 1));
  }

  slot(value: unknown, base: Slot, depth: number): Slot {
    switch (typeof value) {
      case "string":
        return value.length < MIN_TEXT_LENGTH ? value : this.#text(value, base);
      case "object":
        return value === null ? null : this.#object(value, base, depth);
      case "function":
      case "symbol":
        throw new Refusal(`is a ${typeof value}`);
      default:
        return value as Slot;
    }
  }

  #text(value: string, base: Slot): Node {
    const before = base instanceof Node && base.kind === "text" ? base : undefined;
    if (before?.content === value) return before;
    const node = new Node("text", []);
    node.content = value;
    node.base = before;
    return weigh(node);
  }

  #object(value: object, base: Slot, depth: number): Slot {
    if (value instanceof Node || value instanceof Alias) return value;
    if (this.#cuts.size > 0) {
      const cut = this.#cuts.get(value);
      if (cut !== undefined && this.#cuts.delete(value)) return cut;
    }
    const stamp = this.#stamp;
    let before: Copy | undefined = base instanceof Node || base instanceof Atom ? base : undefined;
    let own = before !== undefined && before.source === value;
    if (!own) {
      const hint = this.#hints.get(value);
      if (hint !== undefined && hint.source === value) {
        before = hint;
        own = true;
      }
    }
    if (own ? before!.seen === stamp : this.#visited.has(value)) return this.#again(value, base);
    if (depth > MAX_DEPTH) throw TOO_DEEP;
    const shape = shapeOf(value, this.#holding);
    if (own) before!.seen = stamp;
    else {
      this.#visited.add(value);
      // One copy stands for one object: what is in use already can't stand for another.
      if (before?.seen === stamp) before = undefined;
    }
    const anchor = this.#anchor(value, before, own);
    let copy = this.#copy(value, shape, before, depth);
    if (copy === before && (copy.anchor !== anchor || (!own && copy.seen === stamp))) copy = copyOf(copy);
    copy.anchor = anchor;
    if (copy !== before || !own) this.#fresh.push({ copy, source: value, before: copy.source });
    copy.source = value;
    copy.seen = stamp;
    return copy;
  }

  /** The anchor of an object that is shared, or was. */
  #anchor(value: object, before: Copy | undefined, own: boolean): Anchor | undefined {
    let anchor = this.#known?.get(value);
    if (anchor === undefined) {
      const isShared = this.#shared !== undefined && this.#shared.has(value);
      if (isShared || own) anchor = before?.anchor;
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

  #again(value: object, base: Slot): Slot {
    const anchor = this.#anchors.get(value);
    if (anchor === undefined) throw FOUND_SHARED;
    return base instanceof Alias && base.anchor === anchor ? base : new Alias(anchor);
  }

  #copy(value: object, shape: Shape, before: Copy | undefined, depth: number): Copy {
    if (shape === "date" || shape === "regexp" || shape === "url" || shape === "custom") {
      return captureAtom(value, { shape, before, custom: this.#holding.custom });
    }
    return this.#node(value, shape, { before: before instanceof Node ? before : undefined, depth });
  }

  #node(value: object, shape: Shape, { before, depth }: { before: Node | undefined; depth: number }): Node {
    switch (shape) {
      case "record":
      case "dict":
        return this.#record(value, { kind: shape, keys: Object.keys(value), before, depth });
      case "error":
        return this.#record(value, { kind: shape, keys: errorKeys(value), before, depth, detail: errorClass(value) });
      case "array": {
        const list = value as unknown[];
        // An array that was dense may have got holes; to list its keys for that would take longer than all the rest.
        const isKnown = before?.source === value && before.kind === "array" && !hasHoles(list);
        const entries = isKnown ? undefined : sparseEntries(list);
        if (entries === undefined) return this.#list(list, { kind: "array", before, depth });
        return this.#list(entries, { kind: "sparse", before, depth, detail: list.length });
      }
      case "map":
        return this.#list(mapEntries(value), { kind: "map", before, depth });
      case "set":
        return this.#list(setMembers(value), { kind: "set", before, depth });
      case "blob":
        return captureBlob(value as Blob, before);
      default: {
        const buffer = bufferOf(value as ArrayBuffer | ArrayBufferView);
        if (this.#buffers.has(buffer)) throw new Refusal(SHARED_BUFFER);
        this.#buffers.add(buffer);
        return captureBytes(value as ArrayBuffer | ArrayBufferView, before);
      }
    }
  }

  #record(
    value: object,
    { kind, keys, before: given, depth, detail }: {
      kind: Kind; keys: string[]; before: Node | undefined; depth: number; detail?: unknown;
    },
  ): Node {
    const before = given?.kind === kind && given.detail === detail ? given : undefined;
    const oldKeys = before?.keys;
    let children: Slot[] | undefined = before === undefined ? [] : undefined;
    let next = 0;
    let places: Map<string, number> | undefined;
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i]!;
      let place = next;
      if (oldKeys !== undefined && oldKeys[next] !== key) {
        places ??= new Map(oldKeys.map((old, index) => [old, index]));
        place = places.get(key) ?? -1;
      }
      if (place >= 0) next = place + 1;
      const old = before?.children[place];
      const slot = this.slot((value as Record<string, unknown>)[key], old, depth + 1);
      if (children === undefined) {
        if (place === i && Object.is(slot, old)) continue;
        children = before!.children.slice(0, i);
      }
      children.push(slot);
    }
    if (children === undefined && keys.length === oldKeys!.length) return before!;
    // Looked for in what is new or changed alone: it takes longer than to compare all the rest.
    if (kind !== "error") refuseSymbolKeys(value);
    return made(kind, { children: children ?? before!.children.slice(0, keys.length), keys, before, detail });
  }

  #list(
    values: readonly unknown[],
    { kind, before: given, depth, detail }: { kind: Kind; before: Node | undefined; depth: number; detail?: unknown },
  ): Node {
    const before = given?.kind === kind ? given : undefined;
    const stride = kind === "map" || kind === "sparse" ? 2 : 1;
    let children: Slot[] | undefined = before === undefined ? [] : undefined;
    let next = 0;
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i];
      if (before !== undefined && i % stride === 0) {
        next = this.#isHinted(value, before.children[next]) ? next : findAlike(value, { node: before, next, stride });
      }
      const place = next;
      next += 1;
      const old = before?.children[place];
      const slot = this.slot(value, old, depth + 1);
      if (children === undefined) {
        if (place === i && place < before!.children.length && Object.is(slot, old)) continue;
        children = before!.children.slice(0, i);
      }
      children.push(slot);
    }
    if (children === undefined && values.length === before!.children.length && before!.detail === detail) return before!;
    return made(kind, { children: children ?? before!.children.slice(0, values.length), before, detail });
  }

  /** Whether it is known with which copy to compare an object. */
  #isHinted(value: unknown, old: Slot): boolean {
    if (typeof value !== "object" || value === null) return false;
    return (old instanceof Node && old.source === value) || this.#hints.get(value)?.source === value;
  }
}

function made(
  kind: Kind,
  { children, keys, before, detail }: { children: Slot[]; keys?: string[]; before: Node | undefined; detail: unknown },
): Node {
  const node = new Node(kind, children, keys);
  node.detail = detail;
  node.base = before;
  return weigh(node);
}

function copyOf(slot: Copy): Copy {
  if (slot instanceof Atom) return new Atom(slot.key, slot.value);
  const copy = new Node(slot.kind, slot.children, slot.keys);
  copy.content = slot.content;
  copy.detail = slot.detail;
  copy.base = slot;
  return weigh(copy);
}

function hasHoles(list: readonly unknown[]): boolean {
  for (let i = 0; i < list.length; i += 1) if (list[i] === undefined && !(i in list)) return true;
  return false;
}

function errorClass(value: object): string {
  return (Object.getPrototypeOf(value) as { constructor: { name: string } }).constructor.name;
}
