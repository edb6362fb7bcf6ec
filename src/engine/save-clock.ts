import type { ReadTransaction } from "../core/backend.ts";
import type { TraceRecord } from "./records.ts";

/**
 * Orders saves across traces, in ms since the epoch: the system's clock, kept from ever going back.
 *
 * Checkpoints bring a time of their own, which may be any; this one says when they were saved here.
 */
export class SaveClock {
  #last = 0;

  next(): number {
    // A thousandth of a millisecond can be added without loss until the year 2255. A clock may have been beyond.
    this.#last = Math.max(Date.now(), this.#last + Math.max(0.001, this.#last * Number.EPSILON));
    return this.#last;
  }

  /** Goes on after the latest save that the store knows, which the system's clock may have fallen behind. */
  async catchUp(transaction: ReadTransaction): Promise<void> {
    const [latest] = await transaction.getAll<TraceRecord>("traces", { index: "by_saved_at", reverse: true, limit: 1 });
    if (Number.isFinite(latest?.savedAt)) this.#last = Math.max(this.#last, latest!.savedAt);
  }
}
