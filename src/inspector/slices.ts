/** How long a slice of work may take: a third of a frame, since its last step may be a long one. */
const SLICE_MS = 5;
/** To ask for the time costs more than most steps of the work. */
const STEPS_A_LOOK = 32;

/**
 * Cuts long work into slices, so that the page stays alive meanwhile:
 *
 * ```ts
 * if (slices.isDue()) await slices.pause();
 * ```
 */
export class Slices {
  readonly #signal: AbortSignal | undefined;
  readonly #now: () => number;
  #steps = 0;
  #since: number;

  /**
   * @param signal - Ends the work: `pause` throws its reason once it is aborted.
   * @param now - The time in milliseconds. Default is `performance.now`.
   */
  constructor(signal?: AbortSignal, now: () => number = () => performance.now()) {
    this.#signal = signal;
    this.#now = now;
    this.#since = now();
  }

  /** Returns whether the slice has lasted long enough. To be asked after each small step. */
  isDue(): boolean {
    this.#steps += 1;
    return this.#steps % STEPS_A_LOOK === 0 && this.#now() - this.#since >= SLICE_MS;
  }

  /** Lets the page do what it has to, then begins the next slice. @throws The signal's reason, once it is aborted. */
  async pause(): Promise<void> {
    this.#signal?.throwIfAborted();
    // Not `scheduler.yield`, after which this would go on before the page's own timers and database requests.
    await new Promise((resolve) => setTimeout(resolve));
    this.#signal?.throwIfAborted();
    this.#since = this.#now();
  }
}
