import { pickHead, type TraceId } from "../core/checkpoint.ts";
import type { Codec, PlacedHead } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { Piece } from "../engine/piece.ts";
import type { Ranges } from "../engine/ranges.ts";
import { requireCheckpoint } from "../engine/validate.ts";
import { readMetadata, textOfMetadata } from "./metadata.ts";
import { isRanges, pieceOf, textOfPiece } from "./piece-text.ts";

/** The version of the format. It grows when older releases can't read what this one writes. */
const VERSION = 1;
/** Far more than any trace reaches, and far below the numbers that JavaScript can't count exactly. */
const MAX_SEQ = 2 ** 50;

/** A trace, and the last numbers that it has given out. */
export interface TraceEntry {
  readonly traceId: TraceId;
  /**
   * The last position. Positions of removed checkpoints are not given out again; nor are timestamps and piece numbers.
   */
  readonly seq: number;
  readonly timestamp: number;
  readonly nextPiece: number;
}

/** A checkpoint. The pieces that it is the first to need come before it. */
export interface CheckpointEntry {
  readonly head: PlacedHead;
  readonly stateBytes: number;
  readonly nextPiece: number;
  /** Numbers of pieces that the checkpoint before needed and this one does not. */
  readonly dropped: Ranges;
  readonly root: Piece;
}

type Fields = Readonly<Record<string, unknown>>;

/** Returns the first line, which says what the file is. */
export function textOfHeader(codec: Codec): string {
  return `"kind":"archive","format":"waystone","version":${VERSION},"codec":${JSON.stringify(codec.name)}`;
}

/** Checks the first line. @throws `newer-schema`, `codec-mismatch`, Error that says what is wrong. */
export function checkHeader(fields: Fields, codec: Codec): void {
  const { kind, format, version, codec: name } = fields;
  if (kind !== "archive" || format !== "waystone") throw new Error("is not that of an archive");
  if (typeof version !== "number" || version < 1) throw new Error("has no version");
  if (version > VERSION) {
    const versions = { expected: String(VERSION), actual: String(version) };
    throw new CheckpointStoreError(
      "newer-schema",
      `the archive has version ${version}, known here is ${VERSION}`,
      versions,
    );
  }
  if (name !== codec.name) {
    const names = { expected: codec.name, actual: String(name) };
    throw new CheckpointStoreError(
      "codec-mismatch",
      `the archive was written with codec ${String(name)}, given was ${codec.name}`,
      names,
    );
  }
}

export function textOfTrace(trace: TraceEntry): string {
  const { traceId, seq, timestamp, nextPiece } = trace;
  return `"kind":"trace",${JSON.stringify({ traceId, seq, timestamp, nextPiece }).slice(1, -1)}`;
}

export function traceOf(fields: Fields): TraceEntry {
  const { traceId } = fields;
  if (typeof traceId !== "string" || traceId === "") throw new Error("has no traceId");
  const timestamp = fields["timestamp"];
  if (typeof timestamp !== "number") throw new Error("has no timestamp");
  return { traceId, seq: countOf(fields, "seq"), timestamp, nextPiece: countOf(fields, "nextPiece") };
}

export function textOfNumberedPiece(number: number, piece: Piece): string {
  const content = textOfPiece(piece);
  return `"kind":"piece","piece":${number}${content === "" ? "" : `,${content}`}`;
}

export function numberedPieceOf(fields: Fields): { number: number; piece: Piece } {
  const number = countOf(fields, "piece");
  return { number, piece: pieceOf(fields, number) };
}

/** Returns the line of a checkpoint. @throws `serialization` for metadata that the codec can't hold. */
export async function textOfCheckpoint(entry: CheckpointEntry, codec: Codec): Promise<string> {
  const { head, stateBytes, nextPiece, dropped, root } = entry;
  const { seq, timestamp, traceId } = head;
  const { metadata, ...rest } = pickHead(head);
  const about = { traceId, checkpointId: head.id };
  const placed = { ...rest, traceId, seq, timestamp };
  const named = JSON.stringify({
    ...rest,
    seq,
    timestamp,
    stateBytes,
    nextPiece,
    ...(dropped.length > 0 && { dropped }),
  }).slice(1, -1);
  const encoded = metadata === undefined ? "" : `,${await textOfMetadata(metadata, { codec, head: placed, about })}`;
  return `"kind":"checkpoint",${named}${encoded},"root":{${textOfPiece(root)}}`;
}

export async function checkpointOf(
  fields: Fields,
  { traceId, codec }: { traceId: TraceId; codec: Codec },
): Promise<CheckpointEntry> {
  const { id, parentId, nextNode, graphHash, createdAt, timestamp, dropped = [], root } = fields as Fields & PlacedHead;
  if (typeof timestamp !== "number") throw new Error("has no timestamp");
  const place = { traceId, seq: countOf(fields, "seq"), timestamp };
  const bare = { ...pickHead({ id, parentId, nextNode, graphHash, createdAt } as PlacedHead), ...place };
  const metadata = await readMetadata(fields, { codec, head: bare });
  const head = { ...bare, ...(metadata !== undefined && { metadata }) };
  requireCheckpoint({ ...head, state: null });
  if (!isRanges(dropped)) throw new Error("drops what are no pieces");
  if (typeof root !== "object" || root === null) throw new Error("has no root");
  const counts = { stateBytes: countOf(fields, "stateBytes"), nextPiece: countOf(fields, "nextPiece") };
  return { head, ...counts, dropped, root: pieceOf(root as Fields) };
}

/** Returns the last line. An archive without it is incomplete. */
export function textOfEnd(counts: { readonly traces: number; readonly checkpoints: number }): string {
  return `"kind":"end","traces":${counts.traces},"checkpoints":${counts.checkpoints}`;
}

export function checkEnd(fields: Fields, { traces, checkpoints }: { traces: number; checkpoints: number }): void {
  if (fields["traces"] !== traces || fields["checkpoints"] !== checkpoints)
    throw new Error("counts other traces and checkpoints than there were");
}

function countOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > MAX_SEQ)
    throw new Error(`has no ${name}`);
  return value;
}
