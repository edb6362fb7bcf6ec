import { concatBytes } from "../core/bytes.ts";
import { ERROR_CLASSES, VIEW_CLASSES } from "./shape.ts";
import { Alias, Atom, Node, type Anchor, type Kind, type Slot } from "./tree.ts";

/** An empty object of a kind, to be filled once everything that it may refer to exists. */
export function containerFor(kind: Kind | "entries", { detail }: { detail: unknown }): object {
  switch (kind) {
    case "dict":
      return Object.create(null) as object;
    case "array":
      return [];
    case "sparse": {
      const list: unknown[] = [];
      list.length = detail as number;
      return list;
    }
    case "map":
      return new Map();
    case "set":
      return new Set();
    case "error":
      return makeError(detail as string);
    default:
      return {};
  }
}

/** Fills a container from the parts it was stored in: lists of items, or records. */
export function fillContainer(container: object, kind: Kind | "entries", parts: readonly unknown[]): void {
  for (const part of parts) {
    switch (kind) {
      case "array":
        for (const item of part as unknown[]) (container as unknown[]).push(item);
        break;
      case "map":
        eachPair(part as unknown[], (key, value) => (container as Map<unknown, unknown>).set(key, value));
        break;
      case "set":
        for (const member of part as unknown[]) (container as Set<unknown>).add(member);
        break;
      case "sparse":
        eachPair(part as unknown[], (index, value) => ((container as unknown[])[index as number] = value));
        break;
      case "entries":
        eachPair(part as unknown[], (key, value) => define(container, key as string, value));
        break;
      case "error":
        for (const key of Object.keys(part as object)) {
          defineOnError(container, key, (part as Record<string, unknown>)[key]);
        }
        break;
      default:
        for (const key of Object.keys(part as object)) define(container, key, (part as Record<string, unknown>)[key]);
    }
  }
}

/** A text, binary value or Blob from the parts it was stored in; `raw` leaves bytes as they are. */
export function assemble(
  kind: Kind | "raw",
  { parts, detail }: { parts: readonly unknown[]; detail: unknown },
): unknown {
  if (kind === "text") return parts.join("");
  if (kind === "blob") {
    const [type, name, lastModified] = detail as [string, string?, number?];
    return name === undefined
      ? new Blob(parts as BlobPart[], { type })
      : new File(parts as BlobPart[], name, { type, ...(lastModified !== undefined && { lastModified }) });
  }
  const bytes = concatBytes(parts as readonly Uint8Array[]);
  return kind === "raw" ? bytes : viewOf(bytes, detail as string);
}

/** The value that a private copy stands for: new objects throughout. */
export function valueOf(root: Slot): unknown {
  const made = new Map<Node, object>();
  const anchors = new Map<Anchor, object>();
  const open: (() => void)[] = [];
  const fills: (() => void)[] = [];

  const make = (slot: Slot): unknown => {
    if (slot instanceof Atom) {
      const value = slot.value instanceof Date ? new Date(slot.value) : slot.value;
      if (slot.anchor !== undefined) anchors.set(slot.anchor, value);
      return value;
    }
    if (!(slot instanceof Node)) return slot;
    if (slot.kind === "text") return slot.content;
    if (slot.kind === "blob" && slot.source !== undefined) return slot.source;
    const known = made.get(slot);
    if (known !== undefined) return known;
    const isContent = slot.kind === "bytes" || slot.kind === "blob";
    const value = (
      isContent ? assemble(slot.kind, { parts: [slot.content], detail: slot.detail }) : containerFor(slot.kind, slot)
    ) as object;
    made.set(slot, value);
    if (slot.anchor !== undefined) anchors.set(slot.anchor, value);
    // Filled from a list rather than by recursion: states are nested deeper than a call stack.
    if (!isContent) open.push(() => fill(slot, value));
    return value;
  };

  const fill = (node: Node, value: object): void => {
    const items = node.children.map(make);
    fills.push(() => {
      node.children.forEach((child, i) => {
        if (child instanceof Alias) items[i] = anchors.get(child.anchor);
      });
      if (node.keys === undefined) {
        fillContainer(value, node.kind, [items]);
        return;
      }
      const put = node.kind === "error" ? defineOnError : define;
      node.keys.forEach((key, i) => put(value, key, items[i]));
    });
  };

  const value = make(root);
  for (let next = open.pop(); next !== undefined; next = open.pop()) next();
  for (const run of fills) run();
  return value;
}

/** Sets a property of its own even where its name is that of an inherited one. */
function define(target: object, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else (target as Record<string, unknown>)[key] = value;
}

const HIDDEN_ON_ERRORS = new Set(["message", "stack", "cause", "errors", "name"]);

function defineOnError(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: !HIDDEN_ON_ERRORS.has(key),
    configurable: true,
  });
}

function makeError(name: string): object {
  const isKnown = ERROR_CLASSES.has(name) || name === "DOMException";
  const Made = (globalThis as unknown as Record<string, new (...args: unknown[]) => object>)[isKnown ? name : "Error"]!;
  const error = name === "AggregateError" ? new Made([]) : new Made();
  for (const key of Object.getOwnPropertyNames(error)) Reflect.deleteProperty(error, key);
  return error;
}

function viewOf(bytes: Uint8Array, type: string): unknown {
  if (type === "Uint8Array") return bytes;
  if (type === "ArrayBuffer" || !VIEW_CLASSES.has(type)) return bytes.buffer;
  const View = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike) => object>)[type];
  return new View!(bytes.buffer);
}

function eachPair(flat: readonly unknown[], visit: (first: unknown, second: unknown) => void): void {
  for (let i = 0; i < flat.length; i += 2) visit(flat[i], flat[i + 1]);
}
