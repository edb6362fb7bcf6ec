import { damaged, type Content } from "./decode.ts";
import type { Annotation } from "../content.ts";

/** A place within a decoded content, to be read and replaced. */
export interface Spot {
  get(): unknown;
  put(value: unknown): void;
}

/**
 * Calls `carryOut` with each annotation of a content and the spot that it is about, children before what holds them.
 */
export function eachAnnotation(content: Content, carryOut: (annotation: Annotation, spot: Spot) => void): void {
  const { value, each, own } = content;
  for (const annotation of each) {
    const path = annotation[1];
    if (!Array.isArray(value)) throw damaged("a stored piece has no elements");
    for (let i = 0; i < value.length; i += 1) carryOut(annotation, spotAt(value, i, path, 1));
  }
  for (const annotation of own) {
    const path = annotation[1];
    if (path.length === 1)
      carryOut(annotation, { get: () => content.value, put: (made) => void (content.value = made) });
    else carryOut(annotation, spotAt(content.value, path[1]!, path, 2));
  }
}

/**
 * Returns the spot at the end of a path: from `start` by the step `first`, then by the steps of `path` from index
 * `from` on.
 */
function spotAt(start: unknown, first: string | number, path: readonly (string | number)[], from: number): Spot {
  let holder = own(start, first);
  let step = first;
  for (let i = from; i < path.length; i += 1) {
    const next = path[i]!;
    holder = own(holder[step], next);
    step = next;
  }
  const found = holder;
  const last = step;
  return { get: () => found[last], put: (value) => void (found[last] = value) };
}

/** Follows own properties alone: a forged path could lead to a prototype that all objects share. */
function own(holder: unknown, step: string | number): Record<string | number, unknown> {
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, step)) {
    throw damaged("a stored annotation leads to a place that is not there");
  }
  return holder as Record<string | number, unknown>;
}
