import { createCheckpoint } from "../core/checkpoint.ts";
import type { Checkpoint, CheckpointOptions } from "../core/checkpoint.ts";
import type { CheckpointStore } from "../core/store.ts";

/** Saves `count` plain checkpoints, one after the other, each the parent of the next; answers them oldest first. */
export async function saveSteps(
  store: CheckpointStore,
  traceId: string,
  { count, optionsOf = () => ({}) }: { count: number; optionsOf?: (step: number) => CheckpointOptions },
): Promise<Checkpoint[]> {
  const saved: Checkpoint[] = [];
  for (let step = 0; step < count; step++) {
    const parentId = saved.at(-1)?.id;
    const checkpoint = createCheckpoint(
      { traceId, step, notes: [`step ${step}`] },
      { ...(parentId !== undefined && { parentId }), ...optionsOf(step) },
    );
    await store.saveWithTrace(traceId, checkpoint);
    saved.push(checkpoint);
  }
  return saved;
}

/** Letters that look random, the same ones for the same seed, and don't compress well. */
export function noise(seed: number, length: number): string {
  const draw = numbers(seed);
  let text = "";
  while (text.length < length) text += draw(2 ** 31).toString(36);
  return text.slice(0, length);
}

/** Bytes that look random, the same ones for the same seed. */
export function noiseBytes(seed: number, length: number): Uint8Array<ArrayBuffer> {
  const draw = numbers(seed);
  return Uint8Array.from({ length }, () => draw(256));
}

/** Draws whole numbers from 0 up to a bound, in a sequence that the seed fixes. */
export function numbers(seed: number): (bound: number) => number {
  let current = (seed * 2654435761 + 1) >>> 0;
  return (bound) => {
    current = (current + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(current ^ (current >>> 15), current | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}
