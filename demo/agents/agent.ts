import type { Store, StoredHead, TraceId } from "waystone";

/** One run, as an agent is given it to work on. */
export interface Drive {
  readonly store: Store;
  readonly traceId: TraceId;
  /** What the run is about, where it begins; absent where it goes on. */
  readonly input?: unknown;
  /** Aborted when the run has to stop: what is stored by then is where it goes on. */
  readonly signal: AbortSignal;
  /** Takes the time that a real tool would. */
  think(signal: AbortSignal): Promise<void>;
}

/** Something that runs in the page, from one checkpoint to the next. */
export interface Agent {
  /** The id of a run that is about to begin. */
  newTraceId(): TraceId;
  /** Whether a trace is a run of this agent, which goes on by itself. */
  owns(traceId: TraceId): boolean;
  /** Whether it can go on from a checkpoint that is in a trace of another name, such as a fork. Default is that it can't. */
  canResume?(head: StoredHead): boolean;
  /** Works on a run until it is complete or waits, or rejects once the signal is aborted. */
  drive(drive: Drive): Promise<void>;
}
