import type { WriteTransaction } from "../core/backend.ts";
import type { CheckpointHead } from "../core/checkpoint.ts";
import type { PlacedHead } from "../core/codec.ts";
import { bytesOf } from "./piece.ts";
import {
  headBytes,
  seal,
  type CheckpointRecord,
  type DropRecord,
  type RecordHead,
  type StoredSize,
} from "./records.ts";

/** What a checkpoint's record holds beside its sums. */
export interface CheckpointParts extends Pick<
  CheckpointRecord,
  "codec" | "root" | "lineages" | "nextPiece" | "stateBytes"
> {
  readonly head: PlacedHead & Pick<RecordHead, "sealed" | "origin" | "isDamaged">;
  /** The pieces that it is the first to need, which are stored apart. */
  readonly pieces: readonly { readonly bytes: number }[];
  /** Pieces that the one before needed and this one does not. */
  readonly dropped: readonly StoredSize[];
}

/** The sums over a trace up to its latest checkpoint. */
export type SumsUpTo = Pick<CheckpointRecord, "recordBytesUpTo" | "stateBytesUpTo">;

/** Stores a checkpoint's record, and what it drops; answers its head as it is recorded, and the sums from then on. */
export function putCheckpoint(
  transaction: WriteTransaction,
  { head, pieces, dropped, stateBytes, ...parts }: CheckpointParts,
  before: SumsUpTo | undefined,
): { latest: RecordHead; sums: SumsUpTo } {
  const { traceId, seq } = head;
  const recordBytes = headBytes(head) + bytesOf(parts.root);
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, recordBytes);
  const sums: SumsUpTo = {
    recordBytesUpTo: (before?.recordBytesUpTo ?? 0) + recordBytes,
    stateBytesUpTo: (before?.stateBytesUpTo ?? 0) + stateBytes,
  };
  const latest: RecordHead = { ...head, bytes, stateBytes };
  transaction.put("checkpoints", seal({ ...latest, ...parts, recordBytes, ...sums }));
  if (dropped.length > 0) {
    const drop: DropRecord = { traceId, seq, dropped, removedRecordBytes: 0, removedStateBytes: 0 };
    transaction.put("drops", seal(drop));
  }
  return { latest, sums };
}

/** Whether retention leaves a checkpoint alone. */
export function isPinned({ metadata }: CheckpointHead): boolean {
  return metadata?.["pinned"] === true;
}
