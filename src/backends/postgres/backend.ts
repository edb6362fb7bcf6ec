import type { Backend, ReadTransaction, WriteTransaction } from "../../core/backend.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import { CommitMarks, type CommitMark } from "./commit-marks.ts";
import { PostgresError } from "./errors.ts";
import { beginnings, type PostgresIsolation } from "./isolation.ts";
import { Patience } from "./patience.ts";
import type { PostgresPool } from "./pool.ts";
import { requireTables } from "./schema.ts";
import { Session } from "./session.ts";
import { Tables } from "./statements.ts";
import { PostgresTransaction } from "./transaction.ts";

/** Options of {@link openPostgresBackend}. */
export interface PostgresBackendOptions {
  readonly schema: string;
  readonly isolation: PostgresIsolation;
  /** How long a server that can't be reached is tried again before a call rejects. */
  readonly reconnectTimeoutMs: number;
}

/** Opens the store of a name. @throws What {@link requireTables} throws. */
export async function openPostgresBackend(
  pool: PostgresPool,
  name: string,
  options: PostgresBackendOptions,
): Promise<Backend> {
  const backend = new PostgresBackend(pool, name, options);
  await backend.open();
  return backend;
}

class PostgresBackend implements Backend {
  readonly #pool: PostgresPool;
  readonly #tables: Tables;
  readonly #beginnings: { readonly read: string; readonly write: string };
  readonly #marks: CommitMarks;
  readonly #patience: ConstructorParameters<typeof Patience>[0];
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(pool: PostgresPool, name: string, { schema, isolation, reconnectTimeoutMs }: PostgresBackendOptions) {
    this.#pool = pool;
    this.#tables = new Tables(schema, name);
    this.#beginnings = beginnings(isolation, this.#tables);
    this.#marks = new CommitMarks(schema);
    this.#patience = { timeoutMs: reconnectTimeoutMs, isRaced: isolation === "serializable" };
  }

  async open(): Promise<void> {
    await new Patience(this.#patience).run(async () => {
      await requireTables(this.#pool, this.#tables.schema);
      await Session.use(this.#pool, (session) => session.query(this.#marks.clearingOld));
    });
  }

  read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    return this.#run((patience) =>
      patience.run(() =>
        Session.use(this.#pool, async (session) => {
          await session.query(this.#beginnings.read);
          const result = await this.#work(session, work);
          await session.query("commit");
          return result;
        }),
      ),
    );
  }

  write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    return this.#run((patience) => patience.run(() => this.#write(work)));
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.allSettled(this.#running);
      const clearing = this.#marks.clearing();
      // What is left behind, whoever opens a store removes some day.
      if (clearing !== undefined)
        await Session.use(this.#pool, (session) => session.query(...clearing)).catch(() => undefined);
    })();
    return this.#closing;
  }

  #run<T>(start: (patience: Patience) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new CheckpointStoreError("closed", "the store was closed"));
    }
    const running = start(new Patience(this.#patience));
    this.#running.add(running);
    const forget = (): void => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  async #write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    const mark = this.#marks.take();
    let done: { readonly result: T } | undefined;
    try {
      await Session.use(this.#pool, async (session) => {
        await session.query(this.#beginnings.write);
        done = { result: await this.#work(session, work, mark) };
        await session.query("commit");
      });
    } catch (error) {
      const isUnknown = done !== undefined && PostgresError.remedyFor(error) === "reconnect";
      if (!isUnknown || !(await this.#isCommitted(mark))) {
        this.#marks.free(mark);
        throw error;
      }
    }
    this.#marks.free(mark);
    return done!.result;
  }

  /** Does all of a transaction between its beginning and its end, and leaves a mark if it writes. */
  async #work<T>(session: Session, work: (transaction: WriteTransaction) => Promise<T>, mark?: CommitMark): Promise<T> {
    const transaction = new PostgresTransaction(session, this.#tables);
    let result: T;
    try {
      result = await work(transaction);
    } catch (error) {
      transaction.end();
      await session.settled();
      // What the work made of a connection that was lost is of no interest if it can run again.
      throw PostgresError.remedyFor(session.failure) === undefined ? error : session.failure;
    }
    await transaction.finish(mark && { mark, marks: this.#marks });
    return result;
  }

  /** Finds out whether a transaction was committed whose connection was lost meanwhile. @throws `unavailable`. */
  async #isCommitted({ slot, number }: CommitMark): Promise<boolean> {
    try {
      return await new Patience(this.#patience).run(() =>
        Session.use(this.#pool, async (session) => {
          await session.query(this.#beginnings.write);
          const [found] = await session.query<{ number: string }>(this.#marks.asking, [slot]);
          await session.query("commit");
          return found!.number === String(number);
        }),
      );
    } catch (cause) {
      const told = "the connection was lost during a commit, which is stored whole or not at all; nobody can be asked";
      throw new CheckpointStoreError("unavailable", told, { cause });
    }
  }
}
