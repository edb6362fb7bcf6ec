import type { Checkpoint, StoredHead } from "../../../src/core/checkpoint.ts";
import type { Change, ChangeListener } from "../../../src/core/trace.ts";

/** One stored checkpoint: its head, and a copy that nobody else holds. */
export interface Entry {
  readonly head: StoredHead;
  readonly checkpoint: Checkpoint;
  readonly savedAt: number;
  /** What was kept beside it, in the order of writing. */
  readonly notes: Map<string, unknown>;
}

/** A trace as it is kept; oldest entry first. It stays when emptied, so that no `seq` is given out twice. */
export interface TraceRecord {
  entries: Entry[];
  lastSeq: number;
  lastTimestamp: number;
  version: number;
  /** Which save of the whole store was its last. */
  lastSave: number;
}

interface Watch {
  readonly listener: ChangeListener;
  readonly traceId: string | undefined;
}

/** What the stores of one name share: the data, the order of calls, and who is to be told of a change. */
export class ReferenceDisk {
  readonly traces = new Map<string, TraceRecord>();
  readonly watches = new Map<object, Set<Watch>>();
  saves = 0;
  #queue: Promise<unknown> = Promise.resolve();

  /** One after the other, in the order of the calls. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  entry(id: string): Entry | undefined {
    for (const { entries } of this.traces.values()) {
      const found = entries.find(({ head }) => head.id === id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  trace(traceId: string): TraceRecord {
    let record = this.traces.get(traceId);
    if (record === undefined) {
      record = { entries: [], lastSeq: 0, lastTimestamp: -Infinity, version: 0, lastSave: 0 };
      this.traces.set(traceId, record);
    }
    return record;
  }

  watch(store: object, watch: Watch): () => void {
    const mine = this.watches.get(store) ?? new Set();
    this.watches.set(store, mine.add(watch));
    return () => void mine.delete(watch);
  }

  /** Tells all that watch; one that throws harms no one. */
  tell(store: object, change: Change): void {
    for (const [watcher, watches] of this.watches) {
      const origin = watcher === store ? "local" : "remote";
      for (const watch of Array.from(watches)) {
        if (watch.traceId !== undefined && watch.traceId !== change.traceId) continue;
        if (!watches.has(watch)) continue;
        try {
          watch.listener({ ...change, origin });
        } catch {
          continue;
        }
      }
    }
  }
}
