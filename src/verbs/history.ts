import type { ReadTransaction } from "../core/backend.ts";
import type { CheckpointId, StoredHead, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { HistoryOptions } from "../core/trace.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { findCheckpoint } from "../log/checkpoints.ts";
import { openHead } from "../log/heads.ts";
import { headOf, rangeOf, type CheckpointRecord } from "../log/records.ts";

/** Heads read at a time. */
const PAGE_SIZE = 64;

type Read = <T>(work: (transaction: ReadTransaction) => Promise<T>) => Promise<T>;

/** Reads the heads of a trace, newest first, page by page: no transaction is open while the caller has a head. */
export async function* readHistory(
  read: Read,
  traceId: TraceId,
  { limit = Infinity, before, signal, codecs }: HistoryOptions & { readonly codecs: Codecs },
): AsyncGenerator<StoredHead, void, undefined> {
  let last: Cursor = typeof before === "string" ? await cursorOf(read, traceId, before) : (before ?? FIRST);
  for (let left = limit; left > 0;) {
    signal?.throwIfAborted();
    const page = await read((transaction) =>
      transaction.getAll<CheckpointRecord>("checkpoints", {
        range: rangeOf(traceId, -Infinity, last.seq - 1),
        reverse: true,
        limit: Math.min(left, PAGE_SIZE),
      }),
    );
    for (const head of await Promise.all(page.map((record) => openHead(headOf(record), codecs)))) {
      signal?.throwIfAborted();
      requireOlder(head, last);
      yield head;
      last = head;
      left -= 1;
    }
    if (page.length < PAGE_SIZE) return;
  }
}

/** Where to go on from: the next head is the newest before it. */
type Cursor = Pick<StoredHead, "seq" | "timestamp" | "isDamaged">;

const FIRST: Cursor = { seq: Infinity, timestamp: Infinity };

/** @throws `not-found` if the trace has no such checkpoint. */
async function cursorOf(read: Read, traceId: TraceId, id: CheckpointId): Promise<Cursor> {
  const record = await read((transaction) => findCheckpoint(transaction, id));
  if (record?.traceId === traceId) return headOf(record);
  const message = `trace ${traceId} has no checkpoint ${id} to read the history from: a head would say where it was`;
  throw new CheckpointStoreError("not-found", message, { traceId, checkpointId: id });
}

/**
 * Timestamps grow along a trace. Where they don't, the trace was deleted and made anew since: what follows is no part of
 * what was read before.
 *
 * @throws `not-found`.
 */
function requireOlder(head: StoredHead, last: Cursor): void {
  if (head.isDamaged === true || last.isDamaged === true || head.timestamp < last.timestamp) return;
  const message = `trace ${head.traceId} was deleted and made anew while its history was read`;
  throw new CheckpointStoreError("not-found", message, { traceId: head.traceId });
}
