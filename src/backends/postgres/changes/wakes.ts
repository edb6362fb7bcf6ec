import { PostgresError } from "../errors.ts";
import type { PostgresClient, PostgresPool } from "../pool.ts";
import { quoted } from "../schema.ts";

/** How soon a connection that was lost is sought again: at first, and at the latest. */
const RECONNECT_MS = [50, 5000] as const;

const known = new WeakMap<PostgresPool, Map<string, Wakes>>();

/**
 * Hears that something was told, by LISTEN: one connection for all stores in one schema that are open on one pool.
 *
 * What is heard is no more than a reason to look. So nothing is missed while the connection is lost: all who listen look
 * once it is back.
 */
export class Wakes {
  readonly #pool: PostgresPool;
  readonly #schema: string;
  readonly #listeners = new Set<(told?: string) => void>();
  #client: PostgresClient | undefined;
  #isOver = false;

  private constructor(pool: PostgresPool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
    void this.#listen();
  }

  /**
   * Calls `wake` with what was told, and without it when something may have been missed. Returns the function that ends it.
   */
  static listen(pool: PostgresPool, schema: string, wake: (told?: string) => void): () => void {
    const ofPool = known.get(pool) ?? new Map<string, Wakes>();
    known.set(pool, ofPool);
    const wakes = ofPool.get(schema) ?? new Wakes(pool, schema);
    ofPool.set(schema, wakes);
    wakes.#listeners.add(wake);
    return () => {
      wakes.#listeners.delete(wake);
      if (wakes.#listeners.size > 0) return;
      ofPool.delete(schema);
      wakes.#end();
    };
  }

  async #listen(waitMs: number = RECONNECT_MS[0]): Promise<void> {
    try {
      const client = await this.#pool.connect();
      if (this.#isOver) return client.release();
      this.#client = client;
      client.on("error", this.#lose);
      client.on("notification", this.#hear);
      await client.query(`listen ${quoted(this.#schema)}`);
      for (const wake of this.#listeners) wake();
    } catch (raised) {
      // A pool that was ended has no connections any more.
      if (this.#client === undefined && PostgresError.remedyFor(new PostgresError(raised)) === undefined) return;
      this.#lose(raised, waitMs);
    }
  }

  readonly #lose = (_: unknown, waitMs: number = RECONNECT_MS[0]): void => {
    this.#dropClient();
    if (this.#isOver) return;
    const timer = setTimeout(() => void this.#listen(Math.min(2 * waitMs, RECONNECT_MS[1])), waitMs);
    (timer as { unref?: () => void }).unref?.();
  };

  #end(): void {
    this.#isOver = true;
    this.#dropClient();
  }

  #dropClient(): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#client = undefined;
    client.removeListener("error", this.#lose);
    client.removeListener("notification", this.#hear);
    // For good: the next one who has it would listen as well.
    client.release(true);
  }

  readonly #hear = (notification: unknown): void => {
    const { payload } = notification as { readonly payload?: string };
    for (const wake of this.#listeners) wake(payload);
  };
}
