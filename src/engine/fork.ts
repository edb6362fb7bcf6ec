import type { WriteTransaction } from "../core/backend.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { appendPieces } from "./pages.ts";
import { bytesOf } from "./piece.ts";
import { isPinned, putCheckpoint } from "./put-checkpoint.ts";
import { findStored } from "./reading.ts";
import {
  currentLineage,
  EMPTY_LAYOUT,
  headOf,
  isIntactRecord,
  seal,
  type CheckpointRecord,
  type Lineages,
  type Origin,
  type RecordHead,
  type TraceRecord,
} from "./records.ts";
import { newToken } from "./removal.ts";
import type { SaveClock } from "./save-clock.ts";

/**
 * Starts a trace with a copy of a checkpoint of another. Pieces are copied as they are, under their numbers, without
 * being decoded: so the two traces have nothing in common that one could take from the other.
 *
 * @throws `not-found`, `conflict`.
 */
export async function forkTrace(
  transaction: WriteTransaction,
  {
    id,
    traceId,
    within,
    clock,
  }: { id: CheckpointId; traceId: TraceId; within?: TraceId | undefined; clock: SaveClock },
): Promise<{ head: RecordHead; version: number }> {
  const [stored, taken] = await Promise.all([
    findStored(transaction, id),
    transaction.get<TraceRecord>("traces", [traceId]),
    clock.catchUp(transaction),
  ]);
  if (stored === undefined || (within !== undefined && stored.record.traceId !== within)) {
    throw new CheckpointStoreError("not-found", `there is no checkpoint ${id} to fork from`, { checkpointId: id });
  }
  if (taken !== undefined) {
    throw new CheckpointStoreError("conflict", `trace ${traceId} exists already`, { traceId, checkpointId: id });
  }
  const { record, pieces } = stored;
  const source = await transaction.get<TraceRecord>("traces", [record.traceId]);
  // Its metadata may be unreadable here; its trace tells as well.
  const isStaying =
    isPinned(record) || (source !== undefined && isIntactRecord(source) && source.pinned.includes(record.seq));
  const numbered = [...pieces]
    .sort(([a], [b]) => a - b)
    .map(([number, piece]) => ({ number, piece, bytes: bytesOf(piece) }));
  const { createdAt, codec, root, nextPiece, stateBytes } = record;
  const lineages: Lineages = [...record.lineages, [nextPiece, newToken()]];
  const placed = {
    ...headOf(record),
    id: crypto.randomUUID(),
    parentId: id,
    origin: record.origin ?? originOf(record),
    traceId,
    seq: 1,
    timestamp: createdAt,
  };
  const parts = { head: placed, codec, root, lineages, nextPiece, stateBytes, pieces: numbered, dropped: [] };
  const { latest: head, sums } = putCheckpoint(transaction, parts, undefined);
  const { layout } = await appendPieces(transaction, traceId, {
    layout: EMPTY_LAYOUT,
    tail: [],
    pieces: numbered,
    nextPiece,
  });
  const trace: TraceRecord = {
    traceId,
    token: newToken(),
    version: 1,
    seq: 1,
    timestamp: createdAt,
    savedAt: clock.next(),
    nextPiece,
    lineages,
    layout,
    checkpoints: 1,
    pinned: isStaying ? [1] : [],
    sweptTo: 0,
    bytes: head.bytes,
    stateBytes,
    ...sums,
    latest: head,
  };
  transaction.put("traces", seal(trace));
  return { head, version: 1 };
}

function originOf({ lineages, traceId, id, parentId, seq, timestamp }: CheckpointRecord): Origin {
  return {
    lineage: currentLineage(lineages),
    traceId,
    id,
    ...(parentId !== undefined && { parentId }),
    seq,
    timestamp,
  };
}
