import type { Backend, ReadTransaction, WriteTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { copyNotes, putNotes, readNotes, type EncodedNote } from "../log/notes.ts";
import { endOwnership } from "../log/owners.ts";
import { plainHead, rangeOf, recordBytesOf, seal, type CheckpointRecord, type RecordHead } from "../log/records.ts";
import type { NoteRecord, TraceEnd, TraceRecord } from "../log/records.ts";
import { cutBlocks, putBlocks, putSegment, readBlocks, segmentKeys, totalBytes } from "../log/stored-blocks.ts";
import { changed, putTrace, readFence, readTrace, withCheckpoint, withNotes, type Fence } from "../log/trace-record.ts";
import type { Codecs } from "../pieces/codecs.ts";
import type { EncodedBlock } from "../pieces/encode.ts";
import { has, numbersIn, toRuns } from "../pieces/runs.ts";
import { planFold } from "./fold.ts";
import { placedAt } from "./fork.ts";
import { naming } from "./load.ts";
import { removeRuns } from "./remove.ts";

/** What a diversion is made with. */
export interface DivertParts {
  readonly traceId: TraceId;
  /** Where the trace is to stand again. What comes after that position moves. */
  readonly end: TraceEnd;
  /** The trace that it moves into. */
  readonly forkId: TraceId;
  readonly codecs: Codecs;
}

/** The outcome of a diversion. */
export interface Diverted {
  /** The trace's record before it, and after it; `undefined` if all of the trace has moved. */
  readonly before: TraceRecord;
  readonly after: TraceRecord | undefined;
  /** The heads of what has moved, oldest first. */
  readonly heads: readonly RecordHead[];
}

/** What comes after a position, as it was read. */
interface Tail {
  readonly trace: TraceRecord;
  readonly fence: Fence;
  readonly records: readonly CheckpointRecord[];
  /** All blocks that any of them needs. */
  readonly blocks: readonly EncodedBlock[];
  readonly notes: readonly (readonly NoteRecord[])[];
}

/** A checkpoint as it is to be stored in the fork. */
interface Moved {
  readonly record: CheckpointRecord;
  readonly notes: readonly EncodedNote[];
}

/**
 * Moves all that comes after a position of a trace, with its ids and positions, into a fork, and has the trace stand at
 * that position again. All in one transaction: nobody sees a checkpoint in both, or in neither.
 *
 * Positions and numbers after that one are then given out anew in the trace, so nothing may stay there that has them.
 * Who owns the trace loses it: what its work goes on from is elsewhere.
 *
 * @returns `undefined` if the trace is not there.
 * @throws `conflict` if the fork is there already; `corrupted`; `codec-mismatch` if something has to be encoded anew and
 *   can't be.
 */
export async function divertTail(backend: Backend, parts: DivertParts): Promise<Diverted | undefined> {
  for (;;) {
    const tail = await backend.read((transaction) => readTail(transaction, parts));
    if (tail === undefined) return undefined;
    const moved = await moveAll(tail, parts);
    const diverted = await backend.write((transaction) => writeDiverted(transaction, { ...parts, tail, moved }));
    // Another tab has changed the trace meanwhile: what it saved moves, too.
    if (diverted !== undefined) return diverted;
  }
}

async function readTail(transaction: ReadTransaction, { traceId, end }: DivertParts): Promise<Tail | undefined> {
  const [trace, fence, records, segments] = await Promise.all([
    readTrace(transaction, traceId),
    readFence(transaction, traceId),
    transaction.getAll<CheckpointRecord>("checkpoints", { range: rangeOf(traceId, end.seq + 1) }),
    segmentKeys(transaction, traceId),
  ]);
  if (trace === undefined) return undefined;
  const numbers = new Set(records.flatMap(({ needs }) => [...numbersIn(needs)]));
  const needs = toRuns([...numbers].sort((a, b) => a - b));
  const [blocks, notes] = await Promise.all([
    readBlocks(transaction, traceId, { needs, segments }),
    Promise.all(records.map(({ seq }) => (trace.noteBytes === undefined ? [] : readNotes(transaction, traceId, seq)))),
  ]);
  return { trace, fence, records, blocks, notes };
}

async function moveAll(
  { records, blocks, notes }: Tail,
  { forkId, codecs }: Pick<DivertParts, "forkId" | "codecs">,
): Promise<Moved[]> {
  const moved: Moved[] = [];
  let nextBlock = 0;
  for (const [i, record] of records.entries()) {
    const needed = blocks.filter(({ block }) => has(record.needs, block));
    // Each brings what none before it needs, as everywhere: the first one all, since a trace owns what it needs.
    const brought = needed.filter(({ block }) => block >= nextBlock);
    nextBlock = record.nextBlock;
    await naming(record, async () => {
      const bound = await placedAt({ record, blocks: needed }, { place: { traceId: forkId }, codecs });
      const recordBytes = recordBytesOf({ head: plainHead(bound), root: bound.root, needs: bound.needs });
      const copy = { ...bound, recordBytes, bytes: recordBytes + totalBytes(brought) };
      moved.push({ record: copy, notes: await copyNotes(notes[i]!, { from: record, to: copy, codecs }) });
    });
  }
  return moved;
}

async function writeDiverted(
  transaction: WriteTransaction,
  { traceId, end, forkId, tail, moved }: DivertParts & { readonly tail: Tail; readonly moved: readonly Moved[] },
): Promise<Diverted | undefined> {
  const [before, fence, fork] = await Promise.all([
    readTrace(transaction, traceId),
    readFence(transaction, traceId),
    readTrace(transaction, forkId),
  ]);
  if (before === undefined || fence !== tail.fence) return undefined;
  if (fork !== undefined && moved.length > 0) {
    throw new CheckpointStoreError("conflict", `trace ${forkId} exists already`, { traceId: forkId });
  }
  const { trace } = await removeRuns(transaction, before, [{ from: end.seq + 1, to: before.seq }]);
  const freed = trace === undefined ? 0 : await cutBlocks(transaction, traceId, end.nextBlock);
  const { seq, timestamp, nextBlock, nextNumber } = end;
  const after = trace && changed({ ...trace, bytes: trace.bytes - freed, seq, timestamp, nextBlock, nextNumber });
  if (after !== undefined) putTrace(transaction, after);
  await endOwnership(transaction, traceId);
  putFork(transaction, { forkId, moved, blocks: tail.blocks });
  return { before, after, heads: moved.map(({ record }) => plainHead(record)) };
}

function putFork(
  transaction: WriteTransaction,
  {
    forkId,
    moved,
    blocks,
  }: { readonly forkId: TraceId; readonly moved: readonly Moved[]; readonly blocks: readonly EncodedBlock[] },
): void {
  let trace: TraceRecord | undefined;
  for (const { record, notes } of moved) {
    transaction.put("checkpoints", seal(record));
    trace = withCheckpoint(trace, record);
    if (notes.length > 0) trace = withNotes(trace, putNotes(transaction, notes, record, trace));
  }
  if (trace === undefined) return;
  const { segments, rows } = planFold(blocks);
  for (const folded of segments) putSegment(transaction, forkId, folded);
  putBlocks(transaction, forkId, rows);
  putTrace(transaction, trace);
}
