import type { WriteTransaction } from "../core/backend.ts";
import type { CheckpointId, StoredHead, TraceId } from "../core/checkpoint.ts";
import type { PlacedHead } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { readTail } from "../engine/pages.ts";
import { bytesOf, type Piece } from "../engine/piece.ts";
import type { NumberedPiece } from "../engine/plan.ts";
import {
  EMPTY_LAYOUT,
  headBytes,
  rangeOf,
  readTrace,
  seal,
  type DropRecord,
  type Layout,
  type Lineages,
  type RecordHead,
  type StoredSize,
  type TraceRecord,
  type Volume,
} from "../engine/records.ts";
import { newToken } from "../engine/removal.ts";
import { isPinned } from "../engine/save.ts";
import type { SaveClock } from "../engine/save-clock.ts";

/** A checkpoint that is ready to be stored. */
export interface ReadyCheckpoint {
  readonly head: PlacedHead;
  /** As records hold it. */
  readonly recorded: PlacedHead & Pick<RecordHead, "sealed">;
  readonly root: Piece;
  /** In the order of their numbers. */
  readonly pieces: readonly NumberedPiece[];
  readonly dropped: readonly StoredSize[];
  readonly nextPiece: number;
  readonly stateBytes: number;
}

/** Checkpoints to be stored at once. */
export interface Batch {
  readonly traceId: TraceId;
  readonly checkpoints: readonly ReadyCheckpoint[];
  readonly codec: string;
  readonly lineages: Lineages;
  /** What the trace must be like until now. */
  readonly token: number | undefined;
  /** What the trace had given out in the end, with the last of its checkpoints. */
  readonly end: { readonly seq: number; readonly timestamp: number; readonly nextPiece: number } | undefined;
}

/** The trace has changed since it was last looked at, or has an id that another one has: nothing was written. */
export class BatchConflict extends CheckpointStoreError {
  readonly isOvertaken: boolean;

  constructor(message: string, { isOvertaken, ...details }: { traceId: TraceId; checkpointId?: CheckpointId; isOvertaken: boolean }) {
    super("conflict", message, details);
    this.isOvertaken = isOvertaken;
  }
}

/** Stores whole checkpoints behind those that the trace has. @throws {@link BatchConflict}. */
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

  let { recordBytesUpTo = 0, stateBytesUpTo = 0, bytes: traceBytes = 0, stateBytes: traceStateBytes = 0 } = before ?? {};
  const pinned = [...(before?.pinned ?? [])];
  const heads: StoredHead[] = [];
  let latest: RecordHead | undefined;
  for (const { head, recorded, root, pieces, dropped, nextPiece, stateBytes } of checkpoints) {
    const recordBytes = headBytes(recorded) + bytesOf(root);
    const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, recordBytes);
    recordBytesUpTo += recordBytes;
    stateBytesUpTo += stateBytes;
    traceBytes += bytes;
    traceStateBytes += stateBytes;
    latest = { ...recorded, bytes, stateBytes };
    transaction.put("checkpoints", seal({ ...latest, codec, root, lineages, nextPiece, recordBytes, recordBytesUpTo, stateBytesUpTo }));
    if (dropped.length > 0) {
      const drop: DropRecord = { traceId, seq: head.seq, dropped, removedRecordBytes: 0, removedStateBytes: 0 };
      transaction.put("drops", seal(drop));
    }
    if (isPinned(head)) pinned.push(head.seq);
    heads.push({ ...head, bytes, stateBytes });
  }
  const last = checkpoints[checkpoints.length - 1]!;
  const nextPiece = Math.max(last.nextPiece, end?.nextPiece ?? 0);
  const fresh = checkpoints.flatMap(({ pieces }) => pieces);
  const trace: TraceRecord = {
    traceId,
    token: newToken(),
    version: (before?.version ?? 0) + checkpoints.length,
    seq: Math.max(last.head.seq, end?.seq ?? 0),
    timestamp: Math.max(last.head.timestamp, end?.timestamp ?? -Infinity),
    savedAt: clock.next(),
    nextPiece,
    lineages,
    layout: addVolumes(transaction, { traceId, layout: before?.layout ?? EMPTY_LAYOUT, pieces: [...tail, ...fresh], nextPiece }),
    checkpoints: (before?.checkpoints ?? 0) + checkpoints.length,
    pinned,
    sweptTo: before?.sweptTo ?? 0,
    bytes: traceBytes,
    stateBytes: traceStateBytes,
    recordBytesUpTo,
    stateBytesUpTo,
    latest: latest!,
  };
  transaction.put("traces", seal(trace));
  return { trace, heads };
}

async function requireFreeIds(transaction: WriteTransaction, { traceId, checkpoints }: Batch): Promise<void> {
  const found = await Promise.all(
    checkpoints.map(({ head: { id } }) => transaction.keys("checkpoints", { index: "by_id", range: { lower: [id], upper: [id] } })),
  );
  for (const [key] of found) {
    if (key === undefined) continue;
    const [other, , id] = key as [TraceId, number, CheckpointId];
    throw new BatchConflict(`checkpoint ${id} is there already, in trace ${other}`, { traceId, checkpointId: id, isOvertaken: false });
  }
}

/** As the engine's own. */
const MAX_VOLUME_BYTES = 2 * 1024 * 1024;
/** So many numbers without a piece take a page of their own to begin: each would be an element that is null. */
const MAX_GAP = 1024;

/** Puts the pieces into volumes behind those that there are; what was in small pages goes into the first. */
function addVolumes(
  transaction: WriteTransaction,
  { traceId, layout, pieces, nextPiece }: { traceId: TraceId; layout: Layout; pieces: readonly NumberedPiece[]; nextPiece: number },
): Layout {
  const volumes: Volume[] = [...layout.volumes];
  transaction.delete("pieces", rangeOf(traceId, layout.tailFirst));
  let page: (Piece | null)[] = [];
  let first = 0;
  let bytes = 0;
  const close = (): void => {
    if (page.length === 0) return;
    transaction.put("pieces", { traceId, first, pieces: page });
    volumes.push({ first, bytes, unused: [], unusedBytes: 0 });
    page = [];
    bytes = 0;
  };
  for (const { number, piece, bytes: pieceBytes } of pieces) {
    if (bytes + pieceBytes > MAX_VOLUME_BYTES || number - (first + page.length) > MAX_GAP) close();
    if (page.length === 0) first = number;
    while (page.length < number - first) page.push(null);
    page.push(piece);
    bytes += pieceBytes;
  }
  close();
  return { volumes, tailFirst: nextPiece, tailBytes: 0 };
}
