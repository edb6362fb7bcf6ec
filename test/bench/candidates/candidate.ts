import type { Checkpoint, TraceId } from "../../../src/core/checkpoint.ts";
import type { CheckpointStore } from "../../../src/core/store.ts";

/** A way of keeping checkpoints, as the benchmark drives it. */
export interface Candidate {
  /** How tables name it. */
  readonly title: string;
  /**
   * What it is given as the state: the whole of it, or only what is new since the step before. `nothing` stores nothing
   * that could be read. The last two are floors: no store does less for a step.
   */
  readonly keeps: "states" | "changes" | "nothing";
  open(database: string): Promise<CandidateStore>;
}

/** What is measured of a store. Floors return nothing where they can't do it. */
export interface CandidateStore extends Omit<CheckpointStore, "delete"> {
  /**
   * Stores many checkpoints by the fastest way there is, to get a large store for reads. How long it takes and how
   * durable it is does not count. Floors have none.
   */
  fill?(traceId: TraceId, checkpoints: readonly Checkpoint[]): Promise<void>;
  close(): void | Promise<void>;
}
