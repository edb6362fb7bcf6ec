import { archivedNotes, portableCheckpoints } from "../archive/portable.ts";
import { textOfNote } from "../archive/entries.ts";
import type { CheckpointId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import type { CheckpointRecord, NoteRecord, TraceEnd, TraceRecord } from "../log/records.ts";
import type { StoreCore } from "../store/store-core.ts";
import type { EntryPlace } from "./wire.ts";

/**
 * The texts of entries: a line that says what the entry is and where it stands, then the lines that an archive would have.
 */

/** What the first line of an entry says. */
export interface EntryHead extends EntryPlace {
  readonly kind: "checkpoint" | "notes" | "removal" | "deletion";
  /** The device that made it. */
  readonly device: string;
  /** Of a checkpoint: whether it brings all that it needs, not only what the one before it lacks. */
  readonly isWhole?: boolean;
  /** Of a checkpoint that took the place of a whole log: the links of the entries that are in it. */
  readonly covers?: readonly string[];
  /** Of notes: the checkpoint that they are beside. */
  readonly of?: CheckpointId;
  /** Of a removal: what was removed. */
  readonly ids?: readonly CheckpointId[];
}

/** What is encoded in an entry before all of it is: bytes as they are, anything else as JSON. */
export const PLAIN: Codec = {
  name: "json",
  encode: (value) => (value instanceof Uint8Array ? value : JSON.stringify(value)),
  decode: (encoded) => (encoded instanceof Uint8Array ? encoded : (JSON.parse(encoded as string) as unknown)),
};

/** Makes the text of an entry. */
export function textOfEntry(head: EntryHead, lines: readonly string[] = []): string {
  return [JSON.stringify(head), ...lines.map((line) => `{${line}}`)].join("\n");
}

/** A checkpoint that is to be appended, with its lines. */
export interface Outgoing {
  readonly record: CheckpointRecord;
  readonly lines: readonly string[];
}

/** Returns what a trace has after a position, oldest first. With a `nextBlock` of 0, the first brings all it needs. */
export async function* outgoing(
  core: StoreCore,
  trace: TraceRecord,
  after: Pick<TraceEnd, "seq" | "nextBlock">,
): AsyncGenerator<Outgoing> {
  for await (const { record, texts } of portableCheckpoints(core, { trace, codec: PLAIN, after })) {
    yield { record, lines: texts };
  }
}

/** Returns the lines of notes that were written beside a checkpoint. */
export async function linesOfNotes(
  { codecs }: StoreCore,
  record: CheckpointRecord,
  notes: readonly NoteRecord[],
): Promise<string[]> {
  return (await archivedNotes({ record, notes }, { codec: PLAIN, codecs })).map(textOfNote);
}
