import type { WriteTransaction } from "../core/backend.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { findCheckpoint } from "../log/checkpoints.ts";
import { noteBytesIn, putNotes, rangeOfNote, type EncodedNote } from "../log/notes.ts";
import { requireOwner } from "../log/owners.ts";
import type { CheckpointRecord, TraceRecord } from "../log/records.ts";
import { changed, putTrace, readTrace, withNotes } from "../log/trace-record.ts";
import type { Codecs } from "../pieces/codecs.ts";

/** Notes of one call, ready to be stored beside a checkpoint. */
export interface PreparedNotes {
  readonly id: CheckpointId;
  readonly notes: readonly EncodedNote[];
  /** Whether a key that is there keeps its value. */
  readonly once: boolean;
  /** They are refused unless the trace is this owner's. Absent for any. */
  readonly owner: string | undefined;
}

/** What came of the notes of one call. */
export interface NotesWritten {
  /** The keys that were not there before. */
  readonly fresh: readonly string[];
  /** The keys that were written. */
  readonly keys: readonly string[];
  /** The trace's version from then on. It stays the same if no key was written. */
  readonly version: number;
}

/**
 * Writes notes of one trace, of one call after the other. Reads no other notes than those that are replaced, and only
 * their keys.
 *
 * @throws `not-found`, `conflict`, `codec-mismatch`.
 */
export async function writeNotes(
  transaction: WriteTransaction,
  { traceId, calls, codecs }: { readonly traceId: TraceId; readonly calls: readonly PreparedNotes[]; codecs: Codecs },
): Promise<{ readonly before: TraceRecord; readonly trace: TraceRecord; readonly written: readonly NotesWritten[] }> {
  const [before, records] = await Promise.all([
    readTrace(transaction, traceId),
    Promise.all(calls.map(({ id }) => findCheckpoint(transaction, id))),
    ...calls.map(({ owner }) => owner !== undefined && requireOwner(transaction, { traceId, owner })),
  ]);
  let trace = before;
  const written: NotesWritten[] = [];
  for (const [i, call] of calls.entries()) {
    const record = records[i];
    if (trace === undefined || record?.traceId !== traceId) {
      const message = `trace ${traceId} has no checkpoint ${call.id} to keep notes beside`;
      throw new CheckpointStoreError("not-found", message, { traceId, checkpointId: call.id });
    }
    codecs.requireNoDowngrade(record);
    const outcome = await writeCall(transaction, { trace, record, call });
    trace = outcome.trace;
    written.push({ ...outcome, version: trace.version });
  }
  if (trace !== before) putTrace(transaction, trace!);
  return { before: before!, trace: trace!, written };
}

async function writeCall(
  transaction: WriteTransaction,
  { trace, record, call }: { readonly trace: TraceRecord; readonly record: CheckpointRecord; call: PreparedNotes },
): Promise<{ readonly fresh: readonly string[]; readonly keys: readonly string[]; readonly trace: TraceRecord }> {
  const { traceId, seq } = record;
  // A note takes some bytes in any case.
  const replaced = await Promise.all(
    call.notes.map(({ key }) =>
      trace.noteBytes === undefined ? 0 : noteBytesIn(transaction, rangeOfNote(traceId, seq, key)),
    ),
  );
  const freshNotes = call.notes.filter((_, i) => replaced[i] === 0);
  const fresh = freshNotes.map(({ key }) => key);
  const notes = call.once ? freshNotes : call.notes;
  if (notes.length === 0) return { fresh, keys: [], trace };
  let freed = 0;
  for (const [i, { key }] of call.notes.entries()) {
    if (call.once || replaced[i] === 0) continue;
    transaction.delete("notes", rangeOfNote(traceId, seq, key));
    freed += replaced[i]!;
  }
  const next = changed(trace);
  const bytes = putNotes(transaction, notes, record, next);
  return { fresh, keys: notes.map(({ key }) => key), trace: withNotes(next, bytes - freed) };
}
