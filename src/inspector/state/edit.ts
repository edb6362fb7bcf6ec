import type { Slices } from "../slices.ts";
import { classOf, HOLE, kindOf } from "../values/kinds.ts";
import { valueAt, type Path, type PathStep } from "../values/path.ts";

/** A change of a state. */
export type Edit =
  /** Puts a value in the place of another. */
  | { readonly kind: "set"; readonly path: Path; readonly value: unknown }
  /** Removes a property, an element, an entry or a member. */
  | { readonly kind: "remove"; readonly path: Path }
  /** Adds to a container: under a name to an object or a map, at the end of an array, to a set. */
  | { readonly kind: "add"; readonly path: Path; readonly name: string; readonly value: unknown };

/**
 * Returns whether there can be edits inside of a value: in plain objects, arrays, maps and sets. What else there is, an
 * error or an instance of a class, can be replaced as a whole: only its maker knows how to change it.
 */
export function isOpenToEdits(value: unknown): value is object {
  const kind = kindOf(value);
  if (kind === "array") return true;
  if (kind === "map" || kind === "set") return classOf(value as object).toLowerCase() === kind;
  return kind === "object" && ["Object", "null"].includes(classOf(value as object));
}

/** Returns whether the place at a path can be changed: whether all that it is in is open to edits. */
export function canEdit(root: unknown, path: Path): boolean {
  return path.every((_, length) => isOpenToEdits(valueAt(root, path.slice(0, length))?.value));
}

/**
 * Returns a changed copy of a state. What was in several places is in the same places of the copy, once; what is not open
 * to edits is the very same object in both.
 *
 * @param root - The state. It stays as it is.
 * @param edit - The change.
 * @param slices - What the work is cut by.
 * @throws The signal's reason, once the signal of `slices` is aborted.
 */
export async function editState(root: unknown, edit: Edit, slices: Slices): Promise<unknown> {
  if (edit.kind === "set" && edit.path.length === 0) return edit.value;
  const copy = await copyState(root, slices);
  const containerPath = edit.kind === "add" ? edit.path : edit.path.slice(0, -1);
  const container = valueAt(copy, containerPath)?.value;
  if (edit.kind === "add") addTo(container, edit.name, edit.value);
  else if (edit.kind === "set") setIn(container, edit.path.at(-1)!, edit.value);
  else removeFrom(container, edit.path.at(-1)!);
  return copy;
}

async function copyState(root: unknown, slices: Slices): Promise<unknown> {
  const copies = new Map<object, object>();
  const open: object[] = [];
  const copyOf = (value: unknown): unknown => {
    if (!isOpenToEdits(value)) return value;
    let copy = copies.get(value);
    if (copy === undefined) {
      copy = emptyLike(value);
      copies.set(value, copy);
      open.push(value);
    }
    return copy;
  };
  const rootCopy = copyOf(root);
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    const to = copies.get(from)!;
    for (const [step, value] of partsOf(from)) {
      if (slices.isDue()) await slices.pause();
      if (to instanceof Map) to.set(copyOf(step), copyOf(value));
      else if (to instanceof Set) to.add(copyOf(value));
      else setProperty(to, step as string, copyOf(value));
    }
  }
  return rootCopy;
}

function emptyLike(value: object): object {
  const kind = kindOf(value);
  if (kind === "array") return new Array<unknown>((value as unknown[]).length);
  if (kind === "map") return new Map();
  if (kind === "set") return new Set();
  return classOf(value) === "null" ? (Object.create(null) as object) : {};
}

/** The parts of a container with what each is found by. Holes of an array are left out. */
function partsOf(value: object): Iterable<[unknown, unknown]> {
  const kind = kindOf(value);
  return kind === "map" || kind === "set" ? (value as Map<unknown, unknown>).entries() : Object.entries(value);
}

function setProperty(target: object, key: string | number, value: unknown): void {
  // A plain assignment to `__proto__` would do something else.
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

function addTo(container: unknown, name: string, value: unknown): void {
  if (container instanceof Map) container.set(name, value);
  else if (container instanceof Set) container.add(value);
  else if (Array.isArray(container)) container.push(value);
  else setProperty(container as object, name, value);
}

function setIn(container: unknown, step: PathStep, value: unknown): void {
  if (typeof step !== "object") setProperty(container as object, step, value);
  else if (container instanceof Map) container.set(keyOf(container, step), value);
  else if ("member" in step) replaceMember(container as Set<unknown>, step.member, value);
}

function removeFrom(container: unknown, step: PathStep): void {
  if (typeof step === "number") (container as unknown[]).splice(step, 1);
  else if (typeof step === "string") Reflect.deleteProperty(container as object, step);
  else if (container instanceof Map) container.delete(keyOf(container, step));
  else if ("member" in step) replaceMember(container as Set<unknown>, step.member, HOLE);
}

function keyOf(map: Map<unknown, unknown>, step: PathStep): unknown {
  if (typeof step === "object" && "get" in step) return step.get;
  return typeof step === "object" && "entry" in step ? [...map.keys()][step.entry] : undefined;
}

/** Puts a value in the place of a member; with HOLE, nothing. */
function replaceMember(set: Set<unknown>, position: number, value: unknown): void {
  const members = [...set];
  set.clear();
  for (const [at, member] of members.entries()) {
    if (at !== position) set.add(member);
    else if (value !== HOLE) set.add(value);
  }
}
