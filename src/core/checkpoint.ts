/** Names one checkpoint; unique within a store. `crypto.randomUUID()` unless the caller brings one. */
export type CheckpointId = string;

/** Names one trace: a single run of an agent. */
export type TraceId = string;

/** Everything about a checkpoint but its state. */
export interface CheckpointHead {
  readonly id: CheckpointId;
  /** The checkpoint this one grew from. It may have been pruned since. */
  readonly parentId?: CheckpointId;
  /** The node at which the run resumes. Absent: the run is complete. */
  readonly nextNode?: string;
  /** Fingerprint of the graph that made the checkpoint; `load` can insist on it. */
  readonly graphHash?: string;
  /** Milliseconds since the epoch, by its maker's clock. Kept as given; never used for order. */
  readonly createdAt: number;
  /** Anything small that belongs to the checkpoint but not to the state. `pinned: true` exempts it from retention. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The state after one step of a run, and where the run resumes. */
export interface Checkpoint<S = unknown> extends CheckpointHead {
  readonly state: S;
}

/** A head as a store keeps it: with its place in the trace and what it cost. */
export interface StoredHead extends CheckpointHead {
  readonly traceId: TraceId;
  /** Position in the trace: grows by one with each save and is never given out twice. */
  readonly seq: number;
  /** What orders the trace, in ms: `max(createdAt, the trace's last + 1)`. */
  readonly timestamp: number;
  /** Bytes that this save added to the store. */
  readonly bytes: number;
  /** Bytes that its whole state would have taken. */
  readonly stateBytes: number;
  /** Its record is not what was stored: nothing in this head can be relied on, and the checkpoint does not load. */
  readonly isDamaged?: true;
}

/** What `createCheckpoint` takes beside the state. */
export type CheckpointOptions = Partial<CheckpointHead>;

/**
 * A checkpoint of `state`, with an id and a time of its own where none is given.
 *
 * The state is not copied: the store takes its copy when `saveWithTrace` is called.
 */
export function createCheckpoint<S>(state: S, options: CheckpointOptions = {}): Checkpoint<S> {
  const { id = crypto.randomUUID(), createdAt = Date.now() } = options;
  return { ...pickHead({ ...options, id, createdAt }), state };
}

/** The head of whatever has one: a field that is `undefined` counts as not given. */
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
