import type { ReadTransaction } from "../core/backend.ts";
import { pickHead, type Checkpoint, type TraceId } from "../core/checkpoint.ts";
import type { PlacedHead } from "../core/codec.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import type { Tree } from "./capture.ts";
import type { Codecs } from "./codecs.ts";
import { metadataOf, placedHead } from "./heads.ts";
import { findPages, readPieces, readTail } from "./pages.ts";
import { bytesOf } from "./piece.ts";
import type { NumberedPiece } from "./plan.ts";
import { damaged, readTree, readValue, type Pieces, type Reading } from "./reader.ts";
import {
  currentLineage,
  isIntactRecord,
  lineageOf,
  rangeOf,
  readTrace,
  type CheckpointRecord,
  type StoredSize,
  type TraceRecord,
} from "./records.ts";
import type { Chunk } from "./tree.ts";

/** A checkpoint's record, and the pieces that its state needs. */
export interface Stored {
  readonly record: CheckpointRecord;
  readonly pieces: Pieces;
}

/** The checkpoint of an id. */
export async function findStored(transaction: ReadTransaction, id: string): Promise<Stored | undefined> {
  const record = await transaction.get<CheckpointRecord>("checkpoints", [id], "by_id");
  if (record === undefined) return undefined;
  const { traceId, root } = record;
  const pages = await findPages(transaction, traceId);
  return { record, pieces: await readPieces(transaction, { traceId, root, pages }) };
}

/** The newest checkpoint of a trace. */
export async function findLatest(transaction: ReadTransaction, traceId: TraceId): Promise<Stored | undefined> {
  const [[record], pages] = await Promise.all([
    transaction.getAll<CheckpointRecord>("checkpoints", {
      index: "by_trace_timestamp",
      range: rangeOf(traceId),
      reverse: true,
      limit: 1,
    }),
    findPages(transaction, traceId),
  ]);
  if (record === undefined) return undefined;
  return { record, pieces: await readPieces(transaction, { traceId, root: record.root, pages }) };
}

/** The checkpoint as its maker saved it. @throws `corrupted`, `codec-mismatch`. */
export async function decodeCheckpoint<S>({ record, pieces }: Stored, codecs: Codecs): Promise<Checkpoint<S>> {
  return await naming(record, async () => {
    if (!isIntactRecord(record)) throw damaged("its record is not what was written");
    const codec = codecs.of(record);
    const [state, metadata] = await Promise.all([
      readValue(record.root, { pieces, codec, placeOf: placesIn(record, codecs.store) }),
      metadataOf(record, codecs),
    ]);
    return { ...pickHead({ ...record, ...(metadata !== undefined && { metadata }) }), state: state as S };
  });
}

/** The state of a checkpoint as the next save can build on it. @throws `corrupted`, `codec-mismatch`. */
export async function decodeTree(
  { record, pieces }: Stored,
  codecs: Codecs,
): Promise<{ tree: Tree; rootChunk: Chunk }> {
  return await naming(record, async () => {
    if (!isIntactRecord(record)) throw damaged("its record is not what was written");
    const codec = codecs.of(record);
    const { root, rootChunk, hasShared } = await readTree(record.root, {
      pieces,
      codec,
      placeOf: placesIn(record, codecs.store),
    });
    return { tree: { root, hints: new WeakMap(), hasShared }, rootChunk };
  });
}

/** Where a checkpoint's root stands, and its pieces. */
export function placesIn(
  record: PlacedHead & Pick<CheckpointRecord, "lineages" | "origin">,
  store: string,
): Reading["placeOf"] {
  const { lineages, origin } = record;
  return (position) =>
    position === "root"
      ? {
          store,
          lineage: origin?.lineage ?? currentLineage(lineages),
          position: { part: "state", head: placedHead(record, origin) },
        }
      : { store, lineage: lineageOf(lineages, position), position };
}

/** What a save starts from when nothing is known of its trace. */
export interface Standing {
  readonly trace: TraceRecord | undefined;
  readonly tree: Tree | undefined;
  readonly rootChunk: Chunk | undefined;
  /** Pieces of the latest checkpoint that can't be shared: made by another codec, or damaged. */
  readonly foreign: readonly StoredSize[];
  readonly tail: readonly NumberedPiece[];
}

/** The same as it is stored. */
export interface StoredStanding {
  readonly trace: TraceRecord | undefined;
  readonly latest: Stored | undefined;
  readonly tail: readonly NumberedPiece[];
}

/** Reads where a trace stands. */
export async function readStanding(transaction: ReadTransaction, traceId: TraceId): Promise<StoredStanding> {
  const trace = await readTrace(transaction, traceId);
  if (trace === undefined) return { trace, latest: undefined, tail: [] };
  const [latest, tail] = await Promise.all([
    findLatest(transaction, traceId),
    readTail(transaction, traceId, trace.layout),
  ]);
  return { trace, latest, tail };
}

/** Makes a stored standing one that a save can build on; awaits nothing as long as the current codec is synchronous. */
export async function decodeStanding({ trace, latest, tail }: StoredStanding, codecs: Codecs): Promise<Standing> {
  const foreign = [...(latest?.pieces ?? [])].map(([number, piece]): StoredSize => [number, bytesOf(piece)]);
  const unshared = { trace, tree: undefined, rootChunk: undefined, foreign, tail };
  if (latest === undefined || latest.record.codec !== codecs.current.name) return unshared;
  try {
    return { ...unshared, ...(await decodeTree(latest, codecs)), foreign: [] };
  } catch (error) {
    // One that is damaged, or encrypted with a key that is gone, must not keep the run from going on: the next one shares nothing with it.
    if (isCheckpointStoreError(error, "corrupted") || isCheckpointStoreError(error, "codec-mismatch")) return unshared;
    throw error;
  }
}

async function naming<T>({ id, traceId }: CheckpointRecord, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (isCheckpointStoreError(error) && error.code !== "corrupted") {
      if (error.checkpointId !== undefined) throw error;
      const { actual } = error;
      const details = { traceId, checkpointId: id, cause: error, ...(actual !== undefined && { actual }) };
      throw new CheckpointStoreError(error.code, `checkpoint ${id} can't be read: ${reason}`, details);
    }
    throw new CheckpointStoreError("corrupted", `checkpoint ${id} is damaged: ${reason}`, {
      traceId,
      checkpointId: id,
      cause: error,
    });
  }
}
