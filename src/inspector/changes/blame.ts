import { isCheckpointStoreError } from "../../core/errors.ts";
import type { CheckpointId, StoredHead } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { Slices } from "../slices.ts";
import { isSameValue } from "../values/equality.ts";
import { valueAt, type Path } from "../values/path.ts";

/** What a search needs of a store. */
export type BlamedStore = Pick<Store, "head" | "load" | "history">;

/** A value at a path, in an object, since it may be `undefined`; or `undefined` where the path leads nowhere. */
type Found = { readonly value: unknown } | undefined;

/** What {@link blame} finds, as it finds it. */
export type Finding =
  /** One more state was read. */
  | { readonly kind: "looked" }
  /** The checkpoint that made the value. */
  | {
      readonly kind: "made";
      readonly head: StoredHead;
      /** What was there in its parent. */
      readonly before: Found;
      readonly after: Found;
      /** Why it may be older still: its parent is gone, or damaged. */
      readonly doubt?: "gone" | "damaged";
    }
  /** A later checkpoint of the same trace that changed it. */
  | { readonly kind: "changed"; readonly head: StoredHead; readonly before: Found; readonly after: Found };

/**
 * Finds the checkpoint that made a value, and every later one that changed it.
 *
 * It reads the ancestors one after another, across forks, until one has another value: the youngest that made it is its
 * maker, even if an older one had the same value before. To halve the way at each step is no option, since values change
 * back. Then it reads what was saved to the trace later. A place in a list is a place: what is at `messages[3]` changes
 * when an element before it goes.
 *
 * @param store - The store to read.
 * @param checkpointId - The checkpoint whose value it is.
 * @param path - Where the value is in its state.
 * @param options - `signal` ends the search when it is aborted.
 * @returns The findings; none if the checkpoint or the place is not there.
 * @throws The signal's reason, from the loop, once `signal` is aborted.
 */
export async function* blame(
  store: BlamedStore,
  checkpointId: CheckpointId,
  path: Path,
  { signal }: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<Finding, void, undefined> {
  const slices = new Slices(signal);
  const start = await store.load(checkpointId);
  const value = start && valueAt(start.state, path);
  if (!start || !value) return;
  yield { kind: "looked" };
  const isSame = async (other: Found) => other !== undefined && (await isSameValue(other.value, value.value, slices));

  let made: { readonly id: CheckpointId; readonly parentId?: CheckpointId } = start;
  let before: Found;
  let doubt: "gone" | "damaged" | undefined;
  while (made.parentId !== undefined) {
    // A store in memory would not let the page have its turn.
    await slices.pause();
    const parent = await loadIfSound(store, made.parentId);
    if (parent === undefined || parent === "damaged") {
      doubt = parent ?? "gone";
      break;
    }
    yield { kind: "looked" };
    before = valueAt(parent.state, path);
    if (!(await isSame(before))) break;
    before = undefined;
    made = parent;
  }
  const head = await store.head(made.id);
  if (head) yield { kind: "made", head, before, after: value, ...(doubt && { doubt }) };
  yield* changesAfter(store, checkpointId, path, value, slices, signal);
}

async function* changesAfter(
  store: BlamedStore,
  checkpointId: CheckpointId,
  path: Path,
  value: Found,
  slices: Slices,
  signal: AbortSignal | undefined,
): AsyncGenerator<Finding, void, undefined> {
  const later: StoredHead[] = [];
  const head = await store.head(checkpointId);
  if (!head) return;
  for await (const one of store.history(head.traceId, signal && { signal })) {
    if (one.seq <= head.seq) break;
    if (!one.isDamaged) later.push(one);
  }
  let before = value;
  for (const one of later.reverse()) {
    await slices.pause();
    const checkpoint = await loadIfSound(store, one.id);
    if (checkpoint === undefined || checkpoint === "damaged") continue;
    const after = valueAt(checkpoint.state, path);
    const isSame = before && after ? await isSameValue(before.value, after.value, slices) : before === after;
    yield { kind: "looked" };
    if (!isSame) yield { kind: "changed", head: one, before, after };
    before = after;
  }
}

/** A damaged checkpoint among good ones is no reason to give up. */
async function loadIfSound(store: BlamedStore, id: CheckpointId) {
  try {
    return await store.load(id);
  } catch (error) {
    if (isCheckpointStoreError(error, "corrupted")) return "damaged";
    throw error;
  }
}
