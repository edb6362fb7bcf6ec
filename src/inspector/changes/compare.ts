import { Slices } from "../slices.ts";
import type { Child } from "../values/children.ts";
import { hasParts, isSameContent, isSameKind, isSameValue, partsOf } from "../values/equality.ts";
import { kindOf } from "../values/kinds.ts";
import { formatStep, type Path } from "../values/path.ts";
import { matchElements } from "./matching.ts";

/** How two values differ. */
export type Difference =
  /** Values that have no parts, or are of different kinds. */
  | { readonly kind: "replaced"; readonly before: unknown; readonly after: unknown }
  /** Containers of the same kind. */
  | { readonly kind: "inside"; readonly entries: readonly Entry[] };

/** What became of the parts of a container, in the order of the container after. */
export type Entry = SameEntry | LoneEntry | ChangedEntry;

/** Parts that are as they were. */
export interface SameEntry {
  readonly kind: "same";
  readonly count: number;
}

/** A part that only one of the containers has. */
export interface LoneEntry {
  readonly kind: "added" | "removed";
  /** Where it is; of what was removed, where it was. */
  readonly path: Path;
  readonly label: string;
  readonly value: unknown;
}

/** A part that has changed inside, or its place, or both. */
export interface ChangedEntry {
  readonly kind: "changed" | "moved";
  readonly path: Path;
  readonly label: string;
  /** Where an element was that has moved. */
  readonly from?: string;
  /** Absent of what has only moved. */
  readonly difference?: Difference;
}

/** Options of {@link compareStates}. */
export interface CompareOptions {
  /** Ends the comparison when it is aborted: it throws the signal's reason. Default is none. */
  readonly signal?: AbortSignal;
  /** How many values to look at before it is given up. Default is 1,000,000, which is tens of megabytes of state. */
  readonly limit?: number;
}

/** Thrown by {@link compareStates} if there is more to look at than `limit`. */
export class TooLarge extends Error {}

/** From here on, what differs is shown as a whole. */
const MAX_DEPTH = 200;

/**
 * Finds what differs between two states, in slices: one may go on while it works, and stop it.
 *
 * That is why it is no library such as jsondiffpatch, which compares two copies of the states as JSON in one go, and
 * whose search in lists takes the square of their length. Elements of a list are found again by what is in them, or by
 * their `id`, `key` or `name`; maps and sets are compared as such. That one object is in two places is no difference to
 * two equal ones.
 *
 * @param before - The state before.
 * @param after - The state after.
 * @param options - When to stop.
 * @returns The difference, or `undefined` if there is none.
 * @throws TooLarge if there is more to look at than `limit`.
 * @throws The signal's reason, once `signal` is aborted.
 */
export async function compareStates(
  before: unknown,
  after: unknown,
  { signal, limit = 1_000_000 }: CompareOptions = {},
): Promise<Difference | undefined> {
  return await new Comparison(new CountedSlices(signal, limit)).compare(before, after, []);
}

class CountedSlices extends Slices {
  #left: number;

  constructor(signal: AbortSignal | undefined, limit: number) {
    super(signal);
    this.#left = limit;
  }

  override isDue(): boolean {
    this.#left -= 1;
    if (this.#left < 0) throw new TooLarge();
    return super.isDue();
  }
}

class Comparison {
  readonly #slices: Slices;
  /** The objects that are being compared, and with what: what contains itself is compared once. */
  readonly #open = new Map<unknown, unknown>();

  constructor(slices: Slices) {
    this.#slices = slices;
  }

  async compare(before: unknown, after: unknown, path: Path): Promise<Difference | undefined> {
    if (this.#slices.isDue()) await this.#slices.pause();
    const isOpen = this.#open.has(before) && this.#open.get(before) === after;
    if (isOpen || Object.is(before, after)) return undefined;
    const replaced: Difference = { kind: "replaced", before, after };
    if (!isSameKind(before, after)) return replaced;
    if (!hasParts(before)) return (await isSameContent(before, after)) ? undefined : replaced;
    if (path.length === MAX_DEPTH) return (await this.#isSame(before, after)) ? undefined : replaced;
    this.#open.set(before, after);
    const entries = await this.#entries(before, after, path);
    this.#open.delete(before);
    return entries.every(({ kind }) => kind === "same") ? undefined : { kind: "inside", entries };
  }

  async #entries(before: unknown, after: unknown, path: Path): Promise<Entry[]> {
    const [had, has] = [partsOf(before), partsOf(after)];
    const kind = kindOf(after);
    if (kind === "array" || kind === "set") return await this.#inList(had, has, path, kind === "set");
    return await this.#byName(had, has, path);
  }

  #isSame(before: unknown, after: unknown): Promise<boolean> {
    return isSameValue(before, after, this.#slices);
  }

  async #byName(had: readonly Child[], has: readonly Child[], path: Path): Promise<Entry[]> {
    const list = new EntryList();
    const rest = new Map(had.map((child) => [formatStep("", child.step), child]));
    for (const child of has) {
      const name = formatStep("", child.step);
      const old = rest.get(name);
      rest.delete(name);
      await this.#pair(list, old, child, path);
    }
    for (const child of rest.values()) list.add({ kind: "removed", ...named(child, path) });
    return list.entries;
  }

