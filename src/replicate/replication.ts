import type { TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { readSummaries } from "../log/summaries.ts";
import type { Diverged, SyncParts } from "./sync-parts.ts";
import { syncTrace } from "./sync-trace.ts";

/** How many traces are brought together with their logs at once. */
const AT_ONCE = 4;
/** How long to wait before the first further attempt, and before any. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/** How a trace and its log stand to one another: what `status` returns. */
export interface ReplicationStatus {
  /**
   * `synced`: the trace was the same as its log when it was looked at last. `syncing`: it is being looked at, or waits for
   * that. `waiting`: the remote could not be reached, and is tried again. `failed`: something else is in the way; it is tried
   * again, too, and `error` says what it is.
   */
  readonly state: "synced" | "syncing" | "waiting" | "failed";
  /** The version of the log that the trace was the same as last. */
  readonly version?: number;
  /** Why it is `waiting` or `failed`. */
  readonly error?: CheckpointStoreError;
  /** Entries of the log that are not what they say, and were left out. */
  readonly setAside: readonly CheckpointStoreError[];
  /** Traces that were made of what was saved here and lost to what others had saved, oldest first. */
  readonly forks: readonly TraceId[];
}

/** What is told and asked for from outside. */
export interface ReplicationParts extends SyncParts {
  /** Whether a trace is replicated. */
  isWanted(traceId: TraceId): boolean;
  /** Whether traces are taken that the store does not have. */
  readonly takesOthers: boolean;
  readonly signal: AbortSignal;
}

/** A caller of `synced` that waits. */
interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/** What is known of one trace. */
class TraceState {
  status: ReplicationStatus = { state: "syncing", setAside: [], forks: [] };
  isRunning = false;
  /** Those who are served by the sync under way, and those who need one that begins later. */
  served: Waiter[] = [];
  waiters: Waiter[] = [];
  timer: ReturnType<typeof setTimeout> | undefined;
  attempts = 0;
}

/** Brings the traces of a store and their logs together, whenever either side has changed. */
export class Replication {
  readonly #parts: ReplicationParts;
  readonly #traces = new Map<TraceId, TraceState>();
  /** Traces that wait for their turn, in this order. */
  readonly #queue = new Set<TraceId>();
  readonly #working = new Set<Promise<void>>();
  #watchAttempts = 0;

  constructor(parts: ReplicationParts) {
    this.#parts = { ...parts, onDiverged: (diverged) => this.#noteFork(diverged) };
    this.#onDiverged = parts.onDiverged;
    const { core, signal } = parts;
    core.changes.watch(({ traceId }) => this.#ask(traceId), { signal });
    signal.addEventListener("abort", () => this.#end(), { once: true });
    void this.#begin();
  }

  readonly #onDiverged: SyncParts["onDiverged"];

  status(traceId: TraceId): ReplicationStatus | undefined {
    return this.#traces.get(traceId)?.status;
  }

  /** Resolves once all that was saved to a trace before the call is in its log, and all that was in its log is here. */
  synced(traceId: TraceId): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = this.#parts;
      if (signal.aborted) return reject(signal.reason as Error);
      this.#traceOf(traceId).waiters.push({ resolve, reject });
      this.#ask(traceId);
    });
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#working);
  }

  async #begin(): Promise<void> {
    const { core, remote, signal, takesOthers } = this.#parts;
    try {
      for (const { traceId } of await core.read((transaction) => readSummaries(transaction, {}))) this.#ask(traceId);
      await remote.watch(
        (traceId) => {
          if (takesOthers || this.#traces.has(traceId)) this.#ask(traceId);
        },
        { signal },
      );
    } catch {
      if (signal.aborted) return;
      this.#watchAttempts += 1;
      setTimeout(() => signal.aborted || void this.#begin(), waitMs(this.#watchAttempts));
    }
  }

  #traceOf(traceId: TraceId): TraceState {
    const known = this.#traces.get(traceId) ?? new TraceState();
    this.#traces.set(traceId, known);
    return known;
  }

  /** Has a trace looked at, as soon as there is room. */
  #ask(traceId: TraceId): void {
    const { signal, isWanted } = this.#parts;
    if (signal.aborted || !isWanted(traceId)) return;
    const trace = this.#traceOf(traceId);
    clearTimeout(trace.timer);
    this.#queue.add(traceId);
    this.#startMore();
  }

  #startMore(): void {
    for (const traceId of this.#queue) {
      if (this.#working.size >= AT_ONCE) return;
      const trace = this.#traceOf(traceId);
      if (trace.isRunning) continue;
      this.#queue.delete(traceId);
      const work: Promise<void> = this.#sync(traceId, trace).finally(() => {
        this.#working.delete(work);
        this.#startMore();
      });
      this.#working.add(work);
    }
  }

  async #sync(traceId: TraceId, trace: TraceState): Promise<void> {
    trace.isRunning = true;
    trace.served = trace.waiters.splice(0);
    const { error: _, ...status } = trace.status;
    trace.status = { ...status, state: "syncing" };
    try {
      const { version, setAside } = await syncTrace(this.#parts, traceId);
      trace.attempts = 0;
      trace.status = { ...trace.status, state: "synced", version, setAside };
      for (const waiter of trace.served.splice(0)) waiter.resolve();
    } catch (reason) {
      this.#fail(traceId, trace, reason);
    } finally {
      trace.isRunning = false;
    }
  }

  #fail(traceId: TraceId, trace: TraceState, reason: unknown): void {
    if (this.#parts.signal.aborted) return;
    const error = isCheckpointStoreError(reason)
      ? reason
      : new CheckpointStoreError("storage", `trace ${traceId} can't be replicated`, { traceId, cause: reason });
    const isAway = error.code === "unavailable";
    trace.status = { ...trace.status, state: isAway ? "waiting" : "failed", error };
    // Whoever waits for a remote that is away goes on waiting: it is what one does offline.
    if (isAway) trace.waiters.unshift(...trace.served.splice(0));
    else for (const waiter of trace.served.splice(0)) waiter.reject(error);
    trace.attempts += 1;
    if (error.code === "closed") return;
    trace.timer = setTimeout(() => this.#ask(traceId), isAway ? waitMs(trace.attempts) : LONGEST_WAIT_MS);
  }

  #noteFork(diverged: Diverged): void {
    const trace = this.#traceOf(diverged.traceId);
    trace.status = { ...trace.status, forks: [...trace.status.forks, diverged.fork] };
    this.#onDiverged?.(diverged);
  }

  #end(): void {
    this.#queue.clear();
    for (const trace of this.#traces.values()) {
      clearTimeout(trace.timer);
      for (const waiter of [...trace.served.splice(0), ...trace.waiters.splice(0)]) {
        waiter.reject(this.#parts.signal.reason);
      }
    }
  }
}

/** How long to wait before an attempt: twice as long each time, and never at the same time as all others. */
function waitMs(attempts: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2);
}
