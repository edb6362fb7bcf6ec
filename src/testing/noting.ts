import type { CheckpointId } from "../core/checkpoint.ts";
import type { Store } from "../core/store.ts";
import { assert, assertEqual } from "./assertions.ts";
import { noise, noiseBytes } from "./steps.ts";

/** Fails unless these are the notes of a checkpoint, in this order. */
export async function assertNotes(
  store: Pick<Store, "load">,
  id: CheckpointId,
  entries: readonly (readonly [key: string, value: unknown])[],
): Promise<void> {
  const notes = (await store.load(id, { notes: true }))?.notes;
  assert(notes !== undefined, `checkpoint ${id} should be loaded with its notes`);
  await assertEqual([...notes], entries, `the notes of ${id}`);
}

/** Values of several sorts, some of them large. */
export function noteValues() {
  const shared = { deep: [1, -0, 2n ** 70n] };
  return {
    date: new Date(5),
    map: new Map<unknown, unknown>([
      ["k", undefined],
      [shared, shared],
    ]),
    bytes: noiseBytes(1, 5_000),
    text: noise(2, 20_000),
  };
}
