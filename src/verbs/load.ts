import type { ReadTransaction } from "../core/backend.ts";
import { pickHead, type Checkpoint, type CheckpointId, type TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { findCheckpoint, newestCheckpoint } from "../log/checkpoints.ts";
import { metadataOf, placedHead } from "../log/heads.ts";
import { isIntactRecord, type CheckpointRecord } from "../log/records.ts";
import { readBlocks, segmentKeys, type SegmentKey } from "../log/stored-blocks.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { damaged, type DecodeOptions, type StoredState } from "../pieces/reading/decode.ts";
import type { EncodedBlock } from "../pieces/encode.ts";
import { readState } from "../pieces/reading/read-state.ts";
import { isAscending } from "../pieces/runs.ts";

/** A checkpoint's record, and the blocks that its state needs. */
export interface Stored {
  readonly record: CheckpointRecord;
  readonly blocks: readonly EncodedBlock[];
}

/** Finds a checkpoint by its id, with its blocks. */
export async function findStored(transaction: ReadTransaction, id: CheckpointId): Promise<Stored | undefined> {
  const record = await findCheckpoint(transaction, id);
  if (record === undefined) return undefined;
  return withBlocks(transaction, record, await segmentKeys(transaction, record.traceId));
}

/** Finds the newest checkpoint of a trace, with its blocks. */
export async function findLatest(transaction: ReadTransaction, traceId: TraceId): Promise<Stored | undefined> {
  const [record, segments] = await Promise.all([
    newestCheckpoint(transaction, traceId),
    segmentKeys(transaction, traceId),
  ]);
  return record === undefined ? undefined : withBlocks(transaction, record, segments);
}

async function withBlocks(
  transaction: ReadTransaction,
  record: CheckpointRecord,
  segments: readonly SegmentKey[],
): Promise<Stored> {
  const needs = isAscending(record.needs) ? record.needs : [];
  return { record, blocks: await readBlocks(transaction, record.traceId, { needs, segments }) };
}

/** Returns a stored checkpoint as its maker saved it. @throws `corrupted`, `codec-mismatch`. */
export function decodeCheckpoint<S>(stored: Stored, codecs: Codecs): Promise<Checkpoint<S>> {
  const { record } = stored;
  return naming(record, async () => {
    const { state: stateOf, options } = readable(stored, codecs);
    const [state, metadata] = await Promise.all([readState(stateOf, options), metadataOf(record, codecs)]);
    return { ...pickHead({ ...record, ...(metadata !== undefined && { metadata }) }), state: state as S };
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

/** Runs `work`, and has its errors name the checkpoint that they are about. An error that is no store's is damage. */
export async function naming<T>(record: CheckpointRecord, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw nameError(record, error);
  }
}

/** Makes an error that names the checkpoint, of whatever went wrong with it. What is no store's error is damage. */
export function nameError({ id, traceId }: CheckpointRecord, error: unknown): CheckpointStoreError {
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
