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

/** Resolves once a transaction is complete, not before: Chromium reports a full disk after all requests have succeeded. */
export function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException("The transaction was aborted.", "AbortError"));
  });
}
