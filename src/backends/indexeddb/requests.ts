/**
 * What IndexedDB answers, as promises, without a proxy around each of them: on the way of a save, those cost as much as
 * the requests themselves.
 */

/** The result of a request. */
export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}

/** Where the cursor of a request stands after so many more steps; `null` behind the end. */
export function advanced<C extends IDBCursor>(request: IDBRequest<C | null>, count: number): Promise<C | null> {
  const moved = settled(request);
  request.result!.advance(count);
  return moved;
}

/** How long a transaction may still take to end after its connection was closed, in milliseconds. */
const GRACE_MS = 100;

/**
 * Resolves once a transaction is complete, not before: Chromium reports a full disk after all requests have succeeded.
 *
 * Where the site's data is cleared, Chromium may close the connection and leave a transaction without `complete` and
 * `abort`, whether or not it was being committed. So it is given up after the connection's `close`.
 */
export function ended(transaction: IDBTransaction): Promise<void> {
  const { db } = transaction;
  return new Promise<void>((resolve, reject) => {
    const fail = (): void =>
      reject(transaction.error ?? new DOMException("The transaction was aborted.", "AbortError"));
    const giveUp = (): void => void setTimeout(fail, GRACE_MS);
    db.addEventListener("close", giveUp);
    transaction.oncomplete = () => {
      db.removeEventListener("close", giveUp);
      resolve();
    };
    transaction.onabort = () => {
      db.removeEventListener("close", giveUp);
      fail();
    };
  });
}

/** Resolves in a later task: behind the first load, which is asked for as soon as the store is open. */
export function laterTask(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve));
}
