import type { ReadTransaction } from "../core/backend.ts";
import type { TraceRecord } from "./records.ts";

/**
 * Says when a checkpoint was saved, in milliseconds since the epoch. It never says the same time twice, and never goes
 * back. (`createdAt` is its maker's, and may be any.)
 */
export class SaveClock {
  #last = 0;

  /** Returns the time of the next save. */
  next(): number {
    // Until the year 2255, a number has room for thousandths of a millisecond; a clock may be set beyond.
    this.#last = Math.max(Date.now(), this.#last + Math.max(0.001, this.#last * Number.EPSILON));
    return this.#last;
  }

  /** Goes on from the latest save in the store: the system's clock may have been set back since. */
  async catchUp(transaction: ReadTransaction): Promise<void> {
    const [latest] = await transaction.getAll<TraceRecord>("traces", { index: "by_saved_at", reverse: true, limit: 1 });
    if (Number.isFinite(latest?.savedAt)) this.#last = Math.max(this.#last, latest!.savedAt);
  }
}
