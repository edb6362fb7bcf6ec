import { Slices } from "../slices.ts";
import { describe } from "./kinds.ts";
import type { Path } from "./path.ts";
import { pathTo, placesIn, type Place } from "./places.ts";

/** Options of {@link searchState}. */
export interface SearchOptions {
  /** Ends the search when it is aborted: it throws the signal's reason. Default is none. */
  readonly signal?: AbortSignal;
  /** How many places to find at most. Default is 1,000. */
  readonly limit?: number;
}

/**
 * Finds a text in the keys and values of a state, in whatever case. Works in slices.
 *
 * @param root - The whole value.
 * @param text - What to find. Nothing is found for an empty text.
 * @param options - When to stop.
 * @returns The places, in the order of the tree.
 * @throws The signal's reason, once `signal` is aborted.
 */
export async function searchState(
  root: unknown,
  text: string,
  { signal, limit = 1000 }: SearchOptions = {},
): Promise<Path[]> {
  const slices = new Slices(signal);
  const found: Path[] = [];
  if (text === "") return found;
  const pattern = new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`), "iu");
  for (const place of placesIn(root)) {
    if (slices.isDue()) await slices.pause();
    if (isNamed(place, pattern) || pattern.test(textOf(place.value))) found.push(pathTo(place));
    if (found.length === limit) break;
  }
  return found;
}

/** An element is not found by its index: every list has an element 1. */
function isNamed({ step, label }: Place, pattern: RegExp): boolean {
  return (typeof step === "string" || (typeof step === "object" && "get" in step)) && pattern.test(label);
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return describe(value);
  const isText = value instanceof Date || value instanceof URL || value instanceof RegExp;
  return isText || value instanceof Blob ? describe(value) : "";
}
