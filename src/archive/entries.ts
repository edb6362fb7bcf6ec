import { pickHead, type TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { PreparedHead } from "../log/heads.ts";
import type { EncodedNote } from "../log/notes.ts";
import type { CheckpointRecord, TraceEnd } from "../log/records.ts";
import type { EncodedBlock } from "../pieces/encode.ts";
import { isNumber, MAX_NUMBER } from "../pieces/inspect.ts";
import { isAscending } from "../pieces/runs.ts";
import { payloadOf, encodedOf, textOfBlock, textOfPayload, textOfEncoded } from "./block-text.ts";

/** The version of the format. It grows when older releases can't read what this one writes. */
const VERSION = 1;
/** The furthest time that a `Date` can hold. Timestamps may go further, by 1 for each save. */
const MAX_TIME_MS = 8.64e15;

/** A trace, and the last numbers that it has given out, which are not given out again, nor those of what is gone. */
export interface TraceEntry extends TraceEnd {
  readonly traceId: TraceId;
}

/** A checkpoint. The blocks that it is the first to need come before it. */
export interface CheckpointEntry extends Pick<
  CheckpointRecord,
  "stateBytes" | "nextBlock" | "nextNumber" | "needs" | "root"
> {
  /** With its metadata in the open, or encoded. */
  readonly head: PreparedHead;
}

export type Fields = Readonly<Record<string, unknown>>;

/** The first line, which says what the file is. */
export function textOfHeader(codec: Codec): string {
  return `"kind":"archive","format":"waystone","version":${VERSION},"codec":${JSON.stringify(codec.name)}`;
}

/** Checks the first line. @throws `newer-schema`, `codec-mismatch`, Error that says what is wrong. */
export function checkHeader({ kind, format, version, codec: name }: Fields, codec: Codec): void {
  if (kind !== "archive" || format !== "waystone") throw new Error("is not that of an archive");
  if (typeof version !== "number" || version < 1) throw new Error("has no version");
  if (version > VERSION) {
    const versions = { expected: String(VERSION), actual: String(version) };
    const message = `the archive has version ${version}, known here is ${VERSION}`;
    throw new CheckpointStoreError("newer-schema", message, versions);
  }
  if (name !== codec.name) {
    const names = { expected: codec.name, actual: String(name) };
    const message = `the archive was written with codec ${String(name)}, given was ${codec.name}`;
    throw new CheckpointStoreError("codec-mismatch", message, names);
  }
}

export function textOfTrace({ traceId, seq, timestamp, nextBlock, nextNumber }: TraceEntry): string {
  return textOf("trace", { traceId, seq, timestamp, nextBlock, nextNumber });
}

export function traceOf(fields: Fields): TraceEntry {
  const seq = numberOf(fields, "seq");
  return {
    traceId: idOf(fields, "traceId"),
    seq,
    timestamp: timeOf(fields, "timestamp", seq),
    nextBlock: numberOf(fields, "nextBlock"),
    nextNumber: numberOf(fields, "nextNumber"),
  };
}

export function textOfBlockLine(block: EncodedBlock): string {
  return `"kind":"block",${textOfBlock(block)}`;
}

export function textOfCheckpoint({ head, root, ...rest }: CheckpointEntry): string {
  const { metadata, ...bare } = pickHead(head);
  const { seq, timestamp, sealed } = head;
  const { stateBytes, nextBlock, nextNumber, needs } = rest;
  const named = textOf("checkpoint", { ...bare, seq, timestamp, stateBytes, nextBlock, nextNumber, needs, metadata });
  return `${named}${sealed === undefined ? "" : `,"encodedMetadata":{${textOfEncoded(sealed)}}`},"root":{${textOfPayload(root)}}`;
}

/** @throws Error that says what is wrong. */
export function checkpointOf(fields: Fields, { traceId, codec }: { traceId: TraceId; codec: Codec }): CheckpointEntry {
  const seq = numberOf(fields, "seq");
  const { needs } = fields;
  if (!isAscending(needs)) throw new Error("has needs that are no ascending runs");
  return {
    head: {
      id: idOf(fields, "id"),
      ...(fields["parentId"] !== undefined && { parentId: idOf(fields, "parentId") }),
      ...optionalText(fields, "nextNode"),
      ...optionalText(fields, "graphHash"),
      createdAt: timeOf(fields, "createdAt"),
      traceId,
      seq,
      timestamp: timeOf(fields, "timestamp", seq),
      ...metadataOf(fields, codec),
    },
    stateBytes: numberOf(fields, "stateBytes"),
    nextBlock: numberOf(fields, "nextBlock"),
    nextNumber: numberOf(fields, "nextNumber"),
    needs,
    root: payloadOf(objectOf(fields["root"], "root")),
  };
}

/** A note. It comes before the checkpoint that it belongs to. */
export function textOfNote(note: EncodedNote): string {
  return `"kind":"note",${JSON.stringify({ key: note.key }).slice(1, -1)},${textOfEncoded(note)}`;
}

/** @throws Error that says what is wrong. */
export function noteOf(fields: Fields, codec: Codec): EncodedNote {
  return { key: idOf(fields, "key"), ...encodedOf(fields, codec) };
}

/** The last line. An archive without it is incomplete. */
export function textOfEnd(counts: { readonly traces: number; readonly checkpoints: number }): string {
  return textOf("end", counts);
}

export function checkEnd(fields: Fields, { traces, checkpoints }: { traces: number; checkpoints: number }): void {
  if (fields["traces"] !== traces || fields["checkpoints"] !== checkpoints) {
    throw new Error("counts other traces and checkpoints than there were");
  }
}

function textOf(kind: string, fields: object): string {
  return JSON.stringify({ kind, ...fields }).slice(1, -1);
}

function metadataOf(fields: Fields, codec: Codec): Pick<PreparedHead, "metadata" | "sealed"> {
  const { metadata, encodedMetadata } = fields;
  if (metadata !== undefined && encodedMetadata !== undefined) throw new Error("has metadata twice");
  if (encodedMetadata !== undefined) return { sealed: encodedOf(objectOf(encodedMetadata, "metadata"), codec) };
  if (metadata === undefined) return {};
  // Anybody could have written it.
  if (codec.encodesMetadata === true) throw new Error("has metadata that is not encoded, unlike what its codec writes");
  return { metadata: objectOf(metadata, "metadata") };
}

function idOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value === "") throw new Error(`has no ${name}`);
  return value;
}

function optionalText<N extends string>(fields: Fields, name: N): { [K in N]?: string } {
  const value = fields[name];
  if (value === undefined) return {};
  if (typeof value !== "string") throw new Error(`has a ${name} that is no text`);
  return { [name]: value } as { [K in N]?: string };
}

/** A time, or a timestamp of so many saves: each may be 1 more than the one before. */
function timeOf(fields: Fields, name: string, saves = 0): number {
  const value = fields[name];
  if (typeof value !== "number" || !(value >= -MAX_TIME_MS && value <= MAX_TIME_MS + saves)) {
    throw new Error(`has no ${name} that is a time`);
  }
  return value;
}

function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (!isNumber(value)) throw new Error(`has no ${name} from 0 to ${MAX_NUMBER}`);
  return value;
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`has ${name} that is no object`);
  return value as Record<string, unknown>;
}
