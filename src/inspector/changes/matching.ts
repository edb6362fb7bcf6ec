/**
 * The room `changes` says what became of a state.
 *
 * - `matching.ts` finds the elements of one list in another, `compare.ts` what differs between two values, and
 *   `text-changes.ts` between two texts. `state-diff.ts` shows it.
 * - `blame.ts` finds the checkpoints that made and changed a value, `blame-view.ts` shows them.
 */
import type { Slices } from "../slices.ts";
import { isSameValue } from "../values/equality.ts";
import { describe } from "../values/kinds.ts";
import { placesIn } from "../values/places.ts";

/** An element of a list before, and the element of the list after that it became. */
export interface Match {
  readonly before: number;
  readonly after: number;
  readonly isEqual: boolean;
  /** Whether it has changed its place among the elements that both lists have. */
  isMoved: boolean;
}

/**
 * Finds the elements of one list in another: those that are equal, then those that have the same `id`, `key` or `name`.
 * It takes about as long as it takes to read both: the usual search for the longest common part compares each element
 * with each.
 *
 * @param before - The list before.
 * @param after - The list after.
 * @param slices - What the work is cut by.
 * @returns The matches, in the order of `after`. As few as possible have moved.
 * @throws The signal's reason, once the signal of `slices` is aborted.
 */
export async function matchElements(
  before: readonly unknown[],
  after: readonly unknown[],
  slices: Slices,
): Promise<Match[]> {
  if (before.length === 0 || after.length === 0) return [];
  const byDigest = await queues(before, digestOf, slices);
  const byIdentity = await queues(before, identityOf, slices);
  const taken = new Set<number>();
  const matches: Match[] = [];
  for (const [index, value] of after.entries()) {
    if (slices.isDue()) await slices.pause();
    const candidate = next(byDigest.get(digestOf(value)), taken);
    if (candidate === undefined || !(await isSameValue(before[candidate], value, slices))) continue;
    taken.add(candidate);
    matches.push({ before: candidate, after: index, isEqual: true, isMoved: false });
  }
  const found = new Set(matches.map((match) => match.after));
  for (const [index, value] of after.entries()) {
    const identity = found.has(index) ? undefined : identityOf(value);
    const candidate = identity === undefined ? undefined : next(byIdentity.get(identity), taken);
    if (candidate === undefined) continue;
    taken.add(candidate);
    matches.push({ before: candidate, after: index, isEqual: false, isMoved: false });
  }
  matches.sort((a, b) => a.after - b.after);
  markMoved(matches);
  return matches;
}

/** The places of the elements of each name, the first last. */
async function queues(
  list: readonly unknown[],
  nameOf: (value: unknown) => string | undefined,
  slices: Slices,
): Promise<Map<string, number[]>> {
  const byName = new Map<string, number[]>();
  for (let index = list.length - 1; index >= 0; index -= 1) {
    if (slices.isDue()) await slices.pause();
    const name = nameOf(list[index]);
    if (name === undefined) continue;
    const queue = byName.get(name);
    if (queue) queue.push(index);
    else byName.set(name, [index]);
  }
  return byName;
}

function next(queue: number[] = [], taken: ReadonlySet<number>): number | undefined {
  let index = queue.pop();
  while (index !== undefined && taken.has(index)) index = queue.pop();
  return index;
}

const MOST_PLACES = 200;
const SAMPLE = 80;

/** A text that is the same for equal values, and hardly ever for others. Of a large value, it says the beginning. */
function digestOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return partOfDigest(value);
  const parts: string[] = [];
  for (const { label, value: part } of placesIn(value)) {
    parts.push(`${label}:${partOfDigest(part)}`);
    if (parts.length === MOST_PLACES) break;
  }
  return parts.join();
}

function partOfDigest(value: unknown): string {
  if (typeof value === "string") return `"${value.slice(0, SAMPLE)}…${value.slice(-SAMPLE)}${value.length}`;
  const hasNoParts = typeof value !== "object" || value instanceof Date;
  return hasNoParts ? describe(value, SAMPLE) : Object.prototype.toString.call(value);
}

/** What names an object among others, whatever else changes in it. */
function identityOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  for (const name of ["id", "key", "name"]) {
    const identity: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (typeof identity === "string" || typeof identity === "number") return `${name} ${typeof identity} ${identity}`;
  }
  return undefined;
}

/** Marks all matches but the longest run of them that kept its order. */
function markMoved(matches: Match[]): void {
  // The last match of the best run of each length, and the match before each in its run: patience sorting.
  const lasts: number[] = [];
  const previous: (number | undefined)[] = [];
  for (const [at, { before }] of matches.entries()) {
    let [low, high] = [0, lasts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (matches[lasts[middle]!]!.before < before) low = middle + 1;
      else high = middle;
    }
    previous.push(lasts[low - 1]);
    lasts[low] = at;
  }
  const kept = new Set<number>();
  for (let at = lasts.at(-1); at !== undefined; at = previous[at]) kept.add(at);
  for (const [at, match] of matches.entries()) match.isMoved = !kept.has(at);
}