  /** Lists are compared from both ends first: most often something was appended. */
  async #inList(had: readonly Child[], has: readonly Child[], path: Path, isSet: boolean): Promise<Entry[]> {
    const list = new EntryList();
    const shorter = Math.min(had.length, has.length);
    let start = 0;
    while (start < shorter && (await this.#isSame(had[start]!.value, has[start]!.value))) start += 1;
    let end = 0;
    while (end < shorter - start && (await this.#isSame(had.at(-1 - end)!.value, has.at(-1 - end)!.value))) end += 1;
    list.same(start);
    await this.#middle(list, had.slice(start, had.length - end), has.slice(start, has.length - end), path, isSet);
    list.same(end);
    return list.entries;
  }

  async #middle(list: EntryList, had: readonly Child[], has: readonly Child[], path: Path, isSet: boolean) {
    const valuesOf = (children: readonly Child[]) => children.map(({ value }) => value);
    const matches = await matchElements(valuesOf(had), valuesOf(has), this.#slices);
    const matched = new Set(matches.map(({ before }) => before));
    let [from, to] = [0, 0];
    /** What stands between two elements that have kept their order: elements that match no others. */
    const gap = async (beforeEnd: number, afterEnd: number) => {
      const gone = had.slice(from, beforeEnd).filter((_, i) => !matched.has(from + i));
      for (const child of has.slice(to, afterEnd)) {
        const [old] = gone;
        const isEdit = !isSet && old !== undefined && isLikely(old.value, child.value);
        await this.#pair(list, isEdit ? gone.shift() : undefined, child, path);
      }
      for (const child of gone) list.add({ kind: "removed", ...named(child, path) });
    };
    for (const match of matches) {
      const [old, now] = [had[match.before]!, has[match.after]!];
      await gap(match.isMoved ? from : match.before, match.after);
      to = match.after + 1;
      if (!match.isMoved) from = match.before + 1;
      if (isSet) list.same(1);
      else if (!match.isMoved) await this.#pair(list, old, now, path, match.isEqual);
      else await this.#moved(list, old, now, path, match.isEqual);
    }
    await gap(had.length, has.length);
  }

  async #pair(list: EntryList, old: Child | undefined, now: Child, path: Path, isEqual = false): Promise<void> {
    if (old === undefined) return list.add({ kind: "added", ...named(now, path) });
    const place = named(now, path);
    const difference = isEqual ? undefined : await this.compare(old.value, now.value, place.path);
    if (difference === undefined) list.same(1);
    else list.add({ kind: "changed", path: place.path, label: place.label, difference });
  }

  async #moved(list: EntryList, old: Child, now: Child, path: Path, isEqual: boolean): Promise<void> {
    const place = named(now, path);
    const difference = isEqual ? undefined : await this.compare(old.value, now.value, place.path);
    list.add({
      kind: "moved",
      path: place.path,
      label: place.label,
      from: old.label,
      ...(difference && { difference }),
    });
  }
}

/** Entries, with those that are the same counted together. */
class EntryList {
  readonly entries: Entry[] = [];

  add(entry: Entry): void {
    this.entries.push(entry);
  }

  same(count: number): void {
    if (count === 0) return;
    const last = this.entries.at(-1);
    if (last?.kind === "same") this.entries[this.entries.length - 1] = { kind: "same", count: last.count + count };
    else this.entries.push({ kind: "same", count });
  }
}

function named({ step, label, value }: Child, path: Path) {
  return { path: [...path, step], label, value };
}

/** Whether a value may be what another one was edited into: two of the same kind that don't name themselves otherwise. */
function isLikely(before: unknown, after: unknown): boolean {
  if (kindOf(before) !== kindOf(after)) return false;
  if (!isSameKind(before, after)) return true;
  const idOf = (value: unknown) => (value as Record<string, unknown>).id;
  return Object.is(idOf(before), idOf(after));
}
