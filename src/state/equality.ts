import { Alias, Atom, Binary, Container, isCopy, Text, type Anchor, type Copy, type Slot } from "./snapshot.ts";

/** Whether two places of snapshots that share what is equal hold the same: unchanged nodes are known by identity. */
export function sameSlot(a: Slot, b: Slot): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Atom) return b instanceof Atom && a.anchor === b.anchor && sameAtom(a, b);
  return a instanceof Alias && b instanceof Alias && a.anchor === b.anchor;
}

/** Whether two atoms stand for equal values. */
export function sameAtom(a: Atom, b: Atom): boolean {
  return Object.is(a.key, b.key) && a.value.constructor === b.value.constructor;
}

/** Whether it takes the same to make two containers or binaries again, beside their content. */
export function sameDetail(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((part, i) => Object.is(part, b[i]));
  return Object.is(a, b);
}

/** Whether two runs of bytes are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let i = 0;
  if (a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0) {
    const words = a.length >> 2;
    const wordsOfA = new Uint32Array(a.buffer, a.byteOffset, words);
    const wordsOfB = new Uint32Array(b.buffer, b.byteOffset, words);
    for (let w = 0; w < words; w += 1) if (wordsOfA[w] !== wordsOfB[w]) return false;
    i = words << 2;
  }
  for (; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Whether two snapshots stand for equal states: the same content, and the same parts referred to from several places.
 * They need not share anything.
 *
 * With `atomsByValue`, one date in two places is as good as two: structured clones make two of it in WebKit.
 */
export function isSameState(a: Slot, b: Slot, { atomsByValue = false } = {}): boolean {
  const anchoredInA = anchoredIn(a);
  const anchoredInB = anchoredIn(b);
  const partners = new Map<Copy, Copy>();
  const taken = new Set<Copy>();
  const open: [Slot, Slot][] = [[a, b]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const x = pair[0] instanceof Alias ? anchoredInA.get(pair[0].anchor) : pair[0];
    const y = pair[1] instanceof Alias ? anchoredInB.get(pair[1].anchor) : pair[1];
    if (isCopy(x) && !(atomsByValue && x instanceof Atom)) {
      const partner = partners.get(x);
      if (partner !== undefined || taken.has(y as Copy)) {
        if (partner !== y) return false;
        continue;
      }
      partners.set(x, y as Copy);
      taken.add(y as Copy);
    }
    if (x instanceof Container) {
      if (!(y instanceof Container) || !isSameContainer(x, y)) return false;
      for (let i = 0; i < x.children.length; i += 1) open.push([x.children[i], y.children[i]]);
    } else if (!isSameContent(x, y)) {
      return false;
    }
  }
  return true;
}

function isSameContainer(a: Container, b: Container): boolean {
  if (a.kind !== b.kind || a.children.length !== b.children.length || !sameDetail(a.detail, b.detail)) return false;
  return a.keys === undefined || a.keys.every((key, i) => key === b.keys?.[i]);
}

function isSameContent(a: Slot, b: Slot): boolean {
  if (a instanceof Atom) return b instanceof Atom && sameAtom(a, b);
  if (a instanceof Text) return b instanceof Text && a.content === b.content;
  if (!(a instanceof Binary)) return Object.is(a, b);
  if (!(b instanceof Binary) || a.kind !== b.kind || !sameDetail(a.detail, b.detail)) return false;
  if (a.content === undefined || b.content === undefined) return a.blob === b.blob;
  return sameBytes(a.content, b.content);
}

/** Where the objects stand that are referred to from several places. */
export function anchoredIn(root: Slot): Map<Anchor, Copy> {
  const found = new Map<Anchor, Copy>();
  const open: Slot[] = [root];
  while (open.length > 0) {
    const slot = open.pop();
    if (!isCopy(slot)) continue;
    if (slot.anchor !== undefined) found.set(slot.anchor, slot);
    if (slot instanceof Container) for (const child of slot.children) if (isCopy(child)) open.push(child);
  }
  return found;
}
