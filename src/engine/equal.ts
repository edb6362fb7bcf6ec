import { sameBytes } from "./leaves.ts";
import { Alias, Atom, Node, sameAtom, type Anchor, type Slot } from "./tree.ts";

/**
 * Whether two trees stand for equal states: the same content, and the same parts referred to from several places.
 *
 * With `atomsByValue`, one date in two places is as good as two: structured clones make two of it in WebKit.
 */
export function isSameState(a: Slot, b: Slot, { atomsByValue = false } = {}): boolean {
  const anchorsOfA = anchorsOf(a);
  const anchorsOfB = anchorsOf(b);
  const partners = new Map<Node | Atom, Node | Atom>();
  const taken = new Set<Node | Atom>();
  const open: [Slot, Slot][] = [[a, b]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const x = pair[0] instanceof Alias ? anchorsOfA.get(pair[0].anchor) : pair[0];
    const y = pair[1] instanceof Alias ? anchorsOfB.get(pair[1].anchor) : pair[1];
    const isValue = x instanceof Node ? x.kind === "text" : atomsByValue;
    if ((x instanceof Node || x instanceof Atom) && !isValue) {
      const partner = partners.get(x);
      if (partner !== undefined || taken.has(y as Node)) {
        if (partner !== y) return false;
        continue;
      }
      partners.set(x, y as Node);
      taken.add(y as Node);
    }
    if (x instanceof Atom) {
      if (!(y instanceof Atom) || !sameAtom(x, y)) return false;
    } else if (x instanceof Node) {
      if (!(y instanceof Node) || !isSameNode(x, y)) return false;
      for (let i = 0; i < x.children.length; i += 1) open.push([x.children[i], y.children[i]]);
    } else if (!Object.is(x, y)) {
      return false;
    }
  }
  return true;
}

function isSameNode(a: Node, b: Node): boolean {
  if (a.kind !== b.kind || String(a.detail) !== String(b.detail) || a.children.length !== b.children.length)
    return false;
  if (a.keys !== undefined && !a.keys.every((key, i) => key === b.keys?.[i])) return false;
  if (typeof a.content === "string" || typeof b.content === "string") return a.content === b.content;
  if (a.content === undefined || b.content === undefined) return a.content === b.content;
  return sameBytes(a.content, b.content);
}

function anchorsOf(root: Slot): Map<Anchor, Node | Atom> {
  const anchors = new Map<Anchor, Node | Atom>();
  const open: Slot[] = [root];
  while (open.length > 0) {
    const slot = open.pop();
    if (!(slot instanceof Node || slot instanceof Atom)) continue;
    if (slot.anchor !== undefined) anchors.set(slot.anchor, slot);
    if (slot instanceof Node) for (const child of slot.children) open.push(child);
  }
  return anchors;
}
