import { PostgresError } from "./errors.ts";

/** How often two that meet go out of each other's way. */
const MAX_ENCOUNTERS = 40;
/** How often what looks wrong is looked at again, where it may be another's doing. */
const MAX_RECHECKS = 5;
const LONGEST_WAIT_MS = 1000;

/** Runs something again, where that may help. */
export class Patience {
  readonly #timeoutMs: number;
  readonly #isRaced: boolean;
  #encounters = 0;
  #losses = 0;
  #lostAt: number | undefined;

  /**
   * @param options - `timeoutMs`: how long a connection is sought, once one was lost. `isRaced`: whether a key that is taken may
   *   be one that another has written meanwhile, as a transaction would see that ran again.
   */
  constructor({ timeoutMs, isRaced }: { timeoutMs: number; isRaced: boolean }) {
    this.#timeoutMs = timeoutMs;
    this.#isRaced = isRaced;
  }

  /** Runs `attempt` until it resolves, or rejects with what another run would not help against. */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const waitMs = this.#waitMs(PostgresError.remedyFor(error));
        if (waitMs === undefined) throw error;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  #waitMs(remedy: ReturnType<typeof PostgresError.remedyFor>): number | undefined {
    switch (remedy) {
      case "reconnect": {
        const now = performance.now();
        this.#lostAt ??= now;
        this.#losses += 1;
        if (now - this.#lostAt >= this.#timeoutMs) return undefined;
        // All that was cut off at once must not come back at once.
        return Math.min(10 * 2 ** this.#losses, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
      }
      case "again":
      case "recheck": {
        this.#encounters += 1;
        const most = remedy === "again" ? MAX_ENCOUNTERS : this.#isRaced ? MAX_RECHECKS : 0;
        return this.#encounters > most ? undefined : Math.random() * 5 * this.#encounters;
      }
      default:
        return undefined;
    }
  }
}
