import { ArchivedTrace, type ArchivedBlock, type ArchivedCheckpoint } from "../archive/archived-trace.ts";
import { decodeNote, inspectNote, type ArchivedNote } from "../archive/archived-notes.ts";
import { noteOf, type Fields } from "../archive/entries.ts";
import { NeededBlocks } from "../archive/needed-blocks.ts";
import { ARCHIVE } from "../archive/side.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { isCheckpointStoreError, type CheckpointStoreError } from "../core/errors.ts";
import type { VersionedEntry } from "../core/remote.ts";
import type { CheckpointRecord, TraceEnd } from "../log/records.ts";
import { MAX_NUMBER } from "../pieces/inspect.ts";
import { has, numbersIn } from "../pieces/runs.ts";
import { PLAIN, type EntryHead } from "./entries.ts";
import { fromWire, linkOf, notWhatItSays, START, type EntryPlace } from "./wire.ts";

/** What an entry says. */
export type Said =
  | { readonly kind: "checkpoint"; readonly checkpoint: ArchivedCheckpoint; readonly covers: readonly string[] }
  | { readonly kind: "notes"; readonly of: CheckpointId; readonly notes: readonly ArchivedNote[] }
  | { readonly kind: "removal"; readonly ids: readonly CheckpointId[] }
  | { readonly kind: "deletion" };

/** An entry that follows the one before it. */
export interface LogEntry {
  readonly version: number;
  readonly link: string;
  readonly said: Said;
}

/** Where a reader begins. */
export interface ReaderStart {
  readonly link: string;
  /** The checkpoint that the next one may build on; absent at the start of a trace. */
  readonly base?: CheckpointRecord | undefined;
}

/**
 * Reads a log entry by entry, and lets through what follows from what was read before. What does not is set aside: nobody
 * can tell whether it was damaged, forged, or stands in another's place.
 */
export class LogReader {
  readonly entries: LogEntry[] = [];
  readonly setAside: CheckpointStoreError[] = [];
  readonly #codec: Codec;
  readonly #traceId: TraceId;
  #link: string;
  #trace: ArchivedTrace;

  constructor(codec: Codec, traceId: TraceId, { link, base }: ReaderStart = { link: START }) {
    this.#codec = codec;
    this.#traceId = traceId;
    this.#link = link;
    this.#trace = this.#traceAfter(base);
  }

  /** @throws `newer-schema`, `codec-mismatch`: then nobody knows what comes after it either. */
  async take({ id, bytes, version }: VersionedEntry): Promise<void> {
    const place: EntryPlace = { traceId: this.#traceId, id, before: this.#link };
    try {
      const text = await fromWire(bytes, this.#codec, place);
      const said = await this.#said(text, place);
      this.#link = linkOf(bytes, this.#codec);
      this.entries.push({ version, link: this.#link, said });
    } catch (error) {
      if (isCheckpointStoreError(error) && error.code !== "corrupted") throw error;
      this.setAside.push(isCheckpointStoreError(error, "corrupted") ? error : notWhatItSays(place, error));
    }
  }

  async #said(text: string, place: EntryPlace): Promise<Said> {
    const [first = "", ...lines] = text.split("\n");
    const head = JSON.parse(first) as EntryHead;
    // A codec that binds nothing leaves it to these.
    if (head.traceId !== place.traceId || head.id !== place.id || head.before !== place.before) {
      throw new Error("it stands in another's place");
    }
    switch (head.kind) {
      case "checkpoint":
        return this.#checkpoint(head, lines);
      case "notes":
        return { kind: "notes", of: String(head.of), notes: await this.#notes(head, lines) };
      case "removal":
        return { kind: "removal", ids: (head.ids ?? []).map(String) };
      case "deletion":
        this.#trace = this.#traceAfter(undefined);
        return { kind: "deletion" };
      default:
        throw new Error("it is of no kind that is known");
    }
  }

  async #checkpoint({ isWhole, covers, id }: EntryHead, lines: readonly string[]): Promise<Said> {
    const trace = isWhole === true ? this.#traceAfter(undefined) : this.#trace;
    let checkpoint: ArchivedCheckpoint | undefined;
    try {
      for (const line of lines) {
        const fields = JSON.parse(line) as Fields;
        if (fields["kind"] === "block") await trace.takeBlock(fields);
        else if (fields["kind"] === "note") trace.takeNote(fields);
        else if (fields["kind"] === "checkpoint") checkpoint = await trace.takeCheckpoint(fields);
      }
      if (checkpoint?.head.id !== id) throw new Error("it has not the checkpoint that it is named after");
    } finally {
      // What has taken lines of an entry that is none can't go on; the next whole one can.
      this.#trace = trace;
    }
    return { kind: "checkpoint", checkpoint, covers: covers ?? [] };
  }

  #notes({ of }: EntryHead, lines: readonly string[]): Promise<ArchivedNote[]> {
    const side = { traceId: this.#traceId, id: String(of), codec: PLAIN, store: ARCHIVE };
    return Promise.all(
      lines.map(async (line) => {
        const note = await decodeNote(noteOf(JSON.parse(line) as Fields, PLAIN), side);
        inspectNote(note);
        return note;
      }),
    );
  }

  #traceAfter(base: CheckpointRecord | undefined): ArchivedTrace {
    const end = { seq: MAX_NUMBER, timestamp: Infinity, nextBlock: MAX_NUMBER, nextNumber: MAX_NUMBER };
    const needed = new NeededBlocks();
    const trace = new ArchivedTrace({ ...end, traceId: this.#traceId }, PLAIN, needed);
    if (base === undefined) return trace;
    // What these blocks hold, the store has: only their numbers are looked at.
    const blocks = [...numbersIn(base.needs)].map((block) => ({ block, sum: 0, fingerprint: undefined }));
    needed.advance(base, blocks);
    trace.goOnAfter(base);
    return trace;
  }
}

/** Returns where a trace stands after entries that begin with it; `start` if none of them says. */
export function endAfter(entries: readonly LogEntry[], start: Standing): Standing {
  return entries.reduce<Standing>((standing, { said }) => {
    if (said.kind === "deletion") return NOWHERE;
    if (said.kind !== "checkpoint") return standing;
    const { head, nextBlock, nextNumber } = said.checkpoint;
    return { id: head.id, end: { seq: head.seq, timestamp: head.timestamp, nextBlock, nextNumber } };
  }, start);
}

/** Where a trace stands: its newest checkpoint, and the numbers that it has given out. */
export interface Standing {
  readonly id?: CheckpointId;
  readonly end: TraceEnd;
}

/** Where a trace stands that has no checkpoint. */
export const NOWHERE: Standing = { end: { seq: 0, timestamp: 0, nextBlock: 0, nextNumber: 0 } };

/** Returns all blocks that a checkpoint needs of what entries up to its own have brought. */
export function blocksFor({ needs }: ArchivedCheckpoint, entries: readonly LogEntry[]): ArchivedBlock[] {
  const found = new Map<number, ArchivedBlock>();
  for (const { said } of entries) {
    if (said.kind === "deletion") found.clear();
    if (said.kind !== "checkpoint") continue;
    for (const block of said.checkpoint.blocks) if (has(needs, block.block)) found.set(block.block, block);
  }
  return [...found.values()].sort((a, b) => a.block - b.block);
}
