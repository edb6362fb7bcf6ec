import type { Backend } from "../core/backend.ts";
import { pickHead, type CheckpointId, type TraceId } from "../core/checkpoint.ts";
import type { PlacedHead } from "../core/codec.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import type { SaveClock } from "../log/clock.ts";
import { metadataOf, placedHead, sealHead, type PreparedHead } from "../log/heads.ts";
import { copyNotes, putNotes } from "../log/notes.ts";
import {
  isIntactRecord,
  plainHead,
  recordBytesOf,
  seal,
  type CheckpointRecord,
  type RecordHead,
} from "../log/records.ts";
import { putBlocks, putSegment, totalBytes } from "../log/stored-blocks.ts";
import { putTrace, readTrace, withCheckpoint, withNotes } from "../log/trace-record.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { damaged, rebindRoot, requireNeeded } from "../pieces/reading/decode.ts";
import { findSame, snapshotOf } from "./find-same.ts";
import { planFold } from "./fold.ts";
import { findStored, naming, readable, type Stored } from "./load.ts";

/** The outcome of a fork. */
export interface Forked {
  /** The head of the copy. */
  readonly head: RecordHead;
  /** The trace's version after the fork; `undefined` if the same copy was there already. */
  readonly version: number | undefined;
}

/** What a fork is made with. */
export interface ForkParts {
  readonly id: CheckpointId;
  readonly traceId: TraceId;
  /** The id of the copy. With it, a fork that has succeeded can be repeated. Default is a random one. */
  readonly copyId?: CheckpointId | undefined;
  /** The trace that the checkpoint has to be in. Default is any. */
  readonly within?: TraceId | undefined;
  readonly codecs: Codecs;
  readonly clock: SaveClock;
}

/**
 * Starts a trace with a copy of a checkpoint of another. The blocks that it needs are copied, too, under the same
 * numbers and without being decoded. So each trace owns all it needs, and removing one takes nothing from the other. If
 * the codec binds the root to its place, the root is encoded anew.
 *
 * @throws `not-found`, `conflict`; `corrupted`; `codec-mismatch` if something has to be encoded anew and can't be.
 */
export async function forkTrace(
  backend: Backend,
  { id, traceId, copyId, within, codecs, clock }: ForkParts,
): Promise<Forked> {
  // A checkpoint never changes: that it may be gone by the time its copy is stored makes no difference to the copy.
  const stored = await backend.read((transaction) => findStored(transaction, id, { notes: true }));
  if (stored === undefined || (within !== undefined && stored.record.traceId !== within)) {
    throw new CheckpointStoreError("not-found", `there is no checkpoint ${id} to fork from`, { checkpointId: id });
  }
  const copied = await copyOf(stored, { id: copyId ?? crypto.randomUUID(), traceId, codecs });
  const notes = await naming(stored.record, () =>
    copyNotes(stored.notes!, { from: stored.record, to: copied, codecs }),
  );
  const { blocks } = stored;
  const making = backend.write(async (transaction) => {
    const [taken] = await Promise.all([readTrace(transaction, traceId), clock.catchUp(transaction)]);
    if (taken !== undefined) {
      throw new CheckpointStoreError("conflict", `trace ${traceId} exists already`, { traceId, checkpointId: id });
    }
    const copy: CheckpointRecord = { ...copied, savedAt: clock.next() };
    transaction.put("checkpoints", seal(copy));
    const { segments, rows } = planFold(blocks);
    for (const folded of segments) putSegment(transaction, traceId, folded);
    putBlocks(transaction, traceId, rows);
    const saved = withCheckpoint(undefined, copy);
    const trace = withNotes(saved, putNotes(transaction, notes, copy, saved));
    putTrace(transaction, trace);
    return { head: plainHead(copy), version: trace.version };
  });
  return making.catch((error: unknown) => {
    if (copyId === undefined || !isCheckpointStoreError(error, "conflict")) throw error;
    return findCopy(backend, { stored, copied, codecs, error });
  });
}

/** Finds a copy that could not be made because it is there already, as the first of its trace. @throws `conflict`. */
async function findCopy(
  backend: Backend,
  {
    stored,
    copied,
    codecs,
    error,
  }: { readonly stored: Stored; readonly copied: CheckpointRecord; readonly codecs: Codecs; readonly error: unknown },
): Promise<Forked> {
  try {
    const metadata = await metadataOf(copied, codecs);
    const head = { ...pickHead(copied), ...(metadata !== undefined && { metadata }) };
    const snapshot = await snapshotOf(stored, codecs);
    const { traceId } = copied;
    const same = await findSame(backend, { head, snapshot, traceId, left: new Set(), codecs, error });
    if (same.head.seq === copied.seq) return { head: same.head, version: undefined };
  } catch (reason) {
    // Without the codec or the key, nobody can tell.
    if (!isCheckpointStoreError(reason, "codec-mismatch")) throw reason;
  }
  throw error;
}

/** Makes the record of the copy: under another id, and first in its trace. @throws `corrupted`, `codec-mismatch`. */
function copyOf(
  stored: Stored,
  { id, traceId, codecs }: { readonly id: CheckpointId; readonly traceId: TraceId; readonly codecs: Codecs },
): Promise<CheckpointRecord> {
  const { record, blocks } = stored;
  return naming(record, async () => {
    requireNeeded(blocks, record);
    const place = { id, parentId: record.id, traceId, seq: 1, timestamp: record.createdAt };
    const copy = await placedAt(stored, { place, codecs });
    const recordBytes = recordBytesOf({ head: plainHead(copy), root: copy.root, needs: copy.needs });
    return { ...copy, recordBytes, bytes: recordBytes + totalBytes(blocks) };
  });
}

/**
 * Returns the record of a checkpoint for another place, to which the same blocks belong. Its bytes are still those of
 * the first place.
 *
 * @throws `corrupted`, `codec-mismatch`.
 */
export async function placedAt(
  stored: Stored,
  { place, codecs }: { readonly place: Partial<PlacedHead>; readonly codecs: Codecs },
): Promise<CheckpointRecord> {
  const { record } = stored;
  if (!isIntactRecord(record)) throw damaged("its record is not what was written");
  const { sum: _, isDamaged: __, metadata, sealed, root, ...rest } = record as CheckpointRecord & { sum: number };
  const asIs = { ...(metadata !== undefined && { metadata }), ...(sealed !== undefined && { sealed }), root };
  const bound = isBound(record, codecs) ? await rebind(stored, { place, codecs }) : asIs;
  return { ...rest, ...place, ...bound };
}

/**
 * Returns whether a root is bound to its place. If the codec is not known here, only a codec that binds has sealed the
 * head.
 */
function isBound({ codec, sealed }: CheckpointRecord, codecs: Codecs): boolean {
  const known = codecs.find(codec);
  return known === undefined ? sealed !== undefined : known.bindsPlace === true;
}

/** Encodes for another place what of a checkpoint is bound to its own. */
async function rebind(
  stored: Stored,
  { place, codecs }: { readonly place: Partial<PlacedHead>; readonly codecs: Codecs },
): Promise<PreparedHead & Pick<CheckpointRecord, "root">> {
  const { record } = stored;
  const { state, options } = readable(stored, codecs);
  const metadata = await metadataOf(record, codecs);
  const head = { ...placedHead({ ...record, ...place }), ...(metadata !== undefined && { metadata }) };
  const recorded = await sealHead(head, options);
  const to = { part: "state", head: placedHead(recorded), sealed: recorded.sealed?.root } as const;
  return { ...recorded, root: await rebindRoot(state, { from: options, to }) };
}
