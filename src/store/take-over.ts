import type { Checkpoint, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { TakeOverOptions, Trace, TraceWork } from "../core/store.ts";
import { OWNERS } from "../log/scopes.ts";
import { putOwner, removeOwner, takenOver } from "../log/owners.ts";
import type { OwnerRecord } from "../log/records.ts";
import type { StoreCore } from "./store-core.ts";

/**
 * Waits for a trace's lock, makes the caller its owner, and runs `work` with the latest checkpoint.
 *
 * The lock alone would not do. A page that was frozen, and whose lock was stolen or given to another meanwhile, goes on
 * as if it still had it. Its saves are refused, since the record of the owner has another token by then.
 */
export async function takeOver<S, T>(
  core: StoreCore,
  {
    traceId,
    work,
    own,
    signal,
    steal = false,
  }: TakeOverOptions & { traceId: TraceId; work: TraceWork<S, T>; own: (owner: string) => Trace<S> },
): Promise<T> {
  core.requireOpen();
  const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  if (locks === undefined) {
    throw new CheckpointStoreError("unavailable", "there are no Web Locks here, by which a trace is taken over", {
      traceId,
    });
  }
  signal?.throwIfAborted();
  const losing = new AbortController();
  let isGranted = false;
  const run = async (): Promise<T> => {
    isGranted = true;
    const owner = await claim(core, traceId);
    try {
      const trace = own(owner);
      // Read now, not before: its last owner may have saved until the lock was granted.
      const latest: Checkpoint<S> | undefined = await trace.loadLatest();
      return await work({ trace, latest, signal: losing.signal });
    } finally {
      await release(core, { traceId, owner }).catch(() => undefined);
    }
  };
  try {
    // A request that steals takes no signal (Web Locks API, section 4.2).
    const how: LockOptions = steal ? { steal } : { ...(signal !== undefined && { signal }) };
    return (await locks.request(`waystone:${core.codecs.store}:${traceId}`, how, run)) as T;
  } catch (error) {
    // The lock was stolen: the request rejects at once, while `work` still runs.
    if (!isGranted || (error as Error | undefined)?.name !== "AbortError" || signal?.aborted === true) throw error;
    const reason = takenOver(traceId, error);
    losing.abort(reason);
    throw reason;
  }
}

/** Makes the caller the owner of a trace, and returns its token. From then on, saves of owners before are refused. */
async function claim(core: StoreCore, traceId: TraceId): Promise<string> {
  const owner = crypto.randomUUID();
  await core.backend.write(async (transaction) => putOwner(transaction, { traceId, owner }), OWNERS);
  return owner;
}

/** Gives a trace up, if it is still this owner's. */
async function release(core: StoreCore, record: OwnerRecord): Promise<void> {
  await core.backend.write((transaction) => removeOwner(transaction, record), OWNERS);
}
