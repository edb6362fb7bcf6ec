import { kindOf, partsOf, preview } from "./parts.ts";

/** One difference between two values. */
export interface StateChange {
  readonly kind: "added" | "removed" | "changed";
  /** The way to it, as one would write it in code when joined: `.needs`, `[3]`, `.text`. */
  readonly steps: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Returns the smallest parts of `before` that were added, removed or changed, in the order of `after`. */
export function diff(before: unknown, after: unknown, steps: readonly string[] = []): StateChange[] {
  if (Object.is(before, after)) return [];
  const [had, has] = [partsOf(before), partsOf(after)];
  if (!had && !has && isSameLeaf(before, after)) return [];
  if (!had || !has || shape(before) !== shape(after)) return [{ kind: "changed", steps, before, after }];
  const old = new Map(had.map((part) => [part.step, part.value]));
  const now = new Set(has.map(({ step }) => step));
  return [
    ...has.flatMap(({ step, value }): StateChange[] =>
      old.has(step)
        ? diff(old.get(step), value, [...steps, step])
        : [{ kind: "added", steps: [...steps, step], after: value }],
    ),
    ...had
      .filter(({ step }) => !now.has(step))
      .map(({ step, value }): StateChange => ({ kind: "removed", steps: [...steps, step], before: value })),
  ];
}

function isSameLeaf(before: unknown, after: unknown): boolean {
  if (ArrayBuffer.isView(before) && ArrayBuffer.isView(after)) {
    const [one, other] = [before, after].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    );
    return one!.length === other!.length && one!.every((byte, at) => byte === other![at]);
  }
  if (typeof before !== "object" || typeof after !== "object") return before === after;
  return kindOf(before) === kindOf(after) && preview(before) === preview(after);
}

function shape(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return value instanceof Map ? "map" : value instanceof Set ? "set" : "object";
}
