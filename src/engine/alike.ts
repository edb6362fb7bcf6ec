import { Alias, Atom, Node, type Slot } from "./tree.ts";

/** How much of an element tells it from its neighbours. */
const PRINTED_KEYS = 6;
const PRINTED_LENGTH = 24;

const indexes = new WeakMap<Node, Map<string, number[]>>();

/**
 * Where in `node` to look for what equals `value`, an element that comes after `next` elements were matched.
 *
 * Answers `next` while the lists run in step. Where they don't (a window that slides, an element put in or taken out),
 * it finds the element that looks the same. It is a guess: who asked compares in full.
 */
export function findAlike(
  value: unknown,
  { node, next, stride }: { node: Node; next: number; stride: number },
): number {
  const isNode = typeof value === "object" ? value !== null : typeof value === "string" && value.length > 256;
  // A list of primitives is matched when it is stored; only the keys of a map lead to something worth comparing.
  if (!isNode && stride === 1) return next;
  // Past the end there is nothing to be in step with: the list has grown, which is what lists mostly do.
  if (next >= node.children.length) return next;
  const old = node.children[next];
  if (looksLike(value, old)) return next;
  let index = indexes.get(node);
  if (index === undefined) {
    index = new Map();
    for (let i = 0; i < node.children.length; i += stride) {
      const printed = print(node.children[i]);
      const places = index.get(printed);
      if (places === undefined) index.set(printed, [i]);
      else places.push(i);
    }
    indexes.set(node, index);
  }
  const places = index.get(print(value));
  if (places === undefined) return next;
  return places.find((place) => place >= next) ?? places[0]!;
}

/** Whether the first few primitives of both agree. */
function looksLike(value: unknown, old: Slot): boolean {
  if (!(old instanceof Node)) return typeof value !== "object" && Object.is(value, old);
  if (old.kind === "text") return value === old.content;
  if (typeof value !== "object" || value === null) return false;
  if (old.keys === undefined) return Array.isArray(value) === (old.kind === "array") && sameStart(value, old);
  for (let i = 0; i < old.keys.length && i < PRINTED_KEYS; i += 1) {
    if (differs((value as Record<string, unknown>)[old.keys[i]!], old.children[i])) return false;
  }
  return true;
}

function sameStart(value: object, old: Node): boolean {
  if (!Array.isArray(value)) return true;
  for (let i = 0; i < value.length && i < PRINTED_KEYS; i += 1) if (differs(value[i], old.children[i])) return false;
  return true;
}

function differs(value: unknown, old: Slot): boolean {
  if (old instanceof Node) return old.kind === "text" && value !== old.content;
  if (old instanceof Atom) return value instanceof Date && !Object.is(value.getTime(), old.key);
  return !(old instanceof Alias) && !Object.is(value, old);
}

/** A short text that is the same for a value and its copy, and seldom for others. */
function print(value: unknown): string {
  if (value instanceof Node) {
    if (value.kind === "text") return printText(value.content as string);
    if (value.keys !== undefined) return printRecord(value.keys, value.children);
    return value.kind === "array" ? printList(value.children) : value.kind;
  }
  if (typeof value === "string") return printText(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return printList(value);
  if (value instanceof Map || value instanceof Set) return value instanceof Map ? "map" : "set";
  return printRecord(Object.keys(value), Object.values(value));
}

function printRecord(keys: readonly string[], values: readonly unknown[]): string {
  let printed = `${keys.length}`;
  for (let i = 0; i < keys.length && i < PRINTED_KEYS; i += 1) printed += `|${keys[i]}=${printPart(values[i])}`;
  return printed;
}

function printList(values: readonly unknown[]): string {
  return `[${values.slice(0, PRINTED_KEYS).map(printPart).join()}`;
}

function printPart(value: unknown): string {
  if (value instanceof Node) return value.kind === "text" ? printText(value.content as string) : "";
  if (value instanceof Atom) return value.value instanceof Date ? String(value.key) : "";
  if (value instanceof Date) return String(value.getTime());
  if (typeof value === "string") return printText(value);
  return typeof value === "object" ? "" : String(value);
}

function printText(text: string): string {
  return `${text.length}:${text.slice(0, PRINTED_LENGTH)}`;
}
