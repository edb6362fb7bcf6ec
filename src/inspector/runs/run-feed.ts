import type { TraceId } from "../../core/checkpoint.ts";
import type { Store, TraceSummary } from "../../core/store.ts";
import type { Change } from "../../core/trace.ts";
import { singleFlight } from "../single-flight.ts";

/** What the list of runs needs of a store. */
export type RunSource = Pick<Store, "traces" | "watch">;

/** How long to gather changes that take a reading. */
const GATHER_MS = 200;

/**
 * The traces of a store, kept up to date: read once, then changed as the store reports. Where a report does not say what
 * became of a trace, the record of that trace is read, and nothing else. Fires `change`.
 *
 * What a note adds to a trace's bytes is seen with the next reading.
 */
export class RunFeed extends EventTarget {
  readonly #store: RunSource;
  readonly #closing = new AbortController();
  readonly #runs = new Map<TraceId, TraceSummary>();
  readonly #versions = new Map<TraceId, number>();
  readonly #stale = new Set<TraceId>();
  /** No two traces share a time, and the next save is later than all before. */
  #lastSavedAt = 0;
  #sorted: readonly TraceSummary[] | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  /** Whether the traces have been read. */
  isLoaded = false;
  /** What the last reading failed with. */
  error: unknown;

  /** @throws `closed`. */
  constructor(store: RunSource) {
    super();
    this.#store = store;
    store.watch((change) => this.#take(change), { signal: this.#closing.signal });
    void this.read();
  }

  /** The traces, the one that was saved to last first. */
  get runs(): readonly TraceSummary[] {
    return (this.#sorted ??= [...this.#runs.values()].sort((a, b) => b.savedAt - a.savedAt));
  }

  get(traceId: TraceId): TraceSummary | undefined {
    return this.#runs.get(traceId);
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#gathering);
  }

  /** Reads all traces again. */
  readonly read = singleFlight(() =>
    this.#reading(async () => {
      const summaries = await this.#store.traces();
      this.#runs.clear();
      for (const summary of summaries) this.#runs.set(summary.traceId, summary);
      this.#lastSavedAt = summaries[0]?.savedAt ?? 0;
      this.isLoaded = true;
    }),
  );

  readonly #readStale = singleFlight(() =>
    this.#reading(async () => {
      const stale = [...this.#stale];
      this.#stale.clear();
      for (const traceId of stale) {
        const found = await this.#store.traces({ prefix: traceId });
        const summary = found.find((one) => one.traceId === traceId);
        if (summary === undefined) this.#runs.delete(traceId);
        else this.#runs.set(traceId, summary);
      }
    }),
  );

  async #reading(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
    this.#changed();
  }

  #take(change: Change): void {
    const { traceId, version } = change;
    const before = this.#versions.get(traceId);
    this.#versions.set(traceId, version);
    const isNext = before === undefined || version === before + 1;
    if (change.kind === "noted" && isNext) return;
    if (change.kind === "trace-deleted") {
      this.#runs.delete(traceId);
      this.#versions.delete(traceId);
    } else if (change.kind === "saved" && isNext && this.isLoaded && !this.#stale.has(traceId)) {
      this.#add(change);
    } else {
      this.#stale.add(traceId);
      this.#gathering ??= setTimeout(() => {
        this.#gathering = undefined;
        void this.#readStale();
      }, GATHER_MS);
      return;
    }
    this.#changed();
  }

  #add({ traceId, head }: Extract<Change, { kind: "saved" }>): void {
    const { checkpoints = 0, bytes = 0, latest } = this.#runs.get(traceId) ?? {};
    if (latest !== undefined && head.seq <= latest.seq) return;
    this.#runs.set(traceId, {
      traceId,
      checkpoints: checkpoints + 1,
      bytes: bytes + head.bytes,
      savedAt: (this.#lastSavedAt = Math.max(Date.now(), this.#lastSavedAt + 1)),
      latest: head,
    });
  }

  #changed(): void {
    this.#sorted = undefined;
    this.dispatchEvent(new Event("change"));
  }
}
