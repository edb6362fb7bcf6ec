import type { Checkpoint, CheckpointId, TraceId } from "../../../src/core/checkpoint.ts";
import type { Candidate, CandidateStore } from "./candidate.ts";

interface SnapshotRecord extends Checkpoint {
  readonly traceId: TraceId;
  readonly timestamp: number;
}

/** The platform alone: a record for each checkpoint that holds the whole state, copied by structured clone. */
export function raw(durability: "strict" | "relaxed"): Candidate {
  return {
    title: `raw IndexedDB snapshots (${durability})`,
    keeps: "states",
    async open(database) {
      const opening = indexedDB.open(database, 1);
      opening.onupgradeneeded = () => {
        const checkpoints = opening.result.createObjectStore("checkpoints", { keyPath: "id" });
        checkpoints.createIndex("by_trace_timestamp", ["traceId", "timestamp"], { unique: true });
      };
      return new RawSnapshots(await answer(opening), durability);
    },
  };
}

class RawSnapshots implements CandidateStore {
  readonly #db: IDBDatabase;
  readonly #durability: "strict" | "relaxed";
  /** Kept in memory, where a store for several tabs would have to read it back: a gift to the baseline. */
  #timestamp = 0;

  constructor(db: IDBDatabase, durability: "strict" | "relaxed") {
    this.#db = db;
    this.#durability = durability;
  }

  async saveWithTrace(traceId: TraceId, checkpoint: Checkpoint): Promise<void> {
    await this.fill(traceId, [checkpoint]);
  }

  async fill(traceId: TraceId, checkpoints: readonly Checkpoint[]): Promise<void> {
    const store = this.#write();
    for (const checkpoint of checkpoints) {
      this.#timestamp = Math.max(checkpoint.createdAt, this.#timestamp + 1);
      store.put({ ...checkpoint, traceId, timestamp: this.#timestamp } satisfies SnapshotRecord);
    }
    await completion(store.transaction);
  }

  async load(id: CheckpointId): Promise<Checkpoint | undefined> {
    return answer<SnapshotRecord | undefined>(this.#read().get(id));
  }

  async loadLatest(traceId: TraceId): Promise<Checkpoint | undefined> {
    const cursor = await answer(this.#read().index("by_trace_timestamp").openCursor(traceRange(traceId), "prev"));
    return cursor?.value as SnapshotRecord | undefined;
  }

  async list(traceId: TraceId): Promise<CheckpointId[]> {
    const ids = await answer(this.#read().index("by_trace_timestamp").getAllKeys(traceRange(traceId)));
    return (ids as CheckpointId[]).reverse();
  }

  async prune(traceId: TraceId, keep: number): Promise<number> {
    const store = this.#write();
    const ids = await answer(store.index("by_trace_timestamp").getAllKeys(traceRange(traceId)));
    const pruned = keep === 0 ? ids : ids.slice(0, -keep);
    for (const id of pruned) store.delete(id);
    await completion(store.transaction);
    return pruned.length;
  }

  close(): void {
    this.#db.close();
  }

  #read(): IDBObjectStore {
    return this.#db.transaction("checkpoints").objectStore("checkpoints");
  }

  #write(): IDBObjectStore {
    const transaction = this.#db.transaction("checkpoints", "readwrite", { durability: this.#durability });
    return transaction.objectStore("checkpoints");
  }
}

function traceRange(traceId: TraceId): IDBKeyRange {
  return IDBKeyRange.bound([traceId], [traceId, []]);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.commit();
  });
}
