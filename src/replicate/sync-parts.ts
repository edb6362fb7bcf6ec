import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import type { CheckpointStoreError } from "../core/errors.ts";
import type { Remote } from "../core/remote.ts";
import type { StoreCore } from "../store/store-core.ts";
import type { LogEntry, Standing } from "./log-reader.ts";

/** What a trace is brought together with. */
export interface SyncParts {
  readonly core: StoreCore;
  readonly remote: Remote;
  readonly codec: Codec;
  readonly device: string;
  /** Whether only to store what the log has. */
  readonly direction: "both" | "pull";
  /** Whether what is deleted here is deleted elsewhere, and the other way round. */
  readonly removals: boolean;
  readonly signal?: AbortSignal;
  onDiverged?(diverged: Diverged): void;
}

/** What is told where two devices went on apart. */
export interface Diverged {
  /** The trace. It is what the log says from now on. */
  readonly traceId: TraceId;
  /** The trace that has what was saved here. */
  readonly fork: TraceId;
  /** The ids of what has moved there, newest first. */
  readonly ids: readonly CheckpointId[];
}

/** A log as it was read. */
export interface Log {
  readonly version: number;
  /** What the next entry follows. */
  readonly link: string;
  /** What the store may not have, oldest first; and all that comes before it, if the log was read from its start. */
  readonly rest: readonly LogEntry[];
  readonly before: readonly LogEntry[] | undefined;
  /** Where the store and the log have the same; `undefined` if the store's trace is another one. */
  readonly common: Standing | undefined;
  /** How many entries there are. */
  readonly count: number;
  readonly setAside: readonly CheckpointStoreError[];
}
