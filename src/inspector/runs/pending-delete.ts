import type { TraceId } from "../../core/checkpoint.ts";

/** How long a deletion can be undone. */
export const UNDO_MS = 8_000;

/**
 * Runs that were deleted and can still be brought back: they are hidden at once, and deleted when the time to undo is
 * over, or when the next one is deleted. If the page goes away before, they stay.
 */
export class PendingDelete {
  readonly #remove: (traceId: TraceId) => Promise<void>;
  #traceId: TraceId | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param remove - Deletes a run for good. */
  constructor(remove: (traceId: TraceId) => Promise<void>) {
    this.#remove = remove;
  }

  /** The run that is hidden. */
  get traceId(): TraceId | undefined {
    return this.#traceId;
  }

  hide(traceId: TraceId): void {
    void this.finish();
    this.#traceId = traceId;
    this.#timer = setTimeout(() => void this.finish(), UNDO_MS);
  }

  undo(): void {
    clearTimeout(this.#timer);
    this.#traceId = undefined;
  }

  /** Deletes what is hidden, now. */
  async finish(): Promise<void> {
    const traceId = this.#traceId;
    this.undo();
    if (traceId !== undefined) await this.#remove(traceId);
  }
}
