import { pickHead, type Checkpoint, type TraceId } from "../core/checkpoint.ts";
import { metadataOf } from "../log/heads.ts";
import { BASES, TRACES } from "../log/scopes.ts";
import type { TraceRecord } from "../log/records.ts";
import { readFence } from "../log/trace-record.ts";
import { rebuild } from "../state/rebuild.ts";
import type { Snapshot } from "../state/snapshot.ts";
import { readBase } from "../verbs/base.ts";
import type { Stored } from "../verbs/load.ts";
import type { StoreCore } from "./store-core.ts";

/** The newest checkpoint of a trace: ready, from memory, or as it was read. */
export type Latest<S> = { readonly checkpoint: Checkpoint<S> } | { readonly stored: Stored | undefined };

/**
 * Finds the newest checkpoint of a trace. If this store has its state in memory, from a save or a load, one small read
 * tells whether it still is the newest.
 */
export async function findLatestFor<S>(core: StoreCore, traceId: TraceId): Promise<Latest<S>> {
  const queue = core.knownQueue(traceId);
  if (queue?.isIdle === true && queue.isPrimed) {
    const fence = await core.read((transaction) => readFence(transaction, traceId), TRACES);
    await queue.readPrimer();
    const { base } = queue;
    if (base?.trace !== undefined && base.snapshot !== undefined && base.fence === fence && queue.isIdle) {
      return { checkpoint: await checkpointOf<S>(core, base.trace, base.snapshot) };
    }
  }
  const stored = await core.read((transaction) => readBase(transaction, traceId), BASES);
  core.queue(traceId).prime(stored);
  return { stored: stored.latest };
}

async function checkpointOf<S>(core: StoreCore, { latest }: TraceRecord, { root }: Snapshot): Promise<Checkpoint<S>> {
  // Before anything is awaited: a save may come in between, and the snapshot is the one of now.
  const state = rebuild(root, core.codecs.current) as S;
  const metadata = await metadataOf(latest, core.codecs);
  return { ...pickHead({ ...latest, ...(metadata !== undefined && { metadata: structuredClone(metadata) }) }), state };
}
