import type { Slices } from "../slices.ts";
import type { Path } from "./path.ts";
import { pathTo, placesIn, type Place } from "./places.ts";

/**
 * Finds the objects that are in several places of a value.
 *
 * @param root - The whole value.
 * @param slices - What the work is cut by.
 * @returns The path of the first place of each such object.
 * @throws The signal's reason, once the signal of `slices` is aborted.
 */
export async function findAnchors(root: unknown, slices: Slices): Promise<Map<unknown, Path>> {
  const first = new Map<unknown, Place>();
  const anchors = new Map<unknown, Path>();
  for (const place of placesIn(root)) {
    if (slices.isDue()) await slices.pause();
    if (typeof place.value !== "object" || place.value === null) continue;
    if (!place.isAgain) first.set(place.value, place);
    else if (!anchors.has(place.value)) anchors.set(place.value, pathTo(first.get(place.value)!));
  }
  return anchors;
}
