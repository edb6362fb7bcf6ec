import type { Backend, ReadTransaction } from "../core/backend.ts";
import type { Channel } from "../core/channel.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { QuotaHandler, Retention } from "../core/retention.ts";
import type { Store } from "../core/store.ts";
import { Changes } from "./changes.ts";
import type { Codecs } from "./codecs.ts";
import type { TraceRecord } from "./records.ts";
import type { Removal } from "./removal.ts";
import { SaveClock } from "./save-clock.ts";
import { TraceWriter } from "./writer.ts";

/** What a store is made of. */
export interface StoreParts {
  readonly backend: Backend;
  readonly codecs: Codecs;
  /** Where the store is not alone under its name. */
  readonly channel?: Channel;
  readonly retention?: Retention;
  readonly onQuotaExceeded?: QuotaHandler;
}

/** Where a store keeps its engine, for what is built on stores of this library. */
export const ENGINE = Symbol.for("waystone.engine");

/** The engine of a store. @throws TypeError for a store of another make. */
export function engineOf(store: Store): Engine {
  const engine = (store as { [ENGINE]?: Engine } | undefined)?.[ENGINE];
  if (engine === undefined)
    throw new TypeError("store must be one that openStore, createStore or createMemoryStore made");
  return engine;
}

/** Traces whose last state is kept in memory, so that the next save need not read it. */
const MAX_IDLE_WRITERS = 16;

/** What the verbs of a store work with: the records, the writers of its traces, and whom to tell. */
export class Engine {
  readonly backend: Backend;
  readonly codecs: Codecs;
  readonly changes: Changes;
  readonly retention: Retention;
  readonly onQuotaExceeded: QuotaHandler | undefined;
  readonly clock = new SaveClock();
  readonly #writers = new Map<TraceId, TraceWriter>();
  #closing: Promise<void> | undefined;

  constructor({ backend, codecs, channel, retention = {}, onQuotaExceeded }: StoreParts) {
    this.backend = backend;
    this.codecs = codecs;
    this.changes = new Changes(channel);
    this.retention = retention;
    this.onQuotaExceeded = onQuotaExceeded;
  }

  /** @throws `closed`. */
  requireOpen(): void {
    if (this.#closing !== undefined) throw new CheckpointStoreError("closed", "the store was closed");
  }

  async read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    this.requireOpen();
    return this.backend.read(work);
  }

  /** The writer of a trace, through which all that changes the trace takes its turn. */
  writer(traceId: TraceId): TraceWriter {
    const known = this.#writers.get(traceId);
    // Taken out and put back: the map's order is that of last use.
    this.#writers.delete(traceId);
    const writer = known ?? new TraceWriter(traceId, this);
    this.#writers.set(traceId, writer);
    if (known === undefined) this.#dropIdleWriters();
    return writer;
  }

  /** Has the next save read again where the trace stands. */
  forget(traceId: TraceId): void {
    this.#writers.get(traceId)?.forget();
  }

  /** Takes note of a removal that was stored, and reports it. */
  noteRemoval(kind: "deleted" | "pruned", { before, removal }: { before: TraceRecord; removal: Removal }): void {
    const { traceId, token, version } = before;
    this.#writers.get(traceId)?.noteRemoval(removal, token);
    this.changes.report({ kind, traceId, version: version + 1, ids: removal.ids });
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.all([...this.#writers.values()].map((writer) => writer.settled()));
      this.changes.close();
      this.#writers.clear();
      await this.backend.close();
    })();
    return this.#closing;
  }

  #dropIdleWriters(): void {
    let excess = this.#writers.size - MAX_IDLE_WRITERS;
    for (const [traceId, writer] of this.#writers) {
      if (excess <= 1) break;
      if (!writer.isIdle) continue;
      this.#writers.delete(traceId);
      excess -= 1;
    }
  }
}
