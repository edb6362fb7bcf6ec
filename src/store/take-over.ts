import type { Checkpoint, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { ownName } from "../core/names.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import type { TakeOverOptions, Trace, TraceWork } from "../core/trace.ts";
import { OWNERS } from "../log/scopes.ts";
import { putOwner, removeOwner, takenOver } from "../log/owners.ts";
import type { StoreCore } from "./store-core.ts";

const TAKE_OVER: OptionNames<TakeOverOptions> = {
  graphHash: true,
  upgrade: true,
  notes: true,
  skipDamaged: true,
  signal: true,
  steal: true,
  waitsForOwn: true,
};

/** The work that is under way in this page or worker, by the name of its lock. */
const underWay = new Map<string, object>();

/**
 * Waits for a trace's lock, makes the caller its owner, and runs `work` with the latest checkpoint.
 *
 * The lock alone would not do. A page that was frozen, and whose lock was stolen or given to another meanwhile, goes on
 * as if it still had it. Its saves are refused, since the record of the owner has another token by then.
 */
export async function takeOver<S, T>(
  core: StoreCore,
  { traceId, work, own }: { traceId: TraceId; work: TraceWork<S, T>; own: (owner: string) => Trace<S> },
  options: TakeOverOptions<S>,
): Promise<T> {
  requireOptions(options, TAKE_OVER, "takeOver");
  const { signal, steal = false, waitsForOwn = false, ...loading } = options;
  if (typeof work !== "function") throw new TypeError(`work must be a function, got ${typeof work}`);
  core.requireOpen();
  const locks = core.locks ?? (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  if (locks === undefined) {
    const message = "there are no Web Locks here, by which a trace is taken over, and the store was given no others";
    throw new CheckpointStoreError("unavailable", message, { traceId });
  }
  signal?.throwIfAborted();
  const lock = ownName("trace", core.codecs.store, traceId);
  if (underWay.has(lock) && !steal && !waitsForOwn) {
    const message = `work that owns trace ${traceId} is under way here: within it, this call would wait for itself`;
    throw new CheckpointStoreError("conflict", message, { traceId });
  }
  const losing = new AbortController();
  const mark = {};
  const end = (): void => {
    if (underWay.get(lock) === mark) underWay.delete(lock);
  };
  let isGranted = false;
  let done: { readonly result: T } | { readonly error: unknown } | undefined;
  const runOwned = async (): Promise<T> => {
    const owner = await claim(core, traceId);
    try {
      const trace = own(owner);
      // Read now, not before: its last owner may have saved until the lock was granted.
      const latest: Checkpoint<S> | undefined = await trace.loadLatest(loading);
      losing.signal.throwIfAborted();
      underWay.set(lock, mark);
      return await work({ trace, latest, signal: losing.signal });
    } finally {
      end();
      await release(core, { traceId, owner }).catch(() => undefined);
    }
  };
  // What the work comes to is told apart from what becomes of the lock: both may be an AbortError.
  const run = async (): Promise<void> => {
    isGranted = true;
    done = await runOwned().then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
  };
  try {
    // A request that steals takes no signal (Web Locks API, section 4.2).
    await locks.request(lock, steal ? { steal } : { ...(signal !== undefined && { signal }) }, run);
  } catch (error) {
    if (!isGranted) throw error;
    // The lock was stolen: the request rejects at once, while `work` still runs.
    if (done === undefined) {
      end();
      const reason = takenOver(traceId, error);
      losing.abort(reason);
      throw reason;
    }
  }
  if (done === undefined || "error" in done) throw done?.error;
  return done.result;
}

/** Makes the caller the owner of a trace, and returns its token. From then on, saves of owners before are refused. */
async function claim(core: StoreCore, traceId: TraceId): Promise<string> {
  const owner = crypto.randomUUID();
  await core.backend.write((transaction) => putOwner(transaction, { traceId, owner }), OWNERS);
  return owner;
}

/** Gives a trace up, if it is still this owner's. */
async function release(core: StoreCore, owned: { readonly traceId: TraceId; readonly owner: string }): Promise<void> {
  await core.backend.write((transaction) => removeOwner(transaction, owned), OWNERS);
}
