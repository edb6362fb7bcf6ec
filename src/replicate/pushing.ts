import type { TraceId } from "../core/checkpoint.ts";
import { newestCheckpoint } from "../log/checkpoints.ts";
import type { CheckpointRecord, NoteRecord, TraceRecord } from "../log/records.ts";
import { OWNERS } from "../log/scopes.ts";
import { putProgress, type Here, type PassedOn, type Progress } from "./applying.ts";
import { linesOfNotes, outgoing, textOfEntry, type EntryHead } from "./entries.ts";
import { endAfter, LogReader, NOWHERE, type LogEntry, type Standing } from "./log-reader.ts";
import type { Log, SyncParts } from "./sync-parts.ts";
import { linkOf, START, toWire } from "./wire.ts";

/** A log of so many entries is replaced by its newest state. */
const COMPACT_FROM = 512;
/** So many links of a log that was replaced are kept, to tell who has come to one of them. */
const MAX_COVERED = 2_048;
/** So many entries are appended until it is noted how far the trace has come. */
const NOTED_EVERY = 16;

/** Appends to a log, as long as nobody else does. */
export class Pushing {
  readonly #parts: SyncParts;
  readonly #traceId: TraceId;
  #version: number;
  #link: string;
  #count: number;

  constructor(parts: SyncParts, traceId: TraceId, { version, link, count }: Log) {
    this.#parts = parts;
    this.#traceId = traceId;
    this.#version = version;
    this.#link = link;
    this.#count = count;
  }

  /** Appends the notes of a checkpoint. Returns the entry, or nothing where the checkpoint is gone. */
  async notes(records: readonly NoteRecord[]): Promise<LogEntry[]> {
    const { core } = this.#parts;
    const traceId = this.#traceId;
    const { seq } = records[0]!;
    const record = await core.read((transaction) => newestCheckpoint(transaction, traceId, seq));
    if (record?.seq !== seq) return [];
    const of = record.id;
    const lines = await linesOfNotes(core, record, records);
    await this.#append({ kind: "notes", id: of, of }, lines);
    // They are here: what is left to do is to take note of how far the log has come.
    return [{ version: this.#version, link: this.#link, said: { kind: "notes", of, notes: [] } }];
  }

  /** Appends all else that the log does not have. Returns whether it has all now. */
  async rest(here: Here, common: Standing): Promise<boolean> {
    const { replica, trace } = here;
    const { core, removals } = this.#parts;
    let start = common;
    if (replica?.isDeleted === true && (removals || trace !== undefined)) {
      await this.#append({ kind: "deletion", id: crypto.randomUUID() });
      start = NOWHERE;
      await this.#note(start, here, { deletion: true });
    } else if (replica !== undefined && replica.removed.length > 0) {
      const ids = replica.removed;
      if (removals) await this.#append({ kind: "removal", id: crypto.randomUUID(), ids });
      await this.#note(start, here, { removed: ids });
    }
    if (trace === undefined) return true;
    const after = { seq: start.end.seq, nextBlock: replica?.isCut === true ? 0 : start.end.nextBlock };
    let isWhole = after.nextBlock === 0;
    let unnoted = 0;
    try {
      for await (const { record, lines } of outgoing(core, trace, after)) {
        await this.#append({ kind: "checkpoint", id: record.id, isWhole }, lines);
        start = standingAt(record);
        isWhole = false;
        unnoted += 1;
        if (unnoted % NOTED_EVERY === 0) await this.#note(start, here);
      }
    } finally {
      if (unnoted % NOTED_EVERY > 0) await this.#note(start, here);
    }
    if (this.#count >= COMPACT_FROM) await this.#compact(here, trace);
    return true;
  }

  /** Puts the newest checkpoint, with all it needs, in the place of the log. Who has come to any entry of it can follow. */
  async #compact(here: Here, trace: TraceRecord): Promise<void> {
    const { core, remote, codec, signal } = this.#parts;
    const traceId = this.#traceId;
    const { entries } = await remote.read(traceId, { after: 0, ...(signal !== undefined && { signal }) });
    const reader = new LogReader(codec, traceId);
    for (const entry of entries) await reader.take(entry);
    const newest = await core.read((transaction) => newestCheckpoint(transaction, traceId, trace.seq));
    const all = reader.entries;
    if (newest === undefined || all[all.length - 1]?.link !== this.#link || endAfter(all, NOWHERE).id !== newest.id)
      return;
    const earlier = all[0]!.said.kind === "checkpoint" ? all[0]!.said.covers : [];
    const covers = [...earlier, ...all.map(({ link }) => link)].slice(-MAX_COVERED);
    for await (const { record, lines } of outgoing(core, trace, { seq: newest.seq - 1, nextBlock: 0 })) {
      this.#link = START;
      this.#count = 0;
      await this.#append({ kind: "checkpoint", id: record.id, isWhole: true, covers }, lines, "replace");
      await this.#note(standingAt(record), here);
    }
  }

  async #append(
    head: Omit<EntryHead, "traceId" | "before" | "device">,
    lines: readonly string[] = [],
    how: "append" | "replace" = "append",
  ): Promise<void> {
    const { remote, codec, device, signal } = this.#parts;
    const place = { traceId: this.#traceId, id: head.id, before: this.#link };
    const bytes = await toWire(textOfEntry({ ...head, ...place, device }, lines), codec, place);
    const options = { version: this.#version, ...(signal !== undefined && { signal }) };
    this.#version = await remote[how](this.#traceId, { id: head.id, bytes }, options);
    this.#link = linkOf(bytes, codec);
    this.#count += 1;
  }

  /** Takes note of how far the log has come. */
  async #note(standing: Standing, { trace }: Here, passedOn: PassedOn = {}): Promise<void> {
    const progress: Progress = { version: this.#version, link: this.#link, count: this.#count, ...standing };
    const noted = { progress, notedTo: trace?.version ?? 0, passedOn };
    await this.#parts.core.backend.write((transaction) => putProgress(transaction, this.#traceId, noted), OWNERS);
  }
}

function standingAt({ id, seq, timestamp, nextBlock, nextNumber }: CheckpointRecord): Standing {
  return { id, end: { seq, timestamp, nextBlock, nextNumber } };
}
