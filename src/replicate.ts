import { createSuperjsonCodec } from "./codecs/superjson.ts";
import type { CheckpointId, TraceId } from "./core/checkpoint.ts";
import type { Codec } from "./core/codec.ts";
import { requireOptions, type OptionNames } from "./core/options.ts";
import type { Remote } from "./core/remote.ts";
import type { Store } from "./core/store.ts";
import { Replication, type ReplicationStatus } from "./replicate/replication.ts";
import type { Diverged } from "./replicate/sync-parts.ts";
import { divert, endAt } from "./store/diverting.ts";
import { coreOf } from "./store/store-core.ts";
import { requireFlag, requireId } from "./store/validate.ts";

export type { ReplicationStatus } from "./replicate/replication.ts";
export type { Diverged } from "./replicate/sync-parts.ts";

export type { Remote, RemoteEntry, RemoteLog, VersionedEntry } from "./core/remote.ts";
export { createMemoryRemote } from "./remotes/memory.ts";

/** Options of {@link replicate}. */
export interface ReplicateOptions {
  /** Names this device, in the names of forks and for whoever looks into a log. No two devices have the same. */
  readonly device: string;
  /**
   * Encodes what is sent. It must make `Uint8Array`s of `Uint8Array`s, as the codecs of this package do, and be the same on
   * every device. With an encrypting one, the remote sees ids, times and sizes. Default is `createSuperjsonCodec()`.
   */
  readonly codec?: Codec;
  /** Which traces to replicate. Default is all, those of other devices too. */
  readonly traceIds?: readonly TraceId[] | ((traceId: TraceId) => boolean);
  /**
   * `"push"` takes no trace that the store does not have; `"pull"` sends nothing. Default is `"both"`.
   */
  readonly direction?: "both" | "push" | "pull";
  /** Whether what is deleted on one device is deleted on the others. Retention and `prune` are each device's own. Default is true. */
  readonly removals?: boolean;
  /** Called where this device and another have gone on apart, and what was saved here has moved into a fork. Default is none. */
  readonly onDiverged?: (diverged: Diverged) => void;
  /** Ends the replication when it is aborted, as `stop` does. Default is none. */
  readonly signal?: AbortSignal;
}

/** A replication that is under way. */
export interface RunningReplication {
  /**
   * Waits until a trace and its log are the same.
   *
   * @param traceId - The trace.
   * @returns Once all that was saved before the call is stored in the remote, and all that was there is stored here. While
   *   the remote can't be reached, it waits.
   * @throws CheckpointStoreError `quota-exceeded`: the remote, or the storage here, is full.
   * @throws CheckpointStoreError `newer-schema`: a newer release has appended to the log.
   * @throws CheckpointStoreError `codec-mismatch`: the log was written with another codec, or key.
   * @throws CheckpointStoreError `conflict`: a checkpoint of the log has an id that another trace here has.
   * @throws CheckpointStoreError `corrupted`: a checkpoint that would have to be sent is damaged.
   * @throws CheckpointStoreError `storage`: the remote failed in another way.
   * @throws The signal's reason, once the replication has ended.
   */
  synced(traceId: TraceId): Promise<void>;
  /**
   * Tells how a trace and its log stand to one another.
   *
   * @param traceId - The trace.
   * @returns What is known; `undefined` for a trace that was not looked at.
   */
  status(traceId: TraceId): ReplicationStatus | undefined;
  /**
   * Ends the replication. What was not sent yet is sent by the next one.
   *
   * @returns Once nothing is under way any more.
   */
  stop(): Promise<void>;
}

const REPLICATE: OptionNames<ReplicateOptions> = {
  device: true,
  codec: true,
  traceIds: true,
  direction: true,
  removals: true,
  onDiverged: true,
  signal: true,
};
const DIRECTIONS: ReadonlySet<unknown> = new Set<ReplicateOptions["direction"]>(["both", "push", "pull"]);

