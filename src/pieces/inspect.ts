import { UNSAFE_KEYS } from "./content.ts";

/**
 * The highest number of a block, a stream, a chunk or an anchor that is accepted from outside. A trace with a thousand
 * saves a second gets there in 35 years, and can go on for 8,000 times as long before numbers lose precision.
 */
export const MAX_NUMBER = 2 ** 40;
/** Deeper than any content that was written here: deeper parts are stored on their own. */
const MAX_NESTING = 256;

/**
 * Checks a list of pieces that comes from outside, before anything is made of it.
 *
 * @returns 1 more than the highest number of a stream or an anchor in it, none of which may be given out again.
 * @throws Error that says what is wrong.
 */
export function inspectPieces(value: unknown): number {
  requirePlain(value);
  if (!Array.isArray(value)) throw new Error("has no pieces");
  let next = 0;
  for (const piece of value as unknown[]) {
    if (!Array.isArray(piece) || piece.length < 3 || piece.length > 5) throw new Error("has a piece that is none");
    const [stream, first, contents, annotations = [], gathered] = piece as unknown[];
    if (!isNumber(stream) || !isNumber(first) || !Array.isArray(contents) || !isNumber(first + contents.length)) {
      throw new Error("has a piece that is none");
    }
    if (gathered !== undefined && !(isNumber(gathered) && contents.every(isRuns))) {
      throw new Error("has a piece that gathers what is no pieces");
    }
    next = Math.max(next, stream + 1, (gathered ?? -1) + 1, inspectAnnotations(annotations));
  }
  return next;
}

/** The same for a root. */
export function inspectRoot(value: unknown): number {
  requirePlain(value);
  if (!Array.isArray(value) || value.length < 1 || value.length > 2) throw new Error("has a root that is none");
  const [items, annotations = []] = value as unknown[];
  if (!Array.isArray(items) || items.length !== 1) throw new Error("has a root that is none");
  return inspectAnnotations(annotations);
}

/** Returns whether a value is a number that a trace may have given out. */
export function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_NUMBER;
}

function inspectAnnotations(annotations: unknown): number {
  if (!Array.isArray(annotations)) throw new Error("has annotations that are none");
  let next = 0;
  for (const annotation of annotations as unknown[]) {
    if (!Array.isArray(annotation)) throw new Error("has an annotation that is none");
    const [kind, path, anchor = -1, , reference] = annotation as unknown[];
    if (typeof kind !== "string" || !Array.isArray(path) || !(anchor === -1 || isNumber(anchor))) {
      throw new Error("has an annotation that is none");
    }
    next = Math.max(next, anchor + 1);
    if (reference === undefined) continue;
    if (!Array.isArray(reference) || reference.length < 2) throw new Error("has a reference that is none");
    const [stream, end, ...runs] = reference as unknown[];
    if (!isNumber(stream) || !isNumber(end) || !isRuns(runs)) throw new Error("has a reference that is none");
    next = Math.max(next, stream + 1);
  }
  return next;
}

function isRuns(value: unknown): boolean {
  if (!Array.isArray(value) || value.length % 2 !== 0) return false;
  return value.every(
    (number: unknown, i) => isNumber(number) && (i % 2 === 0 || isNumber(number + (value[i - 1] as number))),
  );
}

/** @throws Error unless a value is made of what every codec can hold: JSON and bytes. */
function requirePlain(value: unknown): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: one, depth } = next;
    if (typeof one === "number" && (!Number.isFinite(one) || Object.is(one, -0)))
      throw new Error("has a number that JSON can't hold");
    if (one === null || typeof one === "string" || typeof one === "number" || typeof one === "boolean") continue;
    if (depth > MAX_NESTING) throw new Error("is nested too deep");
    if (Array.isArray(one)) {
      for (let i = 0; i < one.length; i += 1) open.push({ value: one[i], depth: depth + 1 });
    } else if (typeof one === "object" && !ArrayBuffer.isView(one)) {
      for (const key of Object.keys(one)) {
        if (UNSAFE_KEYS.has(key)) throw new Error(`has a property that is called ${key}`);
        open.push({ value: (one as Record<string, unknown>)[key], depth: depth + 1 });
      }
    } else {
      throw new Error("has what JSON can't hold");
    }
  }
}
