import type { Slices } from "../slices.ts";
import { childrenOf, type Child } from "./children.ts";
import { bytesOf, classOf, kindOf } from "./kinds.ts";
import { formatStep } from "./path.ts";

/**
 * Returns whether two values are equal, deeply and by value: dates by their time, bytes by their content, maps, sets and
 * objects whatever their order, blobs by what is in them. That one object is in two places makes no difference.
 *
 * @param before - One value.
 * @param after - The other.
 * @param slices - What the work is cut by.
 * @throws The signal's reason, once the signal of `slices` is aborted.
 */
export async function isSameValue(before: unknown, after: unknown, slices: Slices): Promise<boolean> {
  const compared = new Map<unknown, unknown>();
  const open: [unknown, unknown][] = [[before, after]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    if (slices.isDue()) await slices.pause();
    const [a, b] = pair;
    if (Object.is(a, b)) continue;
    if (!isSameKind(a, b)) return false;
    // What contains itself is compared once.
    if (compared.get(a) === b) continue;
    compared.set(a, b);
    if (!hasParts(a)) {
      if (!(await isSameContent(a, b))) return false;
    } else if (kindOf(a) === "set") {
      if (!(await isSameSet(a as Set<unknown>, b as Set<unknown>, slices))) return false;
    } else {
      const pairs = pairsOf(partsOf(a), partsOf(b));
      if (!pairs) return false;
      for (const one of pairs) open.push(one);
    }
  }
  return true;
}

/** Returns whether a value is compared part by part. Bytes are compared as a whole. */
export function hasParts(value: unknown): boolean {
  return kindOf(value) !== "bytes" && childrenOf(value) !== undefined;
}

/**
 * Returns the parts that count when a value is compared. Where an error was made does not: each browser writes that in
 * its own way.
 */
export function partsOf(value: unknown): Child[] {
  const { count, at } = childrenOf(value)!;
  const parts = Array.from({ length: count }, (_, index) => at(index));
  return kindOf(value) === "error" ? parts.filter(({ step }) => step !== "stack") : parts;
}

/** Returns whether two objects are of the same kind and class, so that it makes sense to look for what differs inside. */
export function isSameKind(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  return kindOf(a) === kindOf(b) && (Array.isArray(a) || classOf(a) === classOf(b));
}

/** Returns whether two values without parts are equal. */
export async function isSameContent(a: unknown, b: unknown): Promise<boolean> {
  if (Object.is(a, b)) return true;
  if (!isSameKind(a, b)) return false;
  if (kindOf(a) === "blob") return await isSameBlob(a as File, b as File);
  const [bytes, others] = [bytesOf(a), bytesOf(b)];
  if (bytes && others) return bytes.length === others.length && bytes.every((byte, i) => byte === others[i]);
  if (kindOf(a) === "date") return Object.is((a as Date).getTime(), (b as Date).getTime());
  if (kindOf(a) === "regexp" && (a as RegExp).lastIndex !== (b as RegExp).lastIndex) return false;
  return String(a) === String(b);
}

async function isSameBlob(a: File, b: File): Promise<boolean> {
  if (a.size !== b.size || a.type !== b.type || a.name !== b.name) return false;
  const [bytes, others] = await Promise.all([a.arrayBuffer(), b.arrayBuffer()]);
  return await isSameContent(bytes, others);
}

async function isSameSet(a: Set<unknown>, b: Set<unknown>, slices: Slices): Promise<boolean> {
  if (a.size !== b.size) return false;
  const rest = [...b].filter((member) => !a.has(member));
  for (const member of a) {
    if (b.has(member)) continue;
    let at = 0;
    while (at < rest.length && !(await isSameValue(member, rest[at], slices))) at += 1;
    if (at === rest.length) return false;
    rest.splice(at, 1);
  }
  return true;
}

/** What has to be equal for two containers to be; `undefined` if there are not the same places in them. */
function pairsOf(before: readonly Child[], after: readonly Child[]): [unknown, unknown][] | undefined {
  if (before.length !== after.length) return undefined;
  const pairs: [unknown, unknown][] = [];
  let byName: Map<string, Child> | undefined;
  for (const [i, { step, value }] of before.entries()) {
    let other: Child | undefined = after[i]!;
    if (other.step !== step) {
      byName ??= new Map(after.map((child) => [formatStep("", child.step), child]));
      other = byName.get(formatStep("", step));
    }
    if (other === undefined) return undefined;
    pairs.push([value, other.value]);
  }
  return pairs;
}
