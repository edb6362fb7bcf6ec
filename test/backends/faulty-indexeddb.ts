/** What goes wrong, each as often as one call in so many. */
export interface FaultRates {
  /** A request that throws at once, as a browser does that has lost its storage process. */
  readonly request: number;
  /** A transaction that aborts after a request was made. */
  readonly abort: number;
  /** A transaction that is reported aborted although it was committed. */
  readonly unknownOutcome: number;
  /** A connection that is no longer one when a transaction is to start. */
  readonly connection: number;
  /** An opening that takes a while. */
  readonly slowOpen: number;
  /** An opening of which nothing is ever heard again. */
  readonly endlessOpen: number;
}

type Method = (...args: unknown[]) => unknown;

/** How often each fault struck. */
export type Strikes = Record<keyof FaultRates, number>;

/** Makes the IndexedDB of this realm faulty. Returns a function that makes it sound again. */
export function makeFaulty(
  rates: FaultRates,
  { draw, struck }: { draw: (bound: number) => number; struck: Strikes },
): () => void {
  const strikes = (fault: keyof FaultRates): boolean => {
    const isHit = draw(rates[fault]) === 0;
    if (isHit) struck[fault] += 1;
    return isHit;
  };
  const restore: (() => void)[] = [];
  const patch = (
    prototype: object,
    name: string,
    wrap: (original: Method) => (this: never, ...args: unknown[]) => unknown,
  ): void => {
    const target = prototype as Record<string, Method>;
    const original = target[name]!;
    target[name] = wrap(original) as Method;
    restore.push(() => (target[name] = original));
  };

  for (const name of ["put", "get", "getAll", "getAllKeys", "delete", "openCursor", "openKeyCursor"]) {
    patch(
      IDBObjectStore.prototype,
      name,
      (original) =>
        function (this: IDBObjectStore, ...args) {
          if (strikes("request")) throw new DOMException("the request failed", "UnknownError");
          const request = original.apply(this, args);
          if (strikes("abort")) this.transaction.abort();
          return request;
        },
    );
  }

  patch(
    IDBDatabase.prototype,
    "transaction",
    (original) =>
      function (this: IDBDatabase, ...args) {
        // An IndexedDB that is made of JavaScript opens with this method itself.
        if (args[1] !== "versionchange" && strikes("connection")) {
          this.close();
          throw new DOMException("the connection is closing", "InvalidStateError");
        }
        const transaction = original.apply(this, args) as IDBTransaction;
        if (transaction.mode === "readwrite" && strikes("unknownOutcome")) reportAborted(transaction);
        return transaction;
      },
  );

  patch(
    IDBFactory.prototype,
    "open",
    (original) =>
      function (this: IDBFactory, ...args) {
        // Not even asked for: a browser that has it under way would open nothing else of that name.
        if (strikes("endlessOpen")) return new EventTarget();
        const request = original.apply(this, args) as IDBOpenDBRequest;
        if (strikes("slowOpen")) delaySuccess(request, 1 + draw(20));
        return request;
      },
  );

  return () => restore.reverse().forEach((undo) => undo());
}

/** Tells those who listen that the transaction was aborted, once it has been completed. */
function reportAborted(transaction: IDBTransaction): void {
  const add = transaction.addEventListener.bind(transaction) as (
    type: string,
    listener: (event: Event) => void,
  ) => void;
  const aborted: ((event: Event) => void)[] = [];
  add("complete", (event) => aborted.forEach((listener) => listener(event)));
  transaction.addEventListener = (type: string, listener: never) => {
    if (type === "complete") return;
    if (type === "abort") aborted.push(listener);
    add(type, listener);
  };
}

/** Has whoever waits for an opening wait longer. */
function delaySuccess(request: IDBOpenDBRequest, delayMs: number): void {
  Object.defineProperty(request, "onsuccess", {
    set(listener: (event: Event) => void) {
      request.addEventListener("success", (event) => setTimeout(() => listener(event), delayMs));
    },
  });
}
