import {
  Alias,
  Atom,
  Binary,
  type Container,
  Text,
  type Anchor,
  type ContainerKind,
  type Node,
  type Slot,
} from "../state/snapshot.ts";
import type { Chunk, Stream } from "./layout/chunk.ts";
import type { Placings } from "./layout/placing.ts";
import { toRuns } from "./runs.ts";

/**
 * What JSON can't say of a value, and the path to it. `["date", [0, 3, "at"]]`: in chunk 0, element 3, `at` is a date.
 *
 * The first step of a path is the chunk within its piece. {@link EACH} in place of the first two steps means every
 * element of every chunk: `["date", ["*", "at"]]`. So what all messages of a conversation have in common is said once.
 *
 * Annotations of children come before those of what holds them.
 */
export type Annotation = readonly [
  kind: AnnotationKind,
  path: readonly (string | number)[],
  /** The number of an object that is referred to from several places, or -1. */
  anchor?: number,
  detail?: unknown,
  /** Where the value is stored, if on its own. */
  reference?: Reference,
];

export type AnnotationKind =
  | ContainerKind
  | "text"
  | "bytes"
  | "blob"
  | "entries" // an object with keys that JSON or a codec would trip over: [key, value, key, value, ...]
  | "anchor" // the object stands there as it is, and has a number
  | "alias" // a further reference to that object
  | "undefined"
  | "number" // NaN, Infinity, -Infinity, -0
  | "bigint"
  | "date"
  | "regexp"
  | "url";

/** The first step of a path that holds for each element of each chunk. */
export const EACH = "*";

/**
 * Where a part is stored that is on its own: its stream, the number of the stream's next chunk, and the chunks as runs.
 * No runs mean all chunks of the stream.
 */
export type Reference = readonly [stream: number, next: number, ...runs: number[]];

/** Consecutive chunks of one stream, as a codec is given them. */
export type Piece = readonly [
  stream: number,
  first: number,
  contents: readonly unknown[],
  annotations?: readonly Annotation[],
  /** If the chunks are groups: the stream of which their contents are runs. */
  gathered?: number,
];

/** Keys by which JSON or a codec would reach into a prototype. */
export const UNSAFE_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Builds the contents of chunks, of new objects throughout: a codec may keep or change what it is given. */
export class ContentBuilder {
  readonly #placings: Placings;
  readonly #numberOf: (anchor: Anchor) => number;
  #annotations: Annotation[] = [];
  #references: Node[] = [];
  readonly #path: (string | number)[] = [];

  constructor({ placings, numberOf }: { placings: Placings; numberOf: (anchor: Anchor) => number }) {
    this.#placings = placings;
    this.#numberOf = numberOf;
  }

  /** Makes a piece of chunks of one stream whose numbers follow one another. */
  piece(chunks: readonly Chunk[]): Piece {
    const [{ stream, number, members }] = chunks as readonly [Chunk];
    const { id } = stream!;
    if (members !== undefined) {
      const contents = chunks.map((chunk) => toRuns(chunk.members!.map((member) => member.number)));
      return [id, number, contents, [], members[0]!.stream!.id];
    }
    const { contents, annotations } = this.contents(chunks);
    return annotations.length === 0 ? [id, number, contents] : [id, number, contents, annotations];
  }

  /** Returns the contents of chunks and their annotations. Sets what each chunk refers to. */
  contents(chunks: readonly Chunk[]): { contents: unknown[]; annotations: readonly Annotation[] } {
    this.#annotations = [];
    const contents = chunks.map((chunk, i) => {
      this.#references = [];
      const content = this.#step(i, () => this.#contentOf(chunk));
      chunk.references = this.#references;
      return content;
    });
    return { contents, annotations: sayOnce(this.#annotations, chunks) };
  }

  #contentOf({ content, keys, items }: Chunk): unknown {
    if (content !== undefined) return content;
    return keys === undefined ? this.#list(items) : this.#object(keys, items);
  }

  #plain(slot: Slot): unknown {
    switch (typeof slot) {
      case "object":
        return slot === null ? null : this.#objectLike(slot);
      case "undefined":
        return this.#annotate("undefined");
      case "bigint":
        this.#annotate("bigint");
        return String(slot);
      case "number":
        if (Number.isFinite(slot) && !Object.is(slot, -0)) return slot;
        this.#annotate("number");
        return Object.is(slot, -0) ? "-0" : String(slot);
      default:
        return slot;
    }
  }

