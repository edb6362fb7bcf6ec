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

/** A checkpoint that was loaded, and the graph that it was upgraded to, if it was. */
export interface Loaded<S> {
  readonly checkpoint: Checkpoint<S>;
  readonly upgradedTo: string | undefined;
}

/**
 * Loads the checkpoint of an id, of whichever trace or of one alone.
 *
 * @throws `graph-mismatch`, `corrupted`, `codec-mismatch`; what `upgrade` throws.
 */
export async function loadCheckpoint<S>(
  core: StoreCore,
  id: CheckpointId,
  options: LoadOptions<S>,
  within?: TraceId,
): Promise<Loaded<S> | undefined> {
  requireId(id, "id");
  requireOptions(options, LOAD, "load");
  requireLoading(options);
  return upgraded(await readCheckpoint<S>(core, id, options, within), options);
}

/** Loads the newest checkpoint of a trace, or the newest that is not damaged. @throws as {@link loadCheckpoint}. */
export async function loadLatest<S>(
  core: StoreCore,
  traceId: TraceId,
  options: LoadLatestOptions<S>,
): Promise<Loaded<S> | undefined> {
  requireId(traceId, "traceId");
  requireOptions(options, LOAD_LATEST, "loadLatest");
  requireLoading(options);
  core.requireOpen();
  return upgraded(await readLatest(core, traceId, options), options);
}

/** @throws TypeError for options of a load that are not what they must be. */
function requireLoading<S>({ notes, upgrade, graphHash }: LoadOptions<S>): void {
  requireFlag(notes, "notes");
  if (upgrade === undefined) return;
  if (typeof upgrade !== "function") throw new TypeError(`upgrade must be a function, got ${typeof upgrade}`);
  if (graphHash === undefined) throw new TypeError("upgrade needs graphHash: the graph to upgrade to");
}

/** Brings a checkpoint to the graph that is about to resume. @throws `graph-mismatch`, and what `upgrade` throws. */
async function upgraded<S>(found: Found<S> | undefined, options: LoadOptions<S>): Promise<Loaded<S> | undefined> {
  if (found === undefined) return undefined;
  const { checkpoint } = found;
  const { graphHash } = options;
  if (graphHash === undefined || checkpoint.graphHash === graphHash) return { checkpoint, upgradedTo: undefined };
  const state = await options.upgrade?.(checkpoint);
  if (state === undefined) throw mismatch({ ...checkpoint, traceId: found.traceId }, graphHash);
  return { checkpoint: { ...checkpoint, graphHash, state }, upgradedTo: graphHash };
}

/** A checkpoint as it was saved, and its trace. */
interface Found<S> {
  readonly checkpoint: Checkpoint<S>;
  readonly traceId: TraceId;
}

async function readCheckpoint<S>(
  core: StoreCore,
  id: CheckpointId,
  options: LoadOptions<S>,
  within?: TraceId,
): Promise<Found<S> | undefined> {
  const stored = await core.read(
    (transaction) => findStored(transaction, id, options),
    options.notes === true ? NOTED : STATES,
  );
  if (within !== undefined && stored?.record.traceId !== within) return undefined;
  return decode(core, stored, options);
}

async function readLatest<S>(
  core: StoreCore,
  traceId: TraceId,
  options: LoadLatestOptions<S>,
): Promise<Found<S> | undefined> {
  const latest = await findLatestFor<S>(core, traceId, options);
  if ("checkpoint" in latest) return { ...latest, traceId };
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

async function newestSound<S>(core: StoreCore, traceId: TraceId, options: LoadLatestOptions<S>) {
  const range = rangeOf(traceId);
  const keys = await core.read((transaction) => transaction.keys("checkpoints", { range, reverse: true }), HEADS);
  for (const id of idsOf(keys)) {
    try {
      return await readCheckpoint<S>(core, id, options, traceId);
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  return undefined;
}

async function decode<S>(
  core: StoreCore,
  stored: Stored | undefined,
  { graphHash, upgrade }: LoadOptions<S>,
): Promise<Found<S> | undefined> {
  if (stored === undefined) return undefined;
  const { record } = stored;
  // What can't be resumed need not be decoded.
  const isOther = graphHash !== undefined && record.graphHash !== graphHash;
  if (isOther && upgrade === undefined && isIntactRecord(record)) throw mismatch(record, graphHash);
  return { checkpoint: await decodeCheckpoint<S>(stored, core.codecs), traceId: record.traceId };
}

function mismatch(
  { id, traceId, graphHash: actual }: Pick<StoredHead, "id" | "traceId" | "graphHash">,
  expected: string,
): CheckpointStoreError {
  const message = `checkpoint ${id} was made by graph ${actual ?? "(unnamed)"}, not by ${expected}`;
  const details = { traceId, checkpointId: id, expected, ...(actual !== undefined && { actual }) };
  return new CheckpointStoreError("graph-mismatch", message, details);
}

function isDamage(error: unknown): boolean {
  return isCheckpointStoreError(error, "corrupted");
}
