import type { ReadTransaction } from "../core/backend.ts";
import type { StoredHead, TraceId } from "../core/checkpoint.ts";
import type { HistoryOptions } from "../core/trace.ts";
import type { Codecs } from "../pieces/codecs.ts";
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
  let below = Infinity;
  if (before !== undefined) {
    const record = await read((transaction) => transaction.get<CheckpointRecord>("checkpoints", [before], "by_id"));
    if (record === undefined || record.traceId !== traceId) return;
    below = record.seq;
  }
  for (let left = limit; left > 0;) {
    signal?.throwIfAborted();
    const page = await read((transaction) =>
      transaction.getAll<CheckpointRecord>("checkpoints", {
        range: rangeOf(traceId, -Infinity, below - 1),
        reverse: true,
        limit: Math.min(left, PAGE_SIZE),
      }),
    );
    for (const head of await Promise.all(page.map((record) => openHead(headOf(record), codecs)))) {
      signal?.throwIfAborted();
      yield head;
      below = head.seq;
      left -= 1;
    }
    if (page.length < PAGE_SIZE) return;
  }
}
