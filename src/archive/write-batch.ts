import type { WriteTransaction } from "../core/backend.ts";
import type { CheckpointId, StoredHead, TraceId } from "../core/checkpoint.ts";
import type { PlacedHead } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { putVolumes, readTail } from "../engine/pages.ts";
import type { Piece } from "../engine/piece.ts";
import type { NumberedPiece } from "../engine/plan.ts";
import { isPinned, putCheckpoint, type SumsUpTo } from "../engine/put-checkpoint.ts";
import {
  EMPTY_LAYOUT,
  rangeOf,
  readTrace,
  seal,
  type Lineages,
  type RecordHead,
  type StoredSize,
  type TraceRecord,
} from "../engine/records.ts";
import { newToken } from "../engine/removal.ts";
import type { SaveClock } from "../engine/save-clock.ts";

/** A checkpoint that is ready to be stored. */
export interface ReadyCheckpoint {
  readonly head: PlacedHead;
  /** The head as it is recorded: with its metadata encoded, if the codec does that. */
  readonly recorded: PlacedHead & Pick<RecordHead, "sealed">;
  readonly root: Piece;
  /** In the order of their numbers. */
  readonly pieces: readonly NumberedPiece[];
  readonly dropped: readonly StoredSize[];
  readonly nextPiece: number;
  readonly stateBytes: number;
}

/** Checkpoints that are stored in one transaction. */
export interface Batch {
  readonly traceId: TraceId;
  readonly checkpoints: readonly ReadyCheckpoint[];
  readonly codec: string;
  readonly lineages: Lineages;
  /** The token that the trace must have; `undefined` if it must not exist. */
  readonly token: number | undefined;
  /** The last numbers that the archived trace had given out. Given with the last batch. */
  readonly end: { readonly seq: number; readonly timestamp: number; readonly nextPiece: number } | undefined;
}

/** The trace has changed since it was read, or an id is taken by another trace. Nothing was written. */
export class BatchConflict extends CheckpointStoreError {
  readonly isOvertaken: boolean;

  constructor(
    message: string,
    { isOvertaken, ...details }: { traceId: TraceId; checkpointId?: CheckpointId; isOvertaken: boolean },
  ) {
    super("conflict", message, details);
    this.isOvertaken = isOvertaken;
  }
}

/** Appends whole checkpoints to a trace. @throws {@link BatchConflict}. */
export async function writeBatch(
  transaction: WriteTransaction,
  batch: Batch,
  clock: SaveClock,
): Promise<{ trace: TraceRecord; heads: readonly StoredHead[] }> {
  const { traceId, checkpoints, codec, lineages, token, end } = batch;
  const [before] = await Promise.all([
    readTrace(transaction, traceId),
    clock.catchUp(transaction),
    requireFreeIds(transaction, batch),
  ]);
  if (before?.token !== token) {
    throw new BatchConflict(`trace ${traceId} was changed during the import`, { traceId, isOvertaken: true });
  }
  const tail = before === undefined ? [] : await readTail(transaction, traceId, before.layout);

  let sums: SumsUpTo | undefined = before;
  let { bytes = 0, stateBytes = 0 } = before ?? {};
  const pinned = [...(before?.pinned ?? [])];
  const heads: StoredHead[] = [];
  let latest: RecordHead | undefined;
  for (const { head, recorded, ...parts } of checkpoints) {
    ({ latest, sums } = putCheckpoint(transaction, { ...parts, head: recorded, codec, lineages }, sums));
    bytes += latest.bytes;
    stateBytes += latest.stateBytes;
    if (isPinned(head)) pinned.push(head.seq);
    heads.push({ ...head, bytes: latest.bytes, stateBytes: latest.stateBytes });
  }
  const last = checkpoints[checkpoints.length - 1]!;
  const nextPiece = Math.max(last.nextPiece, end?.nextPiece ?? 0);
  const fresh = checkpoints.flatMap(({ pieces }) => pieces);
  const layout = before?.layout ?? EMPTY_LAYOUT;
  // Pieces in small pages move into the first of the new volumes.
  transaction.delete("pieces", rangeOf(traceId, layout.tailFirst));
  const volumes = [...layout.volumes, ...putVolumes(transaction, traceId, [...tail, ...fresh])];
  const trace: TraceRecord = {
    traceId,
    token: newToken(),
    version: (before?.version ?? 0) + checkpoints.length,
    seq: Math.max(last.head.seq, end?.seq ?? 0),
    timestamp: Math.max(last.head.timestamp, end?.timestamp ?? -Infinity),
    savedAt: clock.next(),
    nextPiece,
    lineages,
    layout: { volumes, tailFirst: nextPiece, tailBytes: 0 },
    checkpoints: (before?.checkpoints ?? 0) + checkpoints.length,
    pinned,
    sweptTo: before?.sweptTo ?? 0,
    bytes,
    stateBytes,
    recordBytesUpTo: sums!.recordBytesUpTo,
    stateBytesUpTo: sums!.stateBytesUpTo,
    latest: latest!,
  };
  transaction.put("traces", seal(trace));
  return { trace, heads };
}

async function requireFreeIds(transaction: WriteTransaction, { traceId, checkpoints }: Batch): Promise<void> {
  const found = await Promise.all(
    checkpoints.map(({ head: { id } }) =>
      transaction.keys("checkpoints", { index: "by_id", range: { lower: [id], upper: [id] } }),
    ),
  );
  for (const [key] of found) {
    if (key === undefined) continue;
    const [other, , id] = key as [TraceId, number, CheckpointId];
    throw new BatchConflict(`checkpoint ${id} is there already, in trace ${other}`, {
      traceId,
      checkpointId: id,
      isOvertaken: false,
    });
  }
}
