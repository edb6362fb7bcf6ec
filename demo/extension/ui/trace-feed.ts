import type { Change, Store, StoredHead, TraceId } from "waystone";
import { singleFlight } from "../../ui/single-flight.ts";

/** What a feed needs of a store. */
export type FeedSource = Pick<Store, "history" | "watch">;

/**
 * The heads of one trace, oldest first, kept up to date: read once, then changed as the store reports, and read again
 * only where a report was missed. Fires `change`.
 */
export class TraceFeed extends EventTarget {
  readonly traceId: TraceId;
  readonly #store: FeedSource;
  readonly #stopWatching: () => void;
  #heads: StoredHead[] = [];
  #version: number | undefined;
  #isReading = false;
  #isClosed = false;

  constructor(store: FeedSource, traceId: TraceId) {
    super();
    this.#store = store;
    this.traceId = traceId;
    this.#stopWatching = store.watch((change) => this.#take(change), { traceId });
    void this.read();
  }

  get heads(): readonly StoredHead[] {
    return this.#heads;
  }

  get latest(): StoredHead | undefined {
    return this.#heads.at(-1);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWatching();
  }

  /** Reads the trace again. Calls that are made while it reads lead to one more read, not many. */
  readonly read = singleFlight(async () => {
    if (this.#isClosed) return;
    this.#isReading = true;
    try {
      const heads: StoredHead[] = [];
      for await (const head of this.#store.history(this.traceId)) heads.push(head);
      if (this.#isClosed) return;
      this.#heads = heads.reverse();
    } finally {
      this.#isReading = false;
    }
    this.dispatchEvent(new Event("change"));
  });

  #take(change: Change): void {
    const isNext = this.#version === undefined || change.version === this.#version + 1;
    this.#version = change.version;
    if (this.#isReading || !isNext) return void this.read();
    if (change.kind === "saved") {
      const { head } = change;
      const last = this.latest?.seq;
      if (last !== undefined && head.seq <= last) return;
      if (last !== undefined && head.seq > last + 1) return void this.read();
      this.#heads = [...this.#heads, head];
    } else if (change.kind !== "noted") {
      const gone = change.kind === "trace-deleted" ? undefined : new Set(change.ids);
      this.#heads = gone ? this.#heads.filter(({ id }) => !gone.has(id)) : [];
    }
    this.dispatchEvent(new Event("change"));
  }
}
