/**
 * Records in Postgres: one table a collection, keys as bytes that sort as IndexedDB's keys do.
 *
 * Whoever writes to a store holds its lock from before its first statement until its commit is done, so writes run one after the
 * other and none is ever refused for another's sake. What was cut off is run again; whether a commit that was cut off took
 * place is asked of the server (`commit-marks.ts`).
 */

/** What a store needs of a connection. A `PoolClient` of `pg` is one. */
export interface PostgresClient {
  /**
   * Runs one statement with values for `$1`, `$2` and so on; or, without values, one or several with a `;` in between.
   *
   * @param text - The statement.
   * @param values - Strings, numbers and `Uint8Array`s.
   * @returns The rows; what it returns for several statements is not looked at. A `bytea` is a `Uint8Array`.
   */
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  /**
   * Adds a listener: for `error`, which an idle connection emits when it is lost, and for `notification`.
   *
   * @param event - The name of the event.
   * @param listener - Called with the error, or with the notification.
   * @returns Anything: it is not looked at.
   */
  on(event: "error" | "notification", listener: (about: unknown) => void): unknown;
  /**
   * Removes a listener.
   *
   * @param event - The name of the event.
   * @param listener - What was added.
   * @returns Anything: it is not looked at.
   */
  removeListener(event: "error" | "notification", listener: (about: unknown) => void): unknown;
  /**
   * Gives the connection back to the pool.
   *
   * @param destroy - Whether the connection is of no more use.
   */
  release(destroy?: boolean): void;
}

/** What a store needs of a pool of connections. A `Pool` of `pg` is one. */
export interface PostgresPool {
  /**
   * Takes a connection out of the pool, which waits for one if all are in use.
   *
   * @returns A connection that nobody else uses until it is released.
   */
  connect(): Promise<PostgresClient>;
  /**
   * Adds a listener: for `error`, which a pool emits when it has lost a connection that was idle, and for `connect`, which it
   * emits when it has made one.
   *
   * @param event - The name of the event.
   * @param listener - Called with the error, or with the connection.
   * @returns Anything: it is not looked at.
   */
  on(event: "error" | "connect", listener: (about: unknown) => void): unknown;
  /** What the pool was made with. Of it, `max` is looked at: how many connections there are at most. */
  readonly options?: { readonly max?: number | undefined } | undefined;
}
