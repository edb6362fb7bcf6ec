import { requireOptions, type OptionNames } from "./core/options.ts";
import type { CheckpointId, TraceId } from "./core/checkpoint.ts";
import type { Store } from "./core/store.ts";
import { divert, endAt } from "./store/diverting.ts";
import { coreOf } from "./store/store-core.ts";
import { requireId } from "./store/validate.ts";

export type { Remote, RemoteEntry, RemoteLog, VersionedEntry } from "./core/remote.ts";
export { createMemoryRemote } from "./remotes/memory.ts";

/** Options of {@link divertTrace}. */
export interface DivertOptions {
  /** The checkpoint at which the trace is to stand again. Default is none: all of the trace moves. */
  readonly after?: CheckpointId;
  /** The trace that is made of what moves. */
  readonly fork: TraceId;
}

const DIVERT: OptionNames<DivertOptions> = { after: true, fork: true };

/**
 * Moves all checkpoints of a trace that come after one of them into a trace of their own, so that the trace can go on in
 * another way from there.
 *
 * They keep their ids, positions, times and notes: nothing is lost, and `load` finds each under its id. The trace gives
 * out the positions after `after` anew. Work that has taken the trace over loses it: its next save is refused as
 * `conflict`, since what it goes on from is in the fork.
 *
 * @param store - A store that `openStore`, `createMemoryStore` or `createStore` made.
 * @param traceId - The trace.
 * @param options - From where on, and into which trace.
 * @returns The ids of what has moved, newest first. All has moved together, or nothing has.
 * @throws TypeError if `store` is of another make, or an id is not a string that is not empty.
 * @throws CheckpointStoreError `not-found`: the trace has no checkpoint `after`.
 * @throws CheckpointStoreError `conflict`: there is a trace `fork` already.
 * @throws CheckpointStoreError `corrupted`: one of the checkpoints is damaged; `checkpointId` names it.
 * @throws CheckpointStoreError `codec-mismatch`: one of them is bound to its trace by a codec, or with a key, that this
 *   store was not given.
 * @throws CheckpointStoreError `closed`: the store was closed.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { divertTrace } from "waystone/replicate";
 *
 * const store = createMemoryStore<{ step: number }>();
 * const run = store.trace("run-1");
 * const first = await run.save({ step: 1 });
 * await run.save({ step: 2 });
 *
 * await divertTrace(store, "run-1", { after: first.id, fork: "run-1, the other way" });
 * console.log((await store.loadLatest("run-1"))?.state); // { step: 1 }
 * console.log((await store.loadLatest("run-1, the other way"))?.state); // { step: 2 }
 * ```
 */
export async function divertTrace<S>(
  store: Store<S>,
  traceId: TraceId,
  options: DivertOptions,
): Promise<CheckpointId[]> {
  requireOptions(options, DIVERT, "divertTrace");
  const { after, fork } = options;
  requireId(traceId, "traceId");
  requireId(fork, "fork");
  if (after !== undefined) requireId(after, "after");
  const core = coreOf(store as Store);
  core.requireOpen();
  return divert(core, { traceId, forkId: fork, end: () => endAt(core, traceId, after) });
}
