import type { Checkpoint, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { TakeOverOptions, Trace, TraceWork } from "../core/store.ts";
import type { Engine } from "./engine.ts";
import { takenOver } from "./ownership.ts";
import { keyOf, type OwnerRecord } from "./records.ts";

/**
 * Waits for a trace's lock, makes the caller its owner, and has it work from the latest checkpoint.
 *
 * The lock alone would not do: a page that was frozen while another stole its lock, or whose lock the browser took for
 * dead, goes on as if it had it. Its saves are refused by the owner's token.
 */
export async function takeOver<S, T>(
  engine: Engine,
  {
    traceId,
    work,
    own,
    signal,
    steal = false,
  }: TakeOverOptions & { traceId: TraceId; work: TraceWork<S, T>; own: (owner: string) => Trace<S> },
): Promise<T> {
  engine.requireOpen();
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
    const owner = await claim(engine, traceId);
    try {
      const trace = own(owner);
      // Read now, not before: its last owner may have saved until the lock was granted.
      const latest: Checkpoint<S> | undefined = await trace.loadLatest();
      return await work({ trace, latest, signal: losing.signal });
    } finally {
      await release(engine, { traceId, owner }).catch(() => undefined);
    }
  };
  try {
    // A request that steals takes no signal (Web Locks API, section 4.2).
    const how: LockOptions = steal ? { steal } : { ...(signal !== undefined && { signal }) };
    return (await locks.request(`waystone:${engine.codecs.store}:${traceId}`, how, run)) as T;
  } catch (error) {
    // Stolen: the request fails at once, and the work may not know yet.
    if (!isGranted || (error as Error | undefined)?.name !== "AbortError" || signal?.aborted === true) throw error;
    const reason = takenOver(traceId, error);
    losing.abort(reason);
    throw reason;
  }
}

/** Makes the caller the owner of a trace: from here on, saves of owners before are refused. Answers the owner's token. */
async function claim(engine: Engine, traceId: TraceId): Promise<string> {
  const owner = crypto.randomUUID();
  await engine.backend.write(async (transaction) =>
    transaction.put("owners", { traceId, owner } satisfies OwnerRecord),
  );
  return owner;
}

/** Gives a trace up, if it is still this owner's. */
async function release(engine: Engine, { traceId, owner }: OwnerRecord): Promise<void> {
  await engine.backend.write(async (transaction) => {
    const current = await transaction.get<OwnerRecord>("owners", [traceId]);
    if (current?.owner === owner) transaction.delete("owners", keyOf(traceId));
  });
}
