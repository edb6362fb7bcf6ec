/**
 * The room `travel` goes back and on: `forking.ts` makes a fork, with its state edited if that is wanted, `fork-dialog.ts`
 * asks for it, and `waiting-view.ts` sends a run what it waits for. What has been saved is never changed.
 */
import type { CheckpointId, StoredHead, TraceId } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import type { ForkMade } from "../contract.ts";

/** A fork that is wanted. */
export interface ForkPlan {
  /** The checkpoint to fork. */
  readonly head: StoredHead;
  /** The trace to make. */
  readonly traceId: TraceId;
  /** The id of the copy: whoever repeats a fork whose outcome is unknown has one fork. */
  readonly copyId: CheckpointId;
  /** The state to go on with instead of the one that is copied. */
  readonly edited?: { readonly state: unknown };
}

/**
 * Starts a new trace with a copy of a checkpoint. An edited state is saved on top of the copy, as its child: so what
 * was edited shows as a change like any other.
 *
 * @throws CheckpointStoreError as `Trace.fork` and `Trace.save` do.
 */
export async function makeFork(store: Store, { head, traceId, copyId, edited }: ForkPlan): Promise<ForkMade> {
  const fork = await store.trace(head.traceId).fork(head.id, traceId, { id: copyId });
  const made = { traceId, originId: head.id };
  if (edited === undefined) return { ...made, checkpointId: copyId, isEdited: false };
  const { nextNode, graphHash, metadata } = head;
  const { pinned: _, ...kept } = metadata ?? {};
  const id = `${copyId}-edited`;
  await fork.save(edited.state, {
    id,
    parentId: copyId,
    ...(nextNode !== undefined && { nextNode }),
    ...(graphHash !== undefined && { graphHash }),
    metadata: { ...kept, note: "state edited in the inspector" },
  });
  return { ...made, checkpointId: id, isEdited: true };
}

/** Returns a name for a fork that no trace has: `run-1 fork 2`. */
export function freeName(origin: TraceId, isTaken: (traceId: TraceId) => boolean): TraceId {
  const stem = origin.replace(/ fork \d+$/, "");
  for (let number = 1; ; number += 1) {
    const name = `${stem} fork ${number}`;
    if (!isTaken(name)) return name;
  }
}

/** The steps that a fork would run again. */
export interface Repeats {
  /** How many checkpoints were saved after the one that is forked. */
  readonly checkpoints: number;
  /** The steps of a run of `waystone/steps` among them that have called a function, by name. */
  readonly steps: readonly string[];
}

/**
 * Returns what was done after a checkpoint, and is done again when the run goes on from there: whatever effects it has
 * had outside, it has once more.
 *
 * @param heads - The heads of the checkpoint's trace, oldest first.
 */
export function repeatsAfter({ seq }: StoredHead, heads: readonly StoredHead[]): Repeats {
  const later = heads.filter((head) => head.seq > seq);
  const steps = later.flatMap(({ metadata }) =>
    metadata?.kind === "run" && typeof metadata.step === "string" ? metadata.step : [],
  );
  return { checkpoints: later.length, steps: [...new Set(steps)] };
}
