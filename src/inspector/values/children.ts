import { describe, HOLE, kindOf } from "./kinds.ts";
import { formatKey, type PathStep, type PrimitiveKey } from "./path.ts";

/** What is directly in a value. */
export interface Child {
  /** The step from the value to it. */
  readonly step: PathStep;
  /** What it is called there: a property's name, an index, a key. */
  readonly label: string;
  /** The child itself; `HOLE` where an array has none. */
  readonly value: unknown;
}

/** What is directly in a value, each made when it is asked for. */
export interface Children {
  readonly count: number;
  at(index: number): Child;
}

/**
 * Returns what is directly in a value, in its order.
 *
 * @param value - Any value of a state.
 * @returns Its children, of which there may be none; `undefined` for a value that has no parts.
 */
export function childrenOf(value: unknown): Children | undefined {
  switch (kindOf(value)) {
    case "array":
      return elements(value as unknown[]);
    case "bytes":
      return "length" in (value as object) ? elements(value as unknown[]) : undefined;
    case "map":
      return entries(value as Map<unknown, unknown>);
    case "set":
      return members(value as Set<unknown>);
    case "object":
      return properties(value as Record<string, unknown>, Object.keys(value as object));
    case "error":
      // Of an error, what counts is not enumerable.
      return properties(value as Record<string, unknown>, Object.getOwnPropertyNames(value));
    default:
      return undefined;
  }
}

/** Returns whether a value has anything in it, without counting. */
export function hasChildren(value: unknown): boolean {
  if (kindOf(value) !== "object") return (childrenOf(value)?.count ?? 0) > 0;
  for (const key in value as object) if (Object.hasOwn(value as object, key)) return true;
  return false;
}

function elements(value: ArrayLike<unknown>): Children {
  const at = (index: number) => ({
    step: index,
    label: String(index),
    value: Object.hasOwn(value, index) ? value[index] : HOLE,
  });
  return { count: value.length, at };
}

function properties(value: Record<string, unknown>, keys: readonly string[]): Children {
  return {
    count: keys.length,
    at: (index) => ({ step: keys[index]!, label: keys[index]!, value: value[keys[index]!] }),
  };
}

function members(value: Set<unknown>): Children {
  const all = [...value];
  return { count: all.length, at: (index) => ({ step: { member: index }, label: String(index), value: all[index] }) };
}

function entries(value: Map<unknown, unknown>): Children {
  const all: Child[] = [];
  let position = 0;
  for (const [key, held] of value) {
    if (isPrimitive(key)) {
      all.push({ step: { get: key }, label: formatKey(key), value: held });
    } else {
      all.push({ step: { entry: position, side: "key" }, label: `key ${position}`, value: key });
      all.push({ step: { entry: position, side: "value" }, label: describe(key, 40), value: held });
    }
    position += 1;
  }
  return { count: all.length, at: (index) => all[index]! };
}

function isPrimitive(key: unknown): key is PrimitiveKey {
  return key === null || (typeof key !== "object" && typeof key !== "function" && typeof key !== "symbol");
}
