import type { Channel } from "../core/channel.ts";
import type { WatchOptions } from "../core/store.ts";
import type { Change, ChangeListener } from "../core/trace.ts";
import { ChangeOrder } from "./change-order.ts";
import { isReport, type ChangeReport } from "./report.ts";

/** At the least so long from one post to the next. */
const POST_INTERVAL_MS = 20;

/** Tells listeners what changed, here and in the other stores of one name. */
export class Changes {
  readonly #channel: Channel | undefined;
  readonly #unsent: ChangeReport[] = [];
  #sentAt = -Infinity;
  readonly #order = new ChangeOrder((change) => this.#tell(change));
  readonly #listeners = new Map<symbol, { listener: ChangeListener; traceId: string | undefined }>();

  constructor(channel: Channel | undefined) {
    this.#channel = channel;
    channel?.listen((message) => {
      for (const report of Array.isArray(message) ? (message as unknown[]) : []) {
        if (isReport(report)) this.#take({ ...report, origin: "remote" });
      }
    });
  }

  /**
   * Reports what this store has done: here at once, to others in a moment, so that no save waits for the post. What
   * comes in quick succession is posted together: a post costs as much as a tenth of a save.
   */
  report(report: ChangeReport): void {
    this.#take({ ...report, origin: "local" });
    if (this.#channel === undefined) return;
    this.#unsent.push(report);
    if (this.#unsent.length > 1) return;
    setTimeout(() => this.#send(), Math.max(0, this.#sentAt + POST_INTERVAL_MS - performance.now()));
  }

  watch(listener: ChangeListener, { traceId, signal }: WatchOptions = {}): () => void {
    if (typeof listener !== "function") throw new TypeError(`listener must be a function, got ${typeof listener}`);
    const key = Symbol("watch");
    const end = (): void => {
      this.#listeners.delete(key);
      signal?.removeEventListener("abort", end);
    };
    if (signal?.aborted === true) return end;
    signal?.addEventListener("abort", end);
    // Where the traces stood when somebody listened last says nothing.
    if (this.#listeners.size === 0) this.#order.clear();
    this.#listeners.set(key, { listener, traceId });
    return end;
  }

  close(): void {
    this.#send();
    this.#listeners.clear();
    this.#order.clear();
    this.#channel?.close();
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    this.#channel?.post(this.#unsent.splice(0));
    this.#sentAt = performance.now();
  }

  #take(change: Change): void {
    if (this.#listeners.size > 0) this.#order.take(change);
  }

  #tell(change: Change): void {
    // Those that a listener adds hear the next change, not this one.
    const listeners = Array.from(this.#listeners);
    for (const [key, { listener, traceId }] of listeners) {
      // One that an earlier listener has ended hears no more.
      if (!this.#listeners.has(key) || (traceId !== undefined && traceId !== change.traceId)) continue;
      try {
        listener(change);
      } catch (error) {
        // A faulty listener is its owner's to find, not the store's to fail on.
        reportError(error);
      }
    }
  }
}

function reportError(error: unknown): void {
  if (typeof globalThis.reportError === "function") globalThis.reportError(error);
  else console.error(error);
}
