import type { Backend, ReadTransaction } from "../core/backend.ts";
import type { StoredHead, TraceId } from "../core/checkpoint.ts";
import type { SaveClock } from "../log/clock.ts";
import type { TraceRecord } from "../log/records.ts";
import type { Codecs } from "../pieces/codecs.ts";
import type { Removal } from "../verbs/remove.ts";

/** What exports and imports need of a store. */
export interface ArchivedStore {
  readonly backend: Backend;
  readonly codecs: Codecs;
  readonly clock: SaveClock;
  readonly changes: {
    report(change: {
      readonly kind: "saved";
      readonly traceId: TraceId;
      readonly version: number;
      readonly head: StoredHead;
    }): void;
  };
  /** @throws `closed`. */
  requireOpen(): void;
  read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T>;
  /** The turns of a trace, and what is known of where it stands. */
  queue(traceId: TraceId): { enqueue<T>(work: () => Promise<T>): Promise<T>; forget(): void };
  noteRemoval(kind: "deleted", removed: { readonly before: TraceRecord; readonly removal: Removal }): void;
}