  #objectLike(slot: Exclude<Slot, string | number | bigint | boolean | null | undefined>): unknown {
    if (slot instanceof Atom) return this.#atom(slot);
    if (slot instanceof Alias) return this.#annotate("alias", this.#numberOf(slot.anchor));
    const anchor = slot instanceof Text || slot.anchor === undefined ? -1 : this.#numberOf(slot.anchor);
    const placing = this.#placings.of(slot);
    if (placing.isApart) {
      this.#references.push(slot);
      const kind = slot instanceof Text ? "text" : slot.kind;
      return this.#annotate(kind, anchor, slot instanceof Text ? undefined : slot.detail, referenceTo(placing));
    }
    if (slot instanceof Text) return slot.content;
    if (slot instanceof Binary) throw new Error("bytes are stored on their own");
    return this.#container(slot, anchor);
  }

  #container({ kind, keys, children, detail }: Container, anchor: number): unknown {
    const value = keys === undefined ? this.#list(children) : this.#object(keys, children);
    if (kind !== "object" && kind !== "array") this.#annotate(kind, anchor, detail);
    else if (anchor >= 0) this.#annotate("anchor", anchor);
    return value;
  }

  #atom({ key, value, anchor }: Atom): unknown {
    const number = anchor === undefined ? -1 : this.#numberOf(anchor);
    if (value instanceof Date) {
      this.#annotate("date", number);
      return Number.isNaN(key) ? null : key;
    }
    this.#annotate(value instanceof URL ? "url" : "regexp", number);
    if (value instanceof URL) return key;
    const { source, flags, lastIndex } = value as RegExp;
    return lastIndex === 0 ? [source, flags] : [source, flags, lastIndex];
  }

  #object(keys: readonly string[], children: readonly Slot[]): unknown {
    if (keys.some((key) => UNSAFE_KEYS.has(key))) {
      const entries = this.#list(keys.flatMap((key, i): Slot[] => [key, children[i]]));
      this.#annotate("entries");
      return entries;
    }
    const value: Record<string, unknown> = {};
    for (let i = 0; i < keys.length; i += 1) {
      this.#path.push(keys[i]!);
      value[keys[i]!] = this.#plain(children[i]);
      this.#path.pop();
    }
    return value;
  }

  #list(items: readonly Slot[]): unknown[] {
    const list: unknown[] = [];
    for (let i = 0; i < items.length; i += 1) {
      this.#path.push(i);
      list.push(this.#plain(items[i]));
      this.#path.pop();
    }
    return list;
  }

  #step<T>(step: number, work: () => T): T {
    this.#path.push(step);
    const result = work();
    this.#path.pop();
    return result;
  }

  #annotate(kind: AnnotationKind, anchor = -1, detail?: unknown, reference?: Reference): null {
    const path = [...this.#path];
    if (reference !== undefined) this.#annotations.push([kind, path, anchor, detail ?? null, reference]);
    else if (detail !== undefined) this.#annotations.push([kind, path, anchor, detail]);
    else this.#annotations.push(anchor < 0 ? [kind, path] : [kind, path, anchor]);
    return null;
  }
}

function referenceTo({
  stream,
  chunks,
}: {
  readonly stream: Stream | undefined;
  readonly chunks: readonly Chunk[] | undefined;
}): Reference {
  const top = chunks![0]?.stream ?? stream!;
  const runs = toRuns(chunks!.map((chunk) => chunk.number));
  // No runs at all would mean the whole stream.
  if (runs.length === 0) return [top.id, top.next, 0, 0];
  const isWhole = runs.length === 2 && runs[0] === 0 && runs[1] === top.next;
  return isWhole ? [top.id, top.next] : [top.id, top.next, ...runs];
}

const LEAVES = new Set<AnnotationKind>(["undefined", "number", "bigint", "date", "regexp", "url"]);

/** Replaces annotations that all elements have at the same path, of the same kind and without more to them, by one. */
function sayOnce(annotations: readonly Annotation[], chunks: readonly Chunk[]): readonly Annotation[] {
  if (annotations.length < 2) return annotations;
  let elements = 0;
  for (const { keys, content, items } of chunks) {
    if (keys !== undefined || content !== undefined) return annotations;
    elements += items.length;
  }
  const byPlace = new Map<string, Annotation[]>();
  for (const annotation of annotations) {
    const [, path] = annotation;
    if (annotation.length > 2 || path.length < 3 || !LEAVES.has(annotation[0])) continue;
    const place = placeIn(annotation);
    const others = byPlace.get(place);
    if (others === undefined) byPlace.set(place, [annotation]);
    else others.push(annotation);
  }
  const said: Annotation[] = [];
  const left = new Set(annotations);
  for (const same of byPlace.values()) {
    if (same.length !== elements || elements < 2) continue;
    const [kind, path] = same[0]!;
    said.push([kind, [EACH, ...path.slice(2)]]);
    for (const one of same) left.delete(one);
  }
  return said.length === 0 ? annotations : [...said, ...left];
}

function placeIn([kind, path]: Annotation): string {
  let place: string = kind;
  for (let i = 2; i < path.length; i += 1) {
    const step = path[i]!;
    // With the key's length, since a key may look like several steps.
    place += typeof step === "number" ? `[${step}]` : `.${step.length}.${step}`;
  }
  return place;
}
