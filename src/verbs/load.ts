import type { ReadTransaction } from "../core/backend.ts";
import { pickHead, type Checkpoint, type CheckpointId, type TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { findCheckpoint, newestCheckpoint } from "../log/checkpoints.ts";
import { metadataOf, placedHead } from "../log/heads.ts";
import { decodeNotes, readNotes } from "../log/notes.ts";
import { isIntactRecord, type CheckpointRecord, type NoteRecord } from "../log/records.ts";
import { readBlocks, segmentKeys, type SegmentKey } from "../log/stored-blocks.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { damaged, type DecodeOptions, type StoredState } from "../pieces/decode.ts";
import type { EncodedBlock } from "../pieces/encode.ts";
import { readState } from "../pieces/read-state.ts";
import { isAscending } from "../pieces/runs.ts";

/** A checkpoint's record, the blocks that its state needs, and its notes if they were asked for. */
export interface Stored {
  readonly record: CheckpointRecord;
  readonly blocks: readonly EncodedBlock[];
  /** In the order of writing. */
  readonly notes?: readonly NoteRecord[];
}

/** What to find beside a checkpoint's state. */
export interface FindOptions {
  /** Whether to read its notes. Default is false. */
  readonly notes?: boolean | undefined;
}

/** Finds a checkpoint by its id, with its blocks. */
export async function findStored(
  transaction: ReadTransaction,
  id: CheckpointId,
  options: FindOptions = {},
): Promise<Stored | undefined> {
  const record = await findCheckpoint(transaction, id);
  if (record === undefined) return undefined;
  return withBlocks(transaction, record, { ...options, segments: await segmentKeys(transaction, record.traceId) });
}

/** Finds the newest checkpoint of a trace, with its blocks. */
export async function findLatest(
  transaction: ReadTransaction,
  traceId: TraceId,
  options: FindOptions = {},
): Promise<Stored | undefined> {
  const [record, segments] = await Promise.all([
    newestCheckpoint(transaction, traceId),
    segmentKeys(transaction, traceId),
  ]);
  return record === undefined ? undefined : withBlocks(transaction, record, { ...options, segments });
}

async function withBlocks(
  transaction: ReadTransaction,
  record: CheckpointRecord,
  { segments, notes: isNoted }: FindOptions & { readonly segments: readonly SegmentKey[] },
): Promise<Stored> {
  const needs = isAscending(record.needs) ? record.needs : [];
  const { traceId, seq } = record;
  const [blocks, notes] = await Promise.all([
    readBlocks(transaction, traceId, { needs, segments }),
    isNoted === true ? readNotes(transaction, traceId, seq) : undefined,
  ]);
  return { record, blocks, ...(notes !== undefined && { notes }) };
}

/** Returns a stored checkpoint as its maker saved it. @throws `corrupted`, `codec-mismatch`. */
export function decodeCheckpoint<S>(stored: Stored, codecs: Codecs): Promise<Checkpoint<S>> {
  const { record, notes: noteRecords } = stored;
  return naming(record, async () => {
    const { state: stateOf, options } = readable(stored, codecs);
    const [state, metadata, notes] = await Promise.all([
      readState(stateOf, options),
      metadataOf(record, codecs),
      noteRecords && decodeNotes(record, noteRecords, codecs),
    ]);
    return {
      ...pickHead({ ...record, ...(metadata !== undefined && { metadata }) }),
      state: state as S,
      ...(notes !== undefined && { notes }),
    };
  });
}

/** Returns what it takes to decode the state of a stored checkpoint. @throws `corrupted`, `codec-mismatch`. */
export function readable(
  { record, blocks }: Stored,
  codecs: Codecs,
): { readonly state: StoredState; readonly options: DecodeOptions } {
  if (!isIntactRecord(record)) throw damaged("its record is not what was written");
  const { root, needs, contents, sealed } = record;
  const head = placedHead(record);
  const options = { codec: codecs.of(record), store: codecs.store, part: "state", head, sealed: sealed?.root } as const;
  return { state: { root, blocks, needs, contents }, options };
}

/** What of a checkpoint its errors name. */
type Named = Pick<CheckpointRecord, "id" | "traceId">;

/** Runs `work`, and has its errors name the checkpoint that they are about. An error that is no store's is damage. */
export async function naming<T>(record: Named, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw nameError(record, error);
  }
}

/** Makes an error that names the checkpoint, of whatever went wrong with it. What is no store's error is damage. */
export function nameError({ id, traceId }: Named, error: unknown): CheckpointStoreError {
  const reason = error instanceof Error ? error.message : String(error);
  if (!isCheckpointStoreError(error) || error.code === "corrupted") {
    const details = { traceId, checkpointId: id, cause: error };
    return new CheckpointStoreError("corrupted", `checkpoint ${id} is damaged: ${reason}`, details);
  }
  if (error.checkpointId !== undefined) return error;
  const { actual } = error;
  const details = { traceId, checkpointId: id, cause: error, ...(actual !== undefined && { actual }) };
  return new CheckpointStoreError(error.code, `checkpoint ${id} can't be read: ${reason}`, details);
}
