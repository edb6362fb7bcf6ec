import { requireOptions, type OptionNames } from "./options.ts";

/** The id of a checkpoint: a string that is not empty, unique within a store. Default is `crypto.randomUUID()`. */
export type CheckpointId = string;

/** The id of a trace, which is one run of an agent: a string that is not empty, unique within a store. */
export type TraceId = string;

/** A checkpoint without its state. */
export interface CheckpointHead {
  /** Unique within the store, across all its traces. */
  readonly id: CheckpointId;
  /** The checkpoint that this one grew from. It may be gone: pruning a parent leaves its children as they are. */
  readonly parentId?: CheckpointId;
  /** The node of the agent's graph at which the run resumes. Absent when the run is complete. */
  readonly nextNode?: string;
  /** A fingerprint of the graph that made the checkpoint. `load` and `loadLatest` can insist on it. */
  readonly graphHash?: string;
  /**
   * When the checkpoint was made, in milliseconds since the epoch, by its maker's clock. The store keeps it as given
   * and never orders by it: order is the order of saving.
   */
  readonly createdAt: number;
  /**
   * Anything small that belongs to the checkpoint and not to the state: a plain object. It is read with every head, so
   * keep it small. With `pinned: true`, neither retention nor `prune` removes the checkpoint: it goes with `delete`, or
   * with the whole trace.
   */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The state of a run after one step, and where the run resumes. A checkpoint never changes once it is saved. */
export interface Checkpoint<S = unknown> extends CheckpointHead {
  /** What the agent needs to go on. */
  readonly state: S;
  /**
   * Of a checkpoint that was loaded with `notes: true`: what `Trace.note` has kept beside it, in the order of writing.
   * It is no part of the checkpoint: nothing comes of it in a save.
   */
  readonly notes?: ReadonlyMap<string, unknown>;
}

/** A head as a store returns it: with its place in its trace and its size. */
export interface StoredHead extends CheckpointHead {
  /** The trace that the checkpoint is in. */
  readonly traceId: TraceId;
  /**
   * Position in the trace: a whole number that grows with each save and is never given to a second checkpoint, unless the
   * first was moved away by `divertTrace`.
   */
  readonly seq: number;
  /**
   * Milliseconds since the epoch, growing strictly along the trace: `createdAt`, or 1 more than the timestamp of the
   * save before if a clock was set back.
   */
  readonly timestamp: number;
  /** Bytes that this save added to the store: what had changed. */
  readonly bytes: number;
  /** Bytes that the whole state takes when it is encoded. */
  readonly stateBytes: number;
  /**
   * `true` if the stored record is damaged or was forged, absent otherwise. Then no other field of this head is reliable, and the
   * checkpoint can't be loaded.
   */
  readonly isDamaged?: true;
  /**
   * `true` if the store's codec vouches for what it stores, and this head is one for which that could not be found out:
   * it was stored by another codec or with another key than this store has. Absent otherwise. Anybody who can write to
   * the database could have written such a head.
   */
  readonly isUnverified?: true;
}

/** Options of `createCheckpoint`: any field of the checkpoint except its state. */
export type CheckpointOptions = Partial<CheckpointHead>;

const OPTIONS: OptionNames<CheckpointOptions> = {
  id: true,
  parentId: true,
  nextNode: true,
  graphHash: true,
  createdAt: true,
  metadata: true,
};

/**
 * Returns a checkpoint of `state`, ready to be saved.
 *
 * The state is not copied. The store takes its copy when `saveWithTrace` is called.
 *
 * @param state - What the agent needs to go on.
 * @param options - Other fields of the checkpoint. Default of `id` is `crypto.randomUUID()`; default of `createdAt` is
 *   `Date.now()`; the others stay absent.
 * @returns A plain object that holds `state` itself.
 * @throws TypeError for an option that there is not.
 *
 * @example
 * ```ts
 * import { createCheckpoint, openStore } from "waystone";
 *
 * const store = await openStore("my-agent");
 * const checkpoint = createCheckpoint({ messages: ["hello"] }, { id: "step-1", nextNode: "ask" });
 * await store.saveWithTrace("run-1", checkpoint);
 * console.log(await store.list("run-1")); // [ 'step-1' ]
 * ```
 */
export function createCheckpoint<S>(state: S, options: CheckpointOptions = {}): Checkpoint<S> {
  requireOptions(options, OPTIONS, "a checkpoint");
  const { id = crypto.randomUUID(), createdAt = Date.now() } = options;
  return { ...pickHead({ ...options, id, createdAt }), state };
}

/** Returns the head's own fields of a larger object. A field that is `undefined` is left out. */
export function pickHead({ id, parentId, nextNode, graphHash, createdAt, metadata }: CheckpointHead): CheckpointHead {
  return {
    id,
    ...(parentId !== undefined && { parentId }),
    ...(nextNode !== undefined && { nextNode }),
    ...(graphHash !== undefined && { graphHash }),
    createdAt,
    ...(metadata !== undefined && { metadata }),
  };
}
