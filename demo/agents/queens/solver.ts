import type { Store, Trace, TraceId } from "waystone";
import type { Drive } from "../agent.ts";
import type { Board } from "./board.ts";
import { boards, isSolved, pathOf } from "./board.ts";

/** What a run is about. */
export interface QueensInput {
  readonly size: number;
}

/** What a finished run holds. */
export interface QueensResult {
  readonly size: number;
  readonly solutions: readonly (readonly number[])[];
  /** How many boards the search has met. */
  readonly met: number;
}

/**
 * Finds every way to put queens on a board so that none attacks another. Each board is a checkpoint. Where the search comes
 * back to a board to try another column, it forks that board's checkpoint into a trace of its own.
 *
 * Where it is, is in what it stored: its newest trace. The boards before that are met again in memory alone.
 */
export async function solve({ store, traceId, input, signal }: Drive): Promise<void> {
  const begun = await reached(store, traceId);
  const size = begun?.size ?? (input as QueensInput).size;
  const result = { size, solutions: [] as (readonly number[])[], met: 0 };
  let trace = store.trace(begun?.traceId ?? traceId);
  await trace.loadLatest();
  let before: Board | undefined;
  let isBehind = begun !== undefined;
  for (const board of boards(size)) {
    result.met++;
    if (isSolved(board)) result.solutions.push(board.queens);
    isBehind &&= pathOf(board) !== begun!.path;
    if (!isBehind) {
      signal.throwIfAborted();
      const isFirst = pathOf(board) === begun?.path;
      if (!isFirst && before && board.queens.length <= before.queens.length) trace = await fork(store, traceId, board);
      await place(trace, traceId, board);
    }
    before = board;
  }
  const note = `${result.solutions.length} solutions among ${result.met} boards`;
  await store
    .trace(traceId)
    .save(result, { id: `${traceId}#done`, metadata: { node: "done", note, title: titleOf(size), size } });
}

/** The board at which a run goes on, and its trace. Its checkpoint may be there already. */
async function reached(store: Store, traceId: TraceId) {
  const [newest] = await store.traces({ prefix: traceId, limit: 1 });
  if (!newest) return undefined;
  const { latest } = newest;
  const branch = newest.traceId.slice(traceId.length + 1);
  const path = latest.id === copyIdOf(newest.traceId) ? branch : String(latest.metadata?.path);
  return { traceId: newest.traceId, path, size: Number(latest.metadata?.size) };
}

/** Starts a trace for a board, with a copy of the board that it grows from. */
async function fork(store: Store, traceId: TraceId, board: Board): Promise<Trace> {
  const branch = `${traceId}/${pathOf(board)}`;
  const parent = { ...board, queens: board.queens.slice(0, -1) };
  await store.fork(idOf(traceId, parent), branch, { id: copyIdOf(branch) });
  const trace = store.trace(branch);
  await trace.loadLatest();
  return trace;
}

/** Stores a board. Repeated, it does nothing. */
async function place(trace: Trace, traceId: TraceId, board: Board): Promise<void> {
  const { size, queens } = board;
  const branch = trace.id.slice(traceId.length).replace("/", ", from ");
  const note = isSolved(board)
    ? "solved"
    : queens.length === 0
      ? "an empty board"
      : `row ${queens.length}: column ${queens.at(-1)! + 1}`;
  await trace.save(board, {
    id: idOf(traceId, board),
    // A branch is no run that anyone could drive: it ends where the search turns back.
    ...(branch === "" && { nextNode: "place" }),
    metadata: { node: "place", note, title: titleOf(size) + branch, size, path: pathOf(board) },
  });
}

function idOf(traceId: TraceId, board: Board): string {
  return `${traceId}#${pathOf(board)}`;
}

function copyIdOf(branch: TraceId): string {
  return `${branch}#copy`;
}

function titleOf(size: number): string {
  return `${size} queens`;
}
