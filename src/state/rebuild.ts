import type { CustomValues } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { ERROR_CLASSES, VIEW_CLASSES } from "./classify.ts";
import { anchoredIn } from "./equality.ts";
import { HIDDEN_ON_ERRORS } from "./parts.ts";
import { copyOfAtomic } from "./atoms.ts";
import {
  Alias,
  Atom,
  Binary,
  Container,
  Text,
  type Anchor,
  type Copy,
  type ContainerKind,
  type Slot,
} from "./snapshot.ts";

/** A container on the way to being filled. */
interface Filling {
  readonly container: Container;
  /** `undefined` of an instance, which is made when its content is. */
  readonly object: object | undefined;
  readonly values: unknown[];
}

/** Of an instance that is being made. */
const UNFINISHED = Symbol("unfinished");

/**
 * The value that a snapshot stands for: new objects throughout. What an object holds is complete before the object is
 * filled, so that an instance is made of finished parts; but for cycles, in which no instance takes part.
 *
 * @throws CheckpointStoreError `codec-mismatch` for an instance of a class that `custom` does not know.
 */
export function rebuild(root: Slot, { custom }: { custom?: CustomValues | undefined } = {}): unknown {
  const shared = new Map<Anchor, object | typeof UNFINISHED>();
  const open: Filling[] = [];
  let anchored: Map<Anchor, Copy> | undefined;

  const keep = (anchor: Anchor | undefined, value: object | typeof UNFINISHED): void => {
    if (anchor !== undefined) shared.set(anchor, value);
  };
  /** The value of a slot; of a container that was not met before only once it is filled: until then `open` has grown. */
  const valueOf = (slot: Slot): unknown => {
    if (slot instanceof Text) return slot.content;
    if (slot instanceof Alias) {
      const known = shared.get(slot.anchor);
      if (known === UNFINISHED) throw new TypeError("an instance can't be part of itself");
      if (known !== undefined) return known;
      anchored ??= anchoredIn(root);
      const target = anchored.get(slot.anchor);
      if (target === undefined) throw new TypeError("an object that is referred to is missing");
      return valueOf(target);
    }
    if (!(slot instanceof Container || slot instanceof Atom || slot instanceof Binary)) return slot;
    const { anchor } = slot;
    // It was made where it is referred to.
    if (anchor !== undefined && shared.has(anchor)) return shared.get(anchor);
    if (slot instanceof Container) {
      const object = slot.kind === "instance" ? undefined : containerFor(slot.kind, { detail: slot.detail });
      keep(anchor, object ?? UNFINISHED);
      open.push({ container: slot, object, values: [] });
      return object;
    }
    const value = slot instanceof Atom ? copyOfAtomic(slot.value) : assembleBinary(slot);
    keep(anchor, value);
    return value;
  };

  let value = valueOf(root);
  for (let filling = open.at(-1); filling !== undefined; filling = open.at(-1)) {
    const { container, object, values } = filling;
    const { children } = container;
    const depth = open.length;
    while (open.length === depth && values.length < children.length) values.push(valueOf(children[values.length]));
    if (open.length > depth) continue;
    open.pop();
    if (object !== undefined) fillContainer(object, container.kind, [values], container.keys);
    else {
      const made = makeInstance(container.detail as string, values[0], custom);
      keep(container.anchor, made);
      const above = open.at(-1);
      if (above === undefined) value = made;
      else above.values[above.values.length - 1] = made;
    }
  }
  return value;
}

/** An empty object of a kind other than an instance, to be filled once everything that it may refer to exists. */
export function containerFor(kind: ContainerKind | "entries", { detail }: { detail: unknown }): object {
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
      return makeError(detail);
    default:
      return {};
  }
}

/**
 * Fills a container from the parts it was stored in: lists of items, or objects with its properties; or, with `keys`,
 * from the list of the values that stand under them. `entries` are those of an object: `[key, value, ...]`.
 */
export function fillContainer(
  container: object,
  kind: ContainerKind | "entries",
  parts: readonly unknown[],
  keys?: readonly string[],
): void {
  const put = kind === "error" ? defineOnError : define;
  for (const part of parts) {
    if (keys !== undefined) {
      for (let i = 0; i < keys.length; i += 1) put(container, keys[i]!, (part as unknown[])[i]);
      continue;
    }
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
        eachPair(part as unknown[], (index, value) => {
          // As a name, it could be that of the prototype.
          if (typeof index !== "number") throw new TypeError("an index of a sparse array is no number");
          (container as unknown[])[index] = value;
        });
        break;
      case "entries":
        eachPair(part as unknown[], (key, value) => define(container, key as string, value));
        break;
      default:
        for (const key of Object.keys(part as object)) put(container, key, (part as Record<string, unknown>)[key]);
    }
  }
}

/** An instance of a registered class, of finished parts. @throws CheckpointStoreError `codec-mismatch`. */
export function makeInstance(name: string, content: unknown, custom: CustomValues | undefined): object {
  const made = custom?.make(name, content);
  if (made !== undefined) return made;
  throw new CheckpointStoreError("codec-mismatch", `it holds an instance of ${name}, which the codec was not told of`, {
    actual: name,
  });
}

/** A typed array, DataView or ArrayBuffer of the class named by `detail`, which has the bytes to itself. */
export function viewOf(bytes: Uint8Array<ArrayBuffer>, detail: unknown): object {
  if (detail === "Uint8Array") return bytes;
  if (!VIEW_CLASSES.has(detail as string) || detail === "ArrayBuffer") return bytes.buffer;
  const View = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => object>)[detail as string];
  return new View!(bytes.buffer);
}

/** A Blob or a File of these parts. */
export function blobOf(parts: readonly BlobPart[], detail: unknown): Blob {
  const [type, name, lastModified] = detail as [string, string?, number?];
  if (name === undefined) return new Blob([...parts], { type });
  return new File([...parts], name, { type, ...(lastModified !== undefined && { lastModified }) });
}

function assembleBinary({ kind, content, detail, blob }: Binary): object {
  if (blob !== undefined) return blob;
  const bytes = new Uint8Array(content!);
  return kind === "blob" ? blobOf([bytes], detail) : viewOf(bytes, detail);
}

/** Sets a property of its own even where its name is that of an inherited one. */
function define(target: object, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else (target as Record<string, unknown>)[key] = value;
}

function defineOnError(target: object, key: string, value: unknown): void {
  const enumerable = !HIDDEN_ON_ERRORS.has(key);
  Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true });
}

function makeError(detail: unknown): object {
  if (Array.isArray(detail)) return new DOMException(detail[1] as string, detail[2] as string);
  const name = ERROR_CLASSES.has(detail as string) ? (detail as string) : "Error";
  const Made = (globalThis as unknown as Record<string, new (...args: unknown[]) => object>)[name]!;
  const error = name === "AggregateError" ? new Made([]) : new Made();
  for (const key of Object.getOwnPropertyNames(error)) Reflect.deleteProperty(error, key);
  return error;
}

function eachPair(flat: readonly unknown[], visit: (first: unknown, second: unknown) => void): void {
  for (let i = 0; i < flat.length; i += 2) visit(flat[i], flat[i + 1]);
}
