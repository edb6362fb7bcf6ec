import { childrenOf, type Children } from "./children.ts";
import type { Path, PathStep } from "./path.ts";

/** A place met on the way through a value. It holds what it is in, and so the way back. */
export interface Place {
  readonly parent: Place | undefined;
  readonly step: PathStep | undefined;
  readonly label: string;
  readonly value: unknown;
  /** Whether this very object was met before: then what is in it does not come again. */
  readonly isAgain: boolean;
}

/**
 * Goes through all places of a value in the order of the tree. What is in an object comes once, so cycles end.
 *
 * @param root - The whole value.
 * @returns The places, each made as it is asked for.
 */
export function* placesIn(root: unknown): Generator<Place, void, undefined> {
  const met = new Set<unknown>();
  const open: { readonly place: Place; readonly children: Children; next: number }[] = [];
  const enter = (place: Place): Place => {
    const children = place.isAgain ? undefined : childrenOf(place.value);
    if (children && !ArrayBuffer.isView(place.value)) open.push({ place, children, next: 0 });
    return place;
  };
  const isAgain = (value: unknown) => {
    if (typeof value !== "object" || value === null) return false;
    return met.has(value) || !met.add(value);
  };
  yield enter({ parent: undefined, step: undefined, label: "", value: root, isAgain: isAgain(root) });
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    if (top.next >= top.children.count) {
      open.pop();
      continue;
    }
    const { step, label, value } = top.children.at(top.next);
    top.next += 1;
    yield enter({ parent: top.place, step, label, value, isAgain: isAgain(value) });
  }
}

/** Returns the path to a place. */
export function pathTo(place: Place): Path {
  const steps: PathStep[] = [];
  for (let at: Place = place; at.parent; at = at.parent) steps.push(at.step!);
  return steps.reverse();
}
