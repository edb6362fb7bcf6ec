import { concatBytes } from "../../core/bytes.ts";
import { blobOf, containerFor, fillContainer, viewOf } from "../../state/rebuild.ts";
import { eachAnnotation, type Spot } from "./annotate.ts";
import type { Annotation, Reference } from "../content.ts";
import { damaged, type Content, type Contents, type Decoded } from "./decode.ts";
import { leafValue } from "./leaf-values.ts";

/**
 * Thrown for a state that can't be put together value by value: what an instance of a registered class is made of has
 * to be whole before the instance is made.
 */
export const NEEDS_SNAPSHOT = Symbol("needs snapshot");

/**
 * Puts the value of a decoded state together, using the objects that the codec returned.
 *
 * @throws `corrupted`; {@link NEEDS_SNAPSHOT} for a state with instances of registered classes.
 */
export function readValue(decoded: Decoded): unknown {
  return new ValueReader(decoded.contents).read(decoded.root);
}

class ValueReader {
  readonly #contents: Contents;
  readonly #objects = new Map<number, object>();
  readonly #aliases: (() => void)[] = [];
  readonly #fills: (() => void)[] = [];
  readonly #used = new Set<Content>();

  constructor(contents: Contents) {
    this.#contents = contents;
  }

  read(root: Content): unknown {
    const list = this.#valueOf(root);
    // Every object is there before the first reference is set, and every reference before a container is filled.
    for (const alias of this.#aliases) alias();
    for (const fill of this.#fills) fill();
    return (list as unknown[])[0];
  }

  /** Returns the content of a chunk, with its annotations carried out. */
  #valueOf(content: Content): unknown {
    const { value } = content;
    if (typeof value === "string" || value instanceof Uint8Array) return value;
    // Used twice, it would put the very same objects in both places.
    if (this.#used.has(content)) throw damaged("a stored chunk is used in two places");
    this.#used.add(content);
    eachAnnotation(content, (annotation, spot) => this.#carryOut(annotation, spot));
    return content.value;
  }

  #carryOut([kind, , anchor = -1, detail = undefined, reference]: Annotation, spot: Spot): void {
    if (kind === "alias") {
      this.#aliases.push(() => spot.put(this.#target(anchor)));
      return;
    }
    if (kind === "instance") throw NEEDS_SNAPSHOT;
    let value = spot.get();
    if (reference !== undefined) value = this.#part(kind, reference, detail ?? undefined);
    else if (kind !== "anchor") {
      const leaf = leafValue(kind, value);
      value = leaf === undefined ? this.#container(kind, [value], detail ?? undefined) : leaf[0];
    }
    spot.put(value);
    if (anchor >= 0) this.#objects.set(anchor, value as object);
  }

  #part(kind: Annotation[0], reference: Reference, detail: unknown): unknown {
    const parts: unknown[] = [];
    this.#collect(reference, parts);
    if (kind === "text") return parts.join("");
    if (kind === "bytes") return viewOf(concatBytes(parts as Uint8Array[]), detail);
    if (kind === "blob") return blobOf(parts as BlobPart[], detail);
    return this.#container(kind, parts, detail);
  }

  #collect(reference: Reference, parts: unknown[], depth = 0): void {
    if (depth > 16) throw damaged("stored chunks gather one another");
    for (const [, content] of this.#contents.at(reference)) {
      if (content.gathered === undefined) parts.push(this.#valueOf(content));
      else this.#collect([content.gathered, 0, ...(content.value as number[])], parts, depth + 1);
    }
  }

  #container(kind: Annotation[0], parts: readonly unknown[], detail: unknown): object {
    const made = containerFor(kind as never, { detail });
    // Parts are read at the end, when what they hold is in its place.
    this.#fills.push(() => fillContainer(made, kind as never, parts));
    return made;
  }

  #target(anchor: number): object {
    const target = this.#objects.get(anchor);
    if (target === undefined) throw damaged("a stored reference leads to an object that is missing");
    return target;
  }
}
