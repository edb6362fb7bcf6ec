import type { CheckpointHead } from "../core/checkpoint.ts";
import type { Codec, PlacedHead } from "../core/codec.ts";
import { isCheckpointStoreError } from "../core/errors.ts";
import { metadataOf, privateMetadata, type PreparedHead } from "../log/heads.ts";
import type { EncodedNote } from "../log/notes.ts";
import type { TraceEnd } from "../log/records.ts";
import { inspectPieces, inspectRoot } from "../pieces/inspect.ts";
import { decodeNote, inspectNote, type ArchivedNote } from "./archived-notes.ts";
import { blockOf } from "./block-text.ts";
import { checkpointOf, noteOf, type CheckpointEntry, type Fields, type TraceEntry } from "./entries.ts";
import { NeededBlocks } from "./needed-blocks.ts";
import { ARCHIVE, archiveCodecs, archiveSide, type BlockName, type Side } from "./side.ts";

/** A block of an archive, decoded. */
export interface ArchivedBlock extends BlockName {
  readonly value: unknown;
  /** Its checksum and its fingerprint in the archive. */
  readonly sum: number;
  readonly fingerprint: Uint8Array | undefined;
}

/** A checkpoint of an archive, decoded, with the blocks that it brings. */
export interface ArchivedCheckpoint extends Pick<
  CheckpointEntry,
  "needs" | "nextBlock" | "nextNumber" | "stateBytes" | "root"
> {
  readonly head: PlacedHead;
  readonly blocks: readonly ArchivedBlock[];
  readonly notes: readonly ArchivedNote[];
}

/** Reads the lines of one trace, and lets nothing through that a store could not have written. Errors say what is wrong. */
export class ArchivedTrace {
  readonly #entry: TraceEntry;
  readonly #side: Side;
  readonly #codec: Codec;
  readonly #needed: NeededBlocks;
  #seq = 0;
  #timestamp = -Infinity;
  #nextNumber = 0;
  #lastBlock = -1;
  /** The blocks of the next checkpoint, and 1 more than the highest number in them. */
  #blocks: ArchivedBlock[] = [];
  #takenUpTo = 0;
  /** The notes of the next checkpoint, by their keys. */
  readonly #notes = new Map<string, EncodedNote>();

  /** @param needed - Follows what the checkpoints need. */
  constructor(entry: TraceEntry, codec: Codec, needed = new NeededBlocks()) {
    this.#entry = entry;
    this.#codec = codec;
    this.#needed = needed;
    this.#side = archiveSide(codec, entry.traceId);
  }

  /** Goes on after a checkpoint that somebody has already, of which `needed` knows the blocks. */
  goOnAfter({ seq, timestamp, nextBlock, nextNumber }: TraceEnd): void {
    this.#seq = seq;
    this.#timestamp = timestamp;
    this.#lastBlock = nextBlock - 1;
    this.#nextNumber = nextNumber;
  }

  async takeBlock(fields: Fields): Promise<void> {
    const { block, binary, payload, sum } = blockOf(fields);
    // Written in this order, so that nothing has to be sorted or looked for.
    if (block <= this.#lastBlock) throw new Error(`has block ${block} behind block ${this.#lastBlock}`);
    const name = { block, ...(binary !== undefined && { binary }) };
    const value: unknown = await this.#codec.decode(payload, this.#side.placeOfBlock(name));
    if (binary !== undefined && !(value instanceof Uint8Array)) throw new Error("has no bytes");
    this.#takenUpTo = Math.max(this.#takenUpTo, binary === undefined ? inspectPieces(value) : binary[0] + 1);
    this.#lastBlock = block;
    this.#blocks.push({ ...name, value, sum, fingerprint: this.#codec.fingerprint?.(payload) });
  }

  takeNote(fields: Fields): void {
    const note = noteOf(fields, this.#codec);
    if (this.#notes.has(note.key)) throw new Error(`has note ${JSON.stringify(note.key)} twice`);
    this.#notes.set(note.key, note);
  }

  async takeCheckpoint(fields: Fields): Promise<ArchivedCheckpoint> {
    const {
      head,
      root: payload,
      ...entry
    } = checkpointOf(fields, { traceId: this.#entry.traceId, codec: this.#codec });
    const { seq, timestamp } = head;
    const { nextBlock, nextNumber } = entry;
    if (seq <= this.#seq || timestamp <= this.#timestamp)
      throw new Error("is not younger than the checkpoint before it");
    const end = this.#entry;
    if (seq > end.seq || timestamp > end.timestamp || nextBlock > end.nextBlock || nextNumber > end.nextNumber) {
      throw new Error("is younger than its trace");
    }
    const blocks = this.#blocks;
    this.#needed.advance(entry, blocks);
    const root: unknown = await this.#codec.decode(payload, this.#side.placeOfRoot(head, this.#needed));
    if (nextNumber < Math.max(this.#nextNumber, this.#takenUpTo, inspectRoot(root))) {
      throw new Error("gives out numbers that are taken");
    }
    const notes = await this.#decodeNotes(head);
    this.#blocks = [];
    this.#takenUpTo = 0;
    this.#notes.clear();
    this.#seq = seq;
    this.#timestamp = timestamp;
    this.#nextNumber = nextNumber;
    return { ...entry, root, blocks, notes, head: await this.#open(head) };
  }

  finish(): void {
    if (this.#notes.size > 0) throw new Error("ends a trace with notes that belong to no checkpoint");
    if (this.#blocks.length > 0) throw new Error("ends a trace with blocks that no checkpoint needs");
  }

  async #decodeNotes({ traceId, id }: PlacedHead): Promise<ArchivedNote[]> {
    const side = { traceId, id, codec: this.#codec, store: ARCHIVE };
    const notes = await Promise.all([...this.#notes.values()].map((note) => decodeNote(note, side)));
    for (const note of notes) inspectNote(note);
    return notes;
  }

  async #open({ sealed, ...head }: PreparedHead): Promise<PlacedHead> {
    const record = { ...head, ...(sealed !== undefined && { sealed }), bytes: 0, stateBytes: 0 };
    const metadata = await metadataOf(record, archiveCodecs(this.#codec));
    if (metadata === undefined) return head;
    return { ...head, metadata: soundMetadata(metadata) };
  }
}

/** @throws Error for metadata that no store would have taken. */
function soundMetadata(metadata: unknown): NonNullable<CheckpointHead["metadata"]> {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))
    throw new Error("has metadata that is no object");
  try {
    return privateMetadata(metadata as Record<string, unknown>, {});
  } catch (cause) {
    if (!isCheckpointStoreError(cause)) throw cause;
    throw new Error(`has metadata that can't be stored: ${cause.message}`, { cause });
  }
}
