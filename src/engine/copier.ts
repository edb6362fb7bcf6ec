import { findAlike } from "./alike.ts";
import { captureAtom, captureBlob, captureBytes } from "./leaves.ts";
import {
  bufferOf,
  errorClass,
  errorKeys,
  hasHoles,
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
import type { Sharing } from "./sharing.ts";
import { Alias, Atom, copyOf, MIN_TEXT_LENGTH, Node, nodeOf, weigh, type Copy, type Kind, type Slot } from "./tree.ts";

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
  readonly sharing: Sharing;
}

let lastStamp = 0;

/** One attempt at copying a state. */
export class Copier {
  readonly sharing: Sharing;
  readonly #stamp = ++lastStamp;
  readonly #holding: Holding;
  readonly #hints: WeakMap<object, Copy>;
  readonly #visited = new Set<object>();
  readonly #fresh: { copy: Copy; source: object; before: object | undefined }[] = [];
  readonly #buffers = new Set<object>();
  readonly #cuts = new Map<object, Slot>();

  constructor({ holding, hints, sharing }: CopierOptions) {
    this.sharing = sharing;
    this.#holding = holding;
    this.#hints = hints;
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
    if (own && before instanceof Atom && this.#isSameDate(value, before)) {
      before.seen = stamp;
      return before;
    }
    const shape = shapeOf(value, this.#holding);
    if (own) before!.seen = stamp;
    else {
      this.#visited.add(value);
      // One copy stands for one object: what is in use already can't stand for another.
      if (before?.seen === stamp) before = undefined;
    }
    const anchor = this.sharing.anchorFor(value, { before, isOwn: own });
    let copy = this.#copy(value, shape, before, depth);
    if (copy === before && (copy.anchor !== anchor || (!own && copy.seen === stamp))) copy = copyOf(copy);
    copy.anchor = anchor;
    if (copy !== before || !own) this.#fresh.push({ copy, source: value, before: copy.source });
    copy.source = value;
    copy.seen = stamp;
    return copy;
  }

  /** The shortest way to tell for the most common of atoms: states are full of them. */
  #isSameDate(value: object, before: Atom): boolean {
    if (before.anchor !== undefined || this.sharing.isTold) return false;
    return Object.getPrototypeOf(value) === Date.prototype && Object.is((value as Date).getTime(), before.key);
  }

  #again(value: object, base: Slot): Slot {
    const anchor = this.sharing.anchorOf(value);
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
        if (before?.kind === "record") return this.#knownRecord(value as Record<string, unknown>, before, depth);
        return this.#record(value, { kind: shape, keys: Object.keys(value), before: undefined, depth });
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

  /** Compares without listing the keys, up to the first difference: most of a state is records that have none. */
  #knownRecord(value: Record<string, unknown>, before: Node, depth: number): Node {
    const oldKeys = before.keys!;
    const old = before.children;
    let i = 0;
    let isInStep = true;
    for (const key in value) {
      if (oldKeys[i] !== key) {
        isInStep = false;
        break;
      }
      const part = value[key];
      if (!isSame(part, old[i])) {
        const slot = this.slot(part, old[i], depth + 1);
        if (!Object.is(slot, old[i])) {
          const done = [...old.slice(0, i), slot];
          return this.#record(value, { kind: "record", keys: Object.keys(value), before, depth, done });
        }
      }
      i += 1;
    }
    if (isInStep && i === oldKeys.length) return before;
    return this.#record(value, { kind: "record", keys: Object.keys(value), before, depth, done: old.slice(0, i) });
  }

  #record(
    value: object,
    {
      kind,
      keys,
      before: given,
      depth,
      detail,
      done,
    }: { kind: Kind; keys: string[]; before: Node | undefined; depth: number; detail?: unknown; done?: Slot[] },
  ): Node {
    const before = given?.kind === kind && given.detail === detail ? given : undefined;
    const oldKeys = before?.keys;
    let children: Slot[] | undefined = done ?? (before === undefined ? [] : undefined);
    let next = done?.length ?? 0;
    let places: Map<string, number> | undefined;
    for (let i = next; i < keys.length; i += 1) {
      const key = keys[i]!;
      let place = next;
      if (oldKeys !== undefined && oldKeys[next] !== key) {
        places ??= new Map(oldKeys.map((old, index) => [old, index]));
        place = places.get(key) ?? -1;
      }
      if (place >= 0) next = place + 1;
      const old = before?.children[place];
      const part = (value as Record<string, unknown>)[key];
      if (children === undefined && place === i && isSame(part, old)) continue;
      const slot = this.slot(part, old, depth + 1);
      if (children === undefined) {
        if (place === i && Object.is(slot, old)) continue;
        children = before!.children.slice(0, i);
      }
      children.push(slot);
    }
    if (children === undefined && keys.length === oldKeys!.length) return before!;
    // Looked for in what is new or changed alone: it takes longer than to compare all the rest.
    if (kind !== "error") refuseSymbolKeys(value);
    return nodeOf(kind, { children: children ?? before!.children.slice(0, keys.length), keys, before, detail });
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
      if (before !== undefined && i % stride === 0 && !this.#isHinted(value, before.children[next])) {
        next = findAlike(value, { node: before, next, stride });
      }
      const place = next;
      next += 1;
      const old = before?.children[place];
      if (children === undefined && place === i && place < before!.children.length && isSame(value, old)) continue;
      const slot = this.slot(value, old, depth + 1);
      if (children === undefined) {
        if (place === i && place < before!.children.length && Object.is(slot, old)) continue;
        children = before!.children.slice(0, i);
      }
      children.push(slot);
    }
    if (children === undefined && values.length === before!.children.length && before!.detail === detail)
      return before!;
    return nodeOf(kind, { children: children ?? before!.children.slice(0, values.length), before, detail });
  }

  /** Whether it is known with which copy to compare an object. */
  #isHinted(value: unknown, old: Slot): boolean {
    if (typeof value !== "object" || value === null) return false;
    return (old instanceof Node && old.source === value) || this.#hints.get(value)?.source === value;
  }
}

/** Whether a part is a primitive, or a text, that is still the same. */
function isSame(part: unknown, old: Slot): boolean {
  if (part === old) return part !== 0 || Object.is(part, old);
  return typeof part === "string" && old instanceof Node && old.content === part;
}
