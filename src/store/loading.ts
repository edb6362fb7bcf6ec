import { pickHead, type Checkpoint, type CheckpointId, type StoredHead, type TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import type { LoadLatestOptions, LoadOptions } from "../core/trace.ts";
import { metadataOf } from "../log/heads.ts";
import { decodeNotes, readNotes } from "../log/notes.ts";
import { idsOf, isIntactRecord, rangeOf, type NoteRecord, type TraceRecord } from "../log/records.ts";
import { BASES, HEADS, NOTED, NOTES, STATES, TRACES } from "../log/scopes.ts";
import { readFence } from "../log/trace-record.ts";
import { rebuild } from "../state/rebuild.ts";
import type { Snapshot } from "../state/snapshot.ts";
import { readBase } from "../verbs/base.ts";
import { decodeCheckpoint, findStored, naming, type Stored } from "../verbs/load.ts";
import type { StoreCore } from "./store-core.ts";
import { requireFlag, requireId } from "./validate.ts";

const LOAD: OptionNames<LoadOptions> = { graphHash: true, upgrade: true, notes: true };
const LOAD_LATEST: OptionNames<LoadLatestOptions> = { ...LOAD, skipDamaged: true };

/** Loads the checkpoint of an id, of whichever trace or of one alone. @throws `graph-mismatch`, `corrupted`, `codec-mismatch`. */
export async function loadCheckpoint<S>(
  core: StoreCore,
  id: CheckpointId,
  options: LoadOptions<S>,
  within?: TraceId,
): Promise<Checkpoint<S> | undefined> {
  requireId(id, "id");
  requireOptions(options, LOAD, "load");
  requireFlag(options.notes, "notes");
  const stored = await core.read(
    (transaction) => findStored(transaction, id, options),
    options.notes === true ? NOTED : STATES,
  );
  if (within !== undefined && stored?.record.traceId !== within) return undefined;
  return decode(core, stored, options);
}

/** Loads the newest checkpoint of a trace, or the newest that is not damaged. @throws as {@link loadCheckpoint}. */
export async function loadLatest<S>(
  core: StoreCore,
  traceId: TraceId,
  options: LoadLatestOptions<S>,
): Promise<Checkpoint<S> | undefined> {
  requireId(traceId, "traceId");
  requireOptions(options, LOAD_LATEST, "loadLatest");
  requireFlag(options.notes, "notes");
  core.requireOpen();
  const latest = await findLatestFor<S>(core, traceId, options);
  if ("checkpoint" in latest) {
    requireGraph({ ...latest.checkpoint, traceId }, options);
    return latest.checkpoint;
  }
  try {
    return await decode(core, latest.stored, options);
  } catch (error) {
    const isSkipped = options.skipDamaged === true && isDamage(error);
    const older = isSkipped ? await newestSound<S>(core, traceId, options) : undefined;
    if (older === undefined) throw error;
    return older;
  }
}

/** The newest checkpoint of a trace: ready, from memory, or as it was read. */
type Latest<S> = { readonly checkpoint: Checkpoint<S> } | { readonly stored: Stored | undefined };

/**
 * Finds the newest checkpoint of a trace. If this store has its state in memory, from a save or a load, one small read
 * tells whether it still is the newest.
 */
async function findLatestFor<S>(core: StoreCore, traceId: TraceId, options: LoadLatestOptions<S>): Promise<Latest<S>> {
  const queue = core.knownQueue(traceId);
  if (queue?.isIdle === true && queue.isPrimed) {
    await queue.readPrimer();
    const { base } = queue;
    if (base?.trace !== undefined && base.snapshot !== undefined) {
      const { trace, snapshot } = base;
      const isNoted = options.notes === true && trace.noteBytes !== undefined;
      const [fence, notes] = await core.read(
        (transaction) =>
          Promise.all([
            readFence(transaction, traceId),
            isNoted ? readNotes(transaction, traceId, trace.latest.seq) : [],
          ]),
        isNoted ? NOTES : TRACES,
      );
      if (base.trace === trace && base.fence === fence && queue.base === base && queue.isIdle) {
        return { checkpoint: await checkpointOf<S>(core, { trace, snapshot, notes }, options) };
      }
    }
  }
  const stored = await core.read((transaction) => readBase(transaction, traceId, options), BASES);
  core.queue(traceId).prime(stored);
  return { stored: stored.latest };
}

async function checkpointOf<S>(
  core: StoreCore,
  { trace, snapshot, notes }: { trace: TraceRecord; snapshot: Snapshot; notes: readonly NoteRecord[] },
  options: LoadOptions<S>,
): Promise<Checkpoint<S>> {
  const { latest } = trace;
  // Before anything is awaited: a save may come in between, and the snapshot is the one of now.
  const state = rebuild(snapshot.root, core.codecs.current) as S;
  const metadata = await metadataOf(latest, core.codecs);
  return {
    ...pickHead({ ...latest, ...(metadata !== undefined && { metadata: structuredClone(metadata) }) }),
    state,
    ...(options.notes === true && { notes: await naming(latest, () => decodeNotes(latest, notes, core.codecs)) }),
  };
}

async function newestSound<S>(core: StoreCore, traceId: TraceId, { skipDamaged: _, ...options }: LoadLatestOptions<S>) {
  const range = rangeOf(traceId);
  const keys = await core.read((transaction) => transaction.keys("checkpoints", { range, reverse: true }), HEADS);
  for (const id of idsOf(keys)) {
    try {
      return await loadCheckpoint<S>(core, id, options, traceId);
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  return undefined;
}

async function decode<S>(core: StoreCore, stored: Stored | undefined, options: LoadOptions<S>) {
  if (stored === undefined) return undefined;
  if (isIntactRecord(stored.record)) requireGraph(stored.record, options);
  return decodeCheckpoint<S>(stored, core.codecs);
}

/** @throws `graph-mismatch` if a checkpoint was made by another graph than the one that is about to resume. */
function requireGraph(
  { id, traceId, graphHash: actual }: Pick<StoredHead, "id" | "traceId" | "graphHash">,
  { graphHash: expected }: LoadOptions,
): void {
  if (expected === undefined || actual === expected) return;
  const message = `checkpoint ${id} was made by graph ${actual ?? "(unnamed)"}, not by ${expected}`;
  const details = { traceId, checkpointId: id, expected, ...(actual !== undefined && { actual }) };
  throw new CheckpointStoreError("graph-mismatch", message, details);
}

function isDamage(error: unknown): boolean {
  return isCheckpointStoreError(error, "corrupted");
}
