import { concatBytes } from "../core/bytes.ts";
import { createCheckpoint } from "../core/checkpoint.ts";
import type { Checkpoint, StoredHead } from "../core/checkpoint.ts";
import type { Store } from "../core/store.ts";
import { assertEqual, assertSameCheckpoint, assertSameHead } from "./assertions.ts";
import type { ConformanceContext } from "./conformance.ts";
import type { Shape } from "./shape.ts";

/** Saves `count` steps of a shape, from step `from` on. */
export async function saveShape(
  store: Store,
  { start, change }: Shape,
  { traceId, from = 0, count }: { traceId: string; from?: number; count: number },
): Promise<void> {
  const state = start();
  for (let step = 0; step < from + count; step++) {
    change(state, step);
    if (step >= from) await store.saveWithTrace(traceId, createCheckpoint(state, { nextNode: `step ${step}` }));
  }
}

/** Exports all of a store into another. */
export async function copyInto({ archive, openAnother }: ConformanceContext, store: Store): Promise<Store> {
  const copy = await openAnother();
  await archive.importTraces(copy, archive.exportTraces(store));
  return copy;
}

/** How much a store says it keeps. */
export async function storedBytesOf(store: Store): Promise<number> {
  return (await store.usage()).storedBytes;
}

/** All bytes of a stream. */
export async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
  return concatBytes(chunks);
}

/** A stream of bytes, in chunks of a size that divides no line; up to `failAt`, where it fails. */
export function streamOf(bytes: Uint8Array, { chunkBytes = 777, failAt = Infinity } = {}): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= failAt) return controller.error(new Error("the source failed"));
      if (at >= bytes.length) return controller.close();
      const end = Math.min(at + chunkBytes, bytes.length, failAt);
      controller.enqueue(bytes.slice(at, end));
      at = end;
    },
  });
}

async function headsOf(store: Store, traceId: string): Promise<StoredHead[]> {
  const heads: StoredHead[] = [];
  for await (const head of store.history(traceId)) heads.push(head);
  return heads;
}

/**
 * Fails unless a trace is the same in both stores: list, history and every checkpoint. What a save added to the store
 * may differ: the copy has not what came before and is gone.
 */
export async function assertSameTrace(copy: Store, original: Store, traceId: string): Promise<void> {
  const ids = await original.list(traceId);
  await assertEqual(await copy.list(traceId), ids, `list(${traceId}) of the copy`);
  const [heads, expected] = [await headsOf(copy, traceId), await headsOf(original, traceId)];
  await assertEqual(heads.length, expected.length, `the length of history(${traceId}) of the copy`);
  for (const [n, { bytes: _, ...head }] of heads.entries()) {
    const { bytes: __, ...other } = expected[n]!;
    await assertSameHead(head, other, `history(${traceId}) of the copy, at ${n}`);
  }
  await assertSameCheckpoints(copy, original, ids);
}

/** Fails unless the first so many checkpoints of a trace are there, whole, and no others. Answers how many. */
export async function assertBeginningOf(copy: Store, original: Store, traceId: string): Promise<number> {
  const ids = (await original.list(traceId)).reverse();
  const there = (await copy.list(traceId)).reverse();
  await assertEqual(there, ids.slice(0, there.length), `list(${traceId}) of the unfinished copy, oldest first`);
  await assertSameCheckpoints(copy, original, there);
  return there.length;
}

async function assertSameCheckpoints(copy: Store, original: Store, ids: readonly string[]): Promise<void> {
  const loadAll = (store: Store) => Promise.all(ids.map((id) => store.load(id)));
  const [copies, originals] = await Promise.all([loadAll(copy), loadAll(original)]);
  for (const [n, id] of ids.entries()) {
    await assertSameCheckpoint(copies[n], originals[n] as Checkpoint, `checkpoint ${id} of the copy`);
  }
}
