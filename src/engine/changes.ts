import type { Channel } from "../core/channel.ts";
import type { Change, ChangeListener, WatchOptions } from "../core/store.ts";
import { ChangeOrder } from "./change-order.ts";

/** A change before it has an origin. */
export type ChangeReport = Change extends infer C ? (C extends Change ? Omit<C, "origin"> : never) : never;

/** Tells listeners what changed. */
export class Changes {
  readonly #channel: Channel | undefined;
  readonly #unsent: ChangeReport[] = [];
  readonly #order = new ChangeOrder((change) => this.#tell(change));
  readonly #listeners = new Map<symbol, { listener: ChangeListener; traceId: string | undefined }>();

  constructor(channel: Channel | undefined) {
    this.#channel = channel;
    channel?.listen((report) => this.#take({ ...(report as ChangeReport), origin: "remote" } as Change));
  }

  /** Reports what this store has done: here at once, to others in a moment, so that no save waits for the post. */
  report(report: ChangeReport): void {
    this.#take({ ...report, origin: "local" } as Change);
    if (this.#channel === undefined) return;
    if (this.#unsent.length === 0) setTimeout(() => this.#send(), 0);
    this.#unsent.push(report);
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
    for (const report of this.#unsent.splice(0)) this.#channel?.post(report);
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