/**
 * Keeps the traces of a store the same as those of other devices, through a remote that all of them reach.
 *
 * A save never waits for it: what is saved is stored here, and sent as soon as the remote can be reached. What others
 * have saved is stored here with its ids, order, times and notes. Where two devices have gone on apart, what came to the
 * remote first is the trace; what the other has saved moves into a fork, with its ids, and `onDiverged` is told. Work that
 * has taken the trace over loses it then: its next save is refused as `conflict`.
 *
 * The remote may be anybody's. With an encrypting codec it can't read what it keeps, and what it alters, mixes up, leaves
 * out in the middle or hands out twice is set aside, as `status` says, while all else goes on. What it loses, the devices
 * fill in again. To whoever has never been there before, it can show an older state.
 *
 * One replication for a store is enough. Several, in several tabs, do no harm.
 *
 * @param store - A store that `openStore`, `createMemoryStore` or `createStore` made.
 * @param remote - Where the other devices are met.
 * @param options - The name of this device; and what is replicated, and how.
 * @returns The replication, which has begun.
 * @throws TypeError if `store` is of another make, or an option is not what it must be.
 * @throws CheckpointStoreError `closed`: the store was closed.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { createMemoryRemote, replicate } from "waystone/replicate";
 *
 * const remote = createMemoryRemote();
 * const [laptop, phone] = [createMemoryStore<{ step: number }>(), createMemoryStore<{ step: number }>()];
 * const onLaptop = replicate(laptop, remote, { device: "laptop" });
 * const onPhone = replicate(phone, remote, { device: "phone" });
 *
 * await laptop.trace("run-1").save({ step: 1 });
 * await onLaptop.synced("run-1");
 * await onPhone.synced("run-1");
 * console.log((await phone.loadLatest("run-1"))?.state); // { step: 1 }
 * await Promise.all([onLaptop.stop(), onPhone.stop()]);
 * ```
 */
export function replicate<S>(store: Store<S>, remote: Remote, options: ReplicateOptions): RunningReplication {
  requireOptions(options, REPLICATE, "replicate");
  const { device, codec = createSuperjsonCodec(), traceIds, direction = "both", removals = true, onDiverged } = options;
  requireId(device, "device");
  if (!DIRECTIONS.has(direction)) throw new TypeError(`direction must be "both", "push" or "pull", got ${direction}`);
  requireFlag(removals, "removals");
  if (!(traceIds === undefined || Array.isArray(traceIds) || typeof traceIds === "function"))
    throw new TypeError("traceIds must be an array of ids, or a function that tells whether an id is one of them");
  const core = coreOf(store as Store);
  core.requireOpen();
  const wanted = typeof traceIds === "function" ? traceIds : undefined;
  const listed = wanted === undefined && traceIds !== undefined ? new Set(traceIds as readonly TraceId[]) : undefined;
  const ending = new AbortController();
  const { signal } = options;
  const end = (): void => ending.abort(signal?.aborted === true ? signal.reason : undefined);
  signal?.addEventListener("abort", end, { once: true });
  const replication = new Replication({
    core,
    remote,
    codec,
    device,
    removals,
    direction: direction === "pull" ? "pull" : "both",
    takesOthers: direction !== "push",
    isWanted: (traceId) => wanted?.(traceId) ?? listed?.has(traceId) ?? true,
    signal: ending.signal,
    ...(onDiverged !== undefined && { onDiverged }),
  });
  if (signal?.aborted === true) end();
  return {
    synced: async (traceId) => {
      requireId(traceId, "traceId");
      await replication.synced(traceId);
    },
    status: (traceId) => replication.status(traceId),
    stop: async () => {
      signal?.removeEventListener("abort", end);
      ending.abort();
      await replication.settled();
    },
  };
}

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
 * @throws CheckpointStoreError `conflict`: there is a trace `fork` already; or the trace is replicated, and other devices
 *   have what would move.
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
