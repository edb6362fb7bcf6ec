import { PostgresError } from "./errors.ts";
import type { PostgresClient, PostgresPool } from "./pool.ts";

const heard = new WeakSet<PostgresPool>();

/**
 * Listens to what a pool and its connections tell of losses, so that Node does not end the process: those that are idle, which
 * the pool throws away, and those that were just made, which may be lost before whoever waits for them has them.
 */
function hearLosses(pool: PostgresPool): void {
  if (heard.has(pool)) return;
  heard.add(pool);
  pool.on("error", () => undefined);
  pool.on("connect", (client) => (client as PostgresClient).on("error", () => undefined));
}

/** A connection that was taken out of a pool, for one transaction or one statement. */
export class Session {
  readonly #client: PostgresClient;
  #before: Promise<unknown> = Promise.resolve();
  #isLost = false;
  #failure: PostgresError | undefined;

  private constructor(client: PostgresClient) {
    this.#client = client;
    // Emitted where a connection is lost between two statements. The next one is told.
    client.on("error", this.#lose);
  }

  /**
   * Takes a connection out of a pool, and gives it back once `work` is done; if that fails, without its transaction.
   *
   * @throws Anything that `work` rejects with; PostgresError.
   */
  static async use<T>(pool: PostgresPool, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await Session.#take(pool);
    try {
      return await work(session);
    } catch (error) {
      await session.#rollBack();
      throw error;
    } finally {
      session.#release();
    }
  }

  static async #take(pool: PostgresPool): Promise<Session> {
    hearLosses(pool);
    try {
      return new Session(await pool.connect());
    } catch (raised) {
      throw new PostgresError(raised);
    }
  }

  /** Why the first statement that failed did: after it, there is nothing left to be done in a transaction. */
  get failure(): PostgresError | undefined {
    return this.#failure;
  }

  /**
   * Runs a statement, once those before it are done: `pg` 9 no longer queues them.
   *
   * @throws PostgresError: its own, or that of one before it.
   */
  query<Row>(text: string, values?: unknown[]): Promise<readonly Row[]> {
    const running = this.#before.then(() => this.#run(text, values));
    this.#before = running.catch(() => undefined);
    return running as Promise<readonly Row[]>;
  }

  /** Resolves once all statements so far are done, or have failed. */
  async settled(): Promise<void> {
    await this.#before;
  }

  async #rollBack(): Promise<void> {
    await this.#before;
    if (!this.#isLost) await this.#client.query("rollback").catch(this.#lose);
  }

  async #run(text: string, values: unknown[] | undefined): Promise<readonly unknown[]> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return (await this.#client.query(text, values)).rows;
    } catch (raised) {
      this.#failure = new PostgresError(raised);
      if (PostgresError.remedyFor(this.#failure) === "reconnect") this.#lose();
      throw this.#failure;
    }
  }

  #release(): void {
    this.#client.removeListener("error", this.#lose);
    this.#client.release(this.#isLost);
  }

  readonly #lose = (): void => void (this.#isLost = true);
}
