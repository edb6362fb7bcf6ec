import type { Backend, ReadTransaction, Scope } from "../core/backend.ts";
import type { Channel } from "../core/channel.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { Locks } from "../core/locks.ts";
import type { QuotaHandler, Retention } from "../core/retention.ts";
import type { Store } from "../core/store.ts";
import { SaveClock } from "../log/clock.ts";
import type { TraceRecord } from "../log/records.ts";
import type { Codecs } from "../pieces/codecs.ts";
import type { Removal } from "../verbs/remove.ts";
import type { Saved } from "../verbs/save.ts";
import { Changes } from "../watch/changes.ts";
import { Commits } from "./commits.ts";
import { Folding } from "./folding.ts";
import { makeRoom } from "./make-room.ts";
import { TraceQueue, type PendingSave } from "./trace-queue.ts";

/** What a store is made of. */
export interface StoreParts {
  readonly backend: Backend;
  readonly codecs: Codecs;
  /** Carries changes to and from other stores over the same records. Default is none. */
  readonly channel?: Channel;
  /** By which traces are taken over. Default is the Web Locks, where there are any. */
  readonly locks?: Locks;
  readonly retention?: Retention;
  readonly onQuotaExceeded?: QuotaHandler;
}

/**
 * The property under which a store has its core, for `waystone/archive`. A symbol of the registry, since bundles may
 * differ.
 */
export const CORE = Symbol.for("waystone.core");

/** Returns the core of a store. @throws TypeError for a store of another make. */
export function coreOf(store: Store): StoreCore {
  const core = (store as { [CORE]?: StoreCore } | undefined)?.[CORE];
  if (core === undefined)
    throw new TypeError("store must be one that openStore, createStore or createMemoryStore made");
  return core;
}

/** Of how many traces the latest state is kept in memory, so that the next save or load need not read it. */
const MAX_IDLE_QUEUES = 256;
/** About how many bytes those states may take. */
const MAX_IDLE_BYTES = 64 * 1024 * 1024;

/** What a store holds together: its backend and codecs, the queues of its traces, and whom to tell of changes. */
export class StoreCore {
  readonly backend: Backend;
  readonly codecs: Codecs;
  readonly changes: Changes;
  readonly locks: Locks | undefined;
  readonly retention: Retention;
  readonly clock = new SaveClock();
  readonly #commits: Commits;
  readonly #folding: Folding;
  readonly #onQuotaExceeded: QuotaHandler | undefined;
  readonly #queues = new Map<TraceId, TraceQueue>();
  #closing: Promise<void> | undefined;

  constructor({ backend, codecs, channel, locks, retention = {}, onQuotaExceeded }: StoreParts) {
    this.backend = backend;
    this.codecs = codecs;
    this.changes = new Changes(channel);
    this.locks = locks;
    this.retention = retention;
    this.#folding = new Folding(backend);
    this.#onQuotaExceeded = onQuotaExceeded;
    this.#commits = new Commits({
      backend,
      codecs,
      clock: this.clock,
      onSaved: (queue, saves) => this.#noteSaves(queue, saves),
      makeRoom: (queue, error) => this.makeRoom(queue, error),
    });
  }

  /** @throws `closed`. */
  requireOpen(): void {
    if (this.#closing !== undefined) throw new CheckpointStoreError("closed", "the store was closed");
  }

  /** Reads, unless the store is closed. @throws `closed`. */
  async read<T>(work: (transaction: ReadTransaction) => Promise<T>, scope?: Scope): Promise<T> {
    this.requireOpen();
    return this.backend.read(work, scope);
  }

  /** Returns the queue of a trace, in which all that changes the trace takes its turn. */
  queue(traceId: TraceId): TraceQueue {
    const known = this.#queues.get(traceId);
    // Taken out and put back: the map's order is that of last use.
    this.#queues.delete(traceId);
    const queue =
      known ?? new TraceQueue(traceId, { codecs: this.codecs, schedule: (ready) => this.#commits.schedule(ready) });
    this.#queues.set(traceId, queue);
    if (known === undefined) this.#dropIdleQueues(queue);
    return queue;
  }

  /** Returns the queue of a trace, if there is one. */
  knownQueue(traceId: TraceId): TraceQueue | undefined {
    return this.#queues.get(traceId);
  }

  /** Runs `work` when it is the turn of all known traces whose ids begin with `prefix`. */
  async holdAll<T>(prefix: string, work: (queues: readonly TraceQueue[]) => Promise<T>): Promise<T> {
    const queues = [...this.#queues.values()].filter(({ traceId }) => traceId.startsWith(prefix));
    let end: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    try {
      await Promise.all(queues.map((queue) => queue.hold(ended)));
      return await work(queues);
    } finally {
      end!();
    }
  }

  /** Returns the trace in which a save of this checkpoint waits or is under way. */
  traceSaving(id: CheckpointId): TraceId | undefined {
    for (const [traceId, queue] of this.#queues) if (queue.isSaving(id)) return traceId;
    return undefined;
  }

  /** Tells the trace's queue and all who watch of a removal that was stored. */
  noteRemoval(kind: "deleted" | "pruned", { before, removal }: { before: TraceRecord; removal: Removal }): void {
    const { traceId, version } = before;
    this.#queues.get(traceId)?.follow(before, removal.trace);
    this.changes.report({ kind, traceId, version: version + 1, ids: removal.ids });
  }

  /** Makes room on a full disk, where a trace was being changed. Returns whether any was made. */
  makeRoom({ traceId }: TraceQueue, error: CheckpointStoreError): Promise<boolean> {
    return makeRoom(this, { traceId, error, onQuotaExceeded: this.#onQuotaExceeded });
  }

  /** Waits for all that was asked for, then closes the backend. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.all([...this.#queues.values()].map((queue) => queue.settled()));
      await this.#folding.close();
      this.changes.close();
      this.#queues.clear();
      await this.backend.close();
    })();
    return this.#closing;
  }

  #noteSaves({ traceId }: TraceQueue, saves: readonly (readonly [PendingSave, Saved])[]): void {
    const blocks = saves.flatMap(([{ prepared }]) => prepared?.blocks ?? []);
    if (blocks.length > 0) this.#folding.note(traceId, blocks);
    for (const [, { head, version, pruned }] of saves) {
      if (version === undefined) continue;
      this.changes.report({ kind: "saved", traceId, version, head });
      if (pruned.length > 0) this.changes.report({ kind: "pruned", traceId, version: version + 1, ids: pruned });
    }
  }

  #dropIdleQueues(made: TraceQueue): void {
    let bytes = 0;
    for (const queue of this.#queues.values()) bytes += queue.bytesInMemory;
    let excess = this.#queues.size - MAX_IDLE_QUEUES;
    for (const [traceId, queue] of this.#queues) {
      if (excess <= 0 && bytes <= MAX_IDLE_BYTES) break;
      if (queue === made || !queue.isIdle) continue;
      this.#queues.delete(traceId);
      bytes -= queue.bytesInMemory;
      excess -= 1;
    }
  }
}
