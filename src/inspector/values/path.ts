/**
 * The room `values` knows what the values of a state are, and no page.
 *
 * - `path.ts` names a place in a value, `kinds.ts` says what a value is, `children.ts` what is directly in it.
 * - `places.ts` goes through all of a value: `search.ts` finds a text in it, `anchors.ts` what is in several places.
 * - `notation.ts` writes a value as text; `images.ts` knows images by their bytes.
 */

/** A key of a map that is equal to itself in another copy of the state. */
export type PrimitiveKey = string | number | bigint | boolean | null | undefined;

/**
 * One step into a value.
 *
 * - A string: a property of an object. A number: an element of an array or a typed array.
 * - `{ get }`: what a map has under a primitive key.
 * - `{ entry, side }`: the key, or the value, of an entry of a map, by its position: for keys that are objects.
 * - `{ member }`: a member of a set, by its position.
 */
export type PathStep =
  | string
  | number
  | { readonly get: PrimitiveKey }
  | { readonly entry: number; readonly side: "key" | "value" }
  | { readonly member: number };

/** A place in a value: the steps from the whole to it. The empty path is the whole. */
export type Path = readonly PathStep[];

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * Returns a path as one would write it in code: `messages[3].at`, `[...visited][0]`. No two paths have the same text.
 *
 * @param path - The place to name.
 */
export function formatPath(path: Path): string {
  return path.reduce<string>(formatStep, "");
}

/** Returns the text of a path with one step more. `text` is that of the path, empty for the whole value. */
export function formatStep(text: string, step: PathStep): string {
  const of = text === "" ? "state" : text;
  if (typeof step === "number") return `${of}[${step}]`;
  if (typeof step === "string") {
    if (!IDENTIFIER.test(step)) return `${of}[${JSON.stringify(step)}]`;
    // A property may itself be called "state": then only the full form can't be mistaken.
    if (text === "") return step === "state" ? "state.state" : step;
    return `${of}.${step}`;
  }
  if ("get" in step) return `${of}.get(${formatKey(step.get)})`;
  if ("member" in step) return `[...${of}][${step.member}]`;
  return `[...${of}][${step.entry}][${step.side === "key" ? 0 : 1}]`;
}

/** Returns a primitive as it is written in code. */
export function formatKey(key: PrimitiveKey): string {
  if (typeof key === "string") return JSON.stringify(key);
  return typeof key === "bigint" ? `${key}n` : String(key);
}

/**
 * Returns what is at a path.
 *
 * @param root - The whole value.
 * @param path - The place to look at.
 * @returns The value in an object, since it may be `undefined`; or `undefined` if there is no such place.
 */
export function valueAt(root: unknown, path: Path): { readonly value: unknown } | undefined {
  let found: { readonly value: unknown } | undefined = { value: root };
  for (const step of path) {
    found = stepInto(found.value, step);
    if (found === undefined) return undefined;
  }
  return found;
}

function stepInto(value: unknown, step: PathStep): { readonly value: unknown } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (typeof step === "string" || typeof step === "number") {
    if (typeof step === "number" && !Array.isArray(value) && !ArrayBuffer.isView(value)) return undefined;
    return Object.hasOwn(value, step) ? { value: (value as Record<PropertyKey, unknown>)[step] } : undefined;
  }
  // By tags: values may come from another realm.
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Map]") {
    const map = value as Map<unknown, unknown>;
    if ("get" in step) return map.has(step.get) ? { value: map.get(step.get) } : undefined;
    const entry = "entry" in step ? [...map][step.entry] : undefined;
    return entry && { value: entry["side" in step && step.side === "key" ? 0 : 1] };
  }
  if (tag !== "[object Set]" || !("member" in step)) return undefined;
  const members = [...(value as Set<unknown>)];
  return step.member < members.length ? { value: members[step.member] } : undefined;
}
