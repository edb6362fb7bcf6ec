import type { KeyRange, ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { isCheckpointStoreError } from "../core/errors.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { damaged, rebindRoot, type DecodeOptions } from "../pieces/decode.ts";
import { bytesOf, encodeState, type RootPlace } from "../pieces/encode.ts";
import { Layout } from "../pieces/layout.ts";
import { readState } from "../pieces/read-state.ts";
import type { Snapshot } from "../state/snapshot.ts";
import { isIntactRecord, rangeOf, seal, type EncodedValue, type NoteRecord } from "./records.ts";
import { totalBytes } from "./stored-blocks.ts";

/** A note that is ready to be stored. */
export interface EncodedNote extends EncodedValue {
  readonly key: string;
  /** Whether its codec has bound it to its place: a copy elsewhere needs the codec and the key. */
  readonly isBound?: true;
}

/** The checkpoint that notes are kept beside. */
export interface Noted {
  readonly traceId: TraceId;
  readonly id: CheckpointId;
}

/** Returns what the root of a note is bound to. */
export function placeOfNote({ traceId, id }: Noted, key: string): RootPlace {
  return { part: "note", note: [traceId, id, key] };
}

/** Encodes a note. Nothing of it is shared with the state, or with other notes. */
export async function encodeNote(
  noted: Noted,
  { key, snapshot }: { readonly key: string; readonly snapshot: Snapshot },
  { current: codec, store }: Codecs,
): Promise<EncodedNote> {
  const options = { codec, store, nextBlock: 0, ...placeOfNote(noted, key) };
  const encoded = await encodeState(new Layout(), snapshot, options);
  return { key, codec: codec.name, ...(codec.bindsPlace === true && { isBound: true }), ...encoded };
}

/**
 * Stores notes beside a checkpoint, as written in their order at a version of the trace. Returns how many bytes they take.
 */
export function putNotes(
  transaction: WriteTransaction,
  notes: readonly EncodedNote[],
  { traceId, seq }: Pick<NoteRecord, "traceId" | "seq">,
  { version }: Pick<NoteRecord, "version">,
): number {
  let total = 0;
  for (const [place, note] of notes.entries()) {
    const { key, root, blocks } = note;
    const bytes = 96 + key.length + bytesOf(root) + totalBytes(blocks);
    transaction.put("notes", seal({ ...note, traceId, seq, bytes, version, place } satisfies Omit<NoteRecord, "sum">));
    total += bytes;
  }
  return total;
}

/** Returns the range of the notes of one key. */
export function rangeOfNote(traceId: TraceId, seq: number, key: string): KeyRange {
  return { lower: [traceId, seq, key], upper: [traceId, seq, key, Infinity] };
}

/** Adds up the bytes of the notes in a range. Reads no payload. */
export async function noteBytesIn(transaction: ReadTransaction, range: KeyRange): Promise<number> {
  const keys = await transaction.keys("notes", { range });
  return keys.reduce((sum, key) => sum + (key[3] as number), 0);
}

/** Reads the notes of a checkpoint, in the order of writing. */
export async function readNotes(transaction: ReadTransaction, traceId: TraceId, seq: number): Promise<NoteRecord[]> {
  const notes = await transaction.getAll<NoteRecord>("notes", { range: rangeOf(traceId, seq, seq) });
  return notes.sort((a, b) => a.version - b.version || a.place - b.place);
}

/** Returns the values of notes by their keys, in their order. @throws `corrupted`, `codec-mismatch`. */
export async function decodeNotes(
  noted: Noted,
  records: readonly NoteRecord[],
  codecs: Codecs,
): Promise<Map<string, unknown>> {
  const entries = records.map((record) =>
    naming(record, async () => [record.key, await readState(record, optionsFor(noted, record, codecs))] as const),
  );
  return new Map(await Promise.all(entries));
}

/**
 * Returns notes for a copy of their checkpoint. Where a codec has bound one to its place, its root is encoded anew.
 *
 * @throws `corrupted`, `codec-mismatch`.
 */
export function copyNotes(
  records: readonly NoteRecord[],
  { from, to, codecs }: { readonly from: Noted; readonly to: Noted; readonly codecs: Codecs },
): Promise<EncodedNote[]> {
  const copies = records.map((record) =>
    naming(record, async () => {
      const { traceId: _, seq: __, bytes: ___, version: ____, place: _____, sum: ______, ...note } = record;
      if (note.isBound !== true) return note;
      const root = await rebindRoot(record, {
        from: optionsFor(from, record, codecs),
        to: placeOfNote(to, record.key),
      });
      return { ...note, root };
    }),
  );
  return Promise.all(copies);
}

function optionsFor(noted: Noted, { codec, key }: NoteRecord, codecs: Codecs): DecodeOptions {
  return { codec: codecs.named(codec, noted), store: codecs.store, ...placeOfNote(noted, key) };
}

/** Runs `work` on a record that is what was written. What goes wrong names the note. */
async function naming<T>(record: NoteRecord, work: () => Promise<T>): Promise<T> {
  const name = `its note ${JSON.stringify(record.key)}`;
  if (!isIntactRecord(record)) throw damaged(`${name} is not what was written`);
  try {
    return await work();
  } catch (error) {
    if (isCheckpointStoreError(error, "codec-mismatch")) throw error;
    throw damaged(`${name} can't be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}
