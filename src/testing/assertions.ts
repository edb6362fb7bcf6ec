import type { Checkpoint, CheckpointId } from "../core/checkpoint.ts";
import { isCheckpointStoreError } from "../core/errors.ts";
import type { CheckpointStoreError, CheckpointStoreErrorCode } from "../core/errors.ts";
import type { CheckpointStore } from "../core/store.ts";
import { difference, show } from "./equality.ts";

/** The error of a case that found a promise broken. Its message says which one, and how. */
export class ConformanceFailure extends Error {
  /** Always `ConformanceFailure`. */
  override readonly name = "ConformanceFailure";
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ConformanceFailure(message);
}

/** Fails unless the two are equal as {@link difference} sees it. */
export async function assertEqual(actual: unknown, expected: unknown, what: string): Promise<void> {
  const found = await difference(actual, expected, what);
  assert(found === undefined, found ?? "");
}

/** Awaits the refusal of a call, and answers its error. Throwing at once is no refusal: callers await promises. */
export async function rejectionOf(call: () => Promise<unknown>, what: string): Promise<unknown> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch (error) {
    throw new ConformanceFailure(`${what} should reject, but threw at once: ${show(error)}`);
  }
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new ConformanceFailure(`${what} should have been refused`);
}

/** Fails unless the call rejects with a store's error of this code; answers the error. */
export async function assertRefused(
  call: () => Promise<unknown>,
  code: CheckpointStoreErrorCode,
  what: string,
): Promise<CheckpointStoreError> {
  const error = await rejectionOf(call, what);
  assert(isCheckpointStoreError(error), `${what} should be a ${code} error of the store, but is ${show(error)}`);
  assert(error.code === code, `${what} should be refused as ${code}, but is ${error.code}: ${error.message}`);
  assert(error.message !== "", `${what}: the ${code} error says nothing`);
  return error;
}

/** Fails unless the error is a TypeError or a RangeError that says something. */
export function assertBadInput(error: unknown, what: string): void {
  const known = error instanceof TypeError || error instanceof RangeError;
  assert(known, `${what} should be a TypeError or a RangeError, but is ${show(error)}`);
  assert(error.message !== "", `${what}: the error says nothing`);
}

const FIELDS = ["id", "parentId", "nextNode", "graphHash", "createdAt", "metadata", "state"] as const;

/** Fails unless both have the same fields with equal values. Whatever else a store may add is not looked at. */
export async function assertSameCheckpoint(
  actual: Checkpoint | undefined,
  expected: Checkpoint,
  what: string,
): Promise<void> {
  assert(actual !== undefined, `${what} is not there`);
  for (const field of FIELDS) {
    const [there, wanted] = [Object.hasOwn(actual, field), Object.hasOwn(expected, field)];
    assert(there === wanted, `${what}: ${field} is ${there ? "there, and should not be" : "missing"}`);
    await assertEqual(actual[field], expected[field], `${what}: ${field}`);
  }
}

/** Fails unless two heads have the same fields with equal values, in whatever order. */
export async function assertSameHead(actual: object, expected: object, what: string): Promise<void> {
  const byName = (head: object) => Object.fromEntries(Object.entries(head).sort(([a], [b]) => (a < b ? -1 : 1)));
  await assertEqual(byName(actual), byName(expected), what);
}

/**
 * Fails unless the store answers every one of the checkpoints as it was saved. They are read at once: one by one, a
 * browser takes several times as long.
 */
export async function assertLoads(store: CheckpointStore, ...checkpoints: readonly Checkpoint[]): Promise<void> {
  const loaded = await Promise.all(checkpoints.map(({ id }) => store.load(id)));
  for (const [index, checkpoint] of checkpoints.entries()) {
    await assertSameCheckpoint(loaded[index], checkpoint, `checkpoint ${index} of those loaded`);
  }
}

/** Fails unless the trace has just these checkpoints; given oldest first, as they were saved. */
export async function assertHas(
  store: CheckpointStore,
  traceId: string,
  checkpoints: readonly Checkpoint[],
): Promise<void> {
  const ids: CheckpointId[] = checkpoints.map(({ id }) => id).reverse();
  await assertEqual(await store.list(traceId), ids, `list(${show(traceId)})`);
  const latest = await store.loadLatest(traceId);
  const newest = checkpoints.at(-1);
  if (newest === undefined) assert(latest === undefined, `loadLatest(${show(traceId)}) should be undefined`);
  else await assertSameCheckpoint(latest, newest, `loadLatest(${show(traceId)})`);
  await assertLoads(store, ...checkpoints);
}
