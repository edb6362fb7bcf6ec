import { CheckpointStoreError, type CheckpointStoreErrorDetails } from "../core/errors.ts";
import {
  bufferOf,
  errorKeys,
  mapEntries,
  Refusal,
  refuseSymbolKeys,
  setMembers,
  SHARED_BUFFER,
  shapeOf,
  sparseEntries,
  type Holding,
} from "./shape.ts";

/** A part of a value, and how one would write the way to it: `.name`, `[3]`. */
type Part = readonly [step: string, value: unknown];

/** What a refusal is about, beside the path. */
export type RefusalDetails = Pick<CheckpointStoreErrorDetails, "traceId" | "checkpointId">;

/** Slow walks over a state, without recursion: for what the fast copy ({@link capture}) leaves out or gives up on. */

/** The objects that are reached in more than one way. */
export function findShared(root: unknown, holding: Holding): Set<object> {
  const met = new Set<object>();
  const shared = new Set<object>();
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    if (met.has(value)) {
      shared.add(value);
      continue;
    }
    met.add(value);
    for (const [, part] of partsOf(value, holding)) open.push(part);
  }
  return shared;
}

/** Objects every `stride` levels down, deepest first: nothing between two of them is nested deeper than that. */
export function findCuts(root: unknown, holding: Holding, stride: number): object[] {
  const met = new Set<object>();
  const cuts: { value: object; depth: number }[] = [];
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  while (open.length > 0) {
    const { value, depth } = open.pop()!;
    if (typeof value !== "object" || value === null || met.has(value)) continue;
    met.add(value);
    if (depth > 0 && depth % stride === 0) cuts.push({ value, depth });
    for (const [, part] of partsOf(value, holding)) open.push({ value: part, depth: depth + 1 });
  }
  return cuts.sort((a, b) => b.depth - a.depth).map(({ value }) => value);
}

/** The error for a value that can't be stored, naming the first such part of `root`. */
export function refusalOf(
  root: unknown,
  {
    name,
    holding,
    about,
    cause,
  }: { name: string; holding: Holding; about: RefusalDetails | undefined; cause: unknown },
): CheckpointStoreError {
  const refused = (path: string, reason: string, why: unknown): CheckpointStoreError =>
    new CheckpointStoreError("serialization", `${path} ${reason}`, { ...about, path, cause: why });
  const met = new Set<object>();
  const buffers = new Set<object>();
  const open: { value: unknown; path: string }[] = [{ value: root, path: name }];
  while (open.length > 0) {
    const { value, path } = open.pop()!;
    if (typeof value === "function" || typeof value === "symbol") return refused(path, `is a ${typeof value}`, cause);
    if (typeof value !== "object" || value === null || met.has(value)) continue;
    met.add(value);
    try {
      if (shapeOf(value, holding) === "bytes") {
        const buffer = bufferOf(value as ArrayBuffer);
        if (buffers.has(buffer)) throw new Refusal(SHARED_BUFFER);
        buffers.add(buffer);
      }
      const parts = partsOf(value, holding).map(([step, part]) => ({ value: part, path: path + step }));
      open.push(...parts.reverse());
    } catch (error) {
      return refused(path, error instanceof Refusal ? error.message : "can't be read", error);
    }
  }
  return refused(name, cause instanceof RangeError ? "is nested too deeply" : "can't be read", cause);
}

/** Where in a value an object stands, as one would write it in code. */
export function pathTo(
  target: object,
  { root, name, holding }: { root: unknown; name: string; holding: Holding },
): string {
  const met = new Set<object>();
  const open: { value: unknown; path: string }[] = [{ value: root, path: name }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (value === target) return path;
    if (typeof value !== "object" || value === null || met.has(value)) continue;
    met.add(value);
    for (const [step, part] of partsOf(value, holding)) open.push({ value: part, path: path + step });
  }
  return name;
}

function partsOf(value: object, holding: Holding): Part[] {
  const shape = shapeOf(value, holding);
  switch (shape) {
    case "record":
    case "dict":
      refuseSymbolKeys(value);
      return Object.keys(value).map((key) => [property(key), (value as Record<string, unknown>)[key]]);
    case "error":
      return errorKeys(value).map((key) => [property(key), (value as Record<string, unknown>)[key]]);
    case "array": {
      const entries = sparseEntries(value as unknown[]);
      if (entries === undefined) return (value as unknown[]).map((item, index) => [`[${index}]`, item]);
      return pairs(entries).map(([index, item]) => [`[${String(index)}]`, item]);
    }
    case "map":
      return pairs(mapEntries(value)).flatMap(([key, item], index): Part[] => [
        [`.keys()[${index}]`, key],
        [isPlainKey(key) ? `.get(${JSON.stringify(key)})` : `.values()[${index}]`, item],
      ]);
    case "set":
      return setMembers(value).map((member, index) => [`.values()[${index}]`, member]);
    case "custom":
      holding.custom!.copy(value);
      return [];
    default:
      return [];
  }
}

function property(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function isPlainKey(key: unknown): boolean {
  return typeof key === "string" || typeof key === "number";
}

function pairs(flat: readonly unknown[]): [unknown, unknown][] {
  const found: [unknown, unknown][] = [];
  for (let i = 0; i < flat.length; i += 2) found.push([flat[i], flat[i + 1]]);
  return found;
}
