import type { Trace } from "../../src/index.ts";

/** What of a trace a page can be killed over. */
const ASKED = ["save", "note", "load", "loadLatest", "head"] as const;

/** A page that drives a run, and that can be killed over any of its calls to the store. */
export interface MortalPage {
  /** The trace, as the page has it: once the page is dead, nothing reaches the store, and nothing comes back. */
  readonly trace: Trace;
  /** How many calls were made. */
  readonly calls: number;
  readonly isDead: boolean;
  /** Kills it now. */
  kill(): void;
}

/**
 * Opens a page on a trace.
 *
 * @param diesAt - The number of the call over which it dies, from 0 on. Default is never.
 * @param isDone - Whether that call is still carried out, unheard of.
 */
export function openPage(
  trace: Trace,
  { diesAt = Infinity, isDone = false }: { diesAt?: number; isDone?: boolean } = {},
): MortalPage {
  let calls = 0;
  let isDead = false;
  const dying = Object.create(trace) as Trace;
  for (const method of ASKED) {
    const real = trace[method].bind(trace) as (...args: unknown[]) => Promise<unknown>;
    const mortal = (...args: unknown[]): Promise<unknown> => {
      const isLast = !isDead && calls === diesAt;
      const answer = !isDead && (!isLast || isDone) ? real(...args) : undefined;
      if (!isDead) calls += 1;
      if (isLast) isDead = true;
      answer?.catch(() => undefined);
      return new Promise((resolve, reject) => {
        answer?.then(
          (value) => isDead || resolve(value),
          (error: Error) => isDead || reject(error),
        );
      });
    };
    Object.defineProperty(dying, method, { value: mortal });
  }
  const watch = trace.watch.bind(trace);
  Object.defineProperty(dying, "id", { value: trace.id });
  Object.defineProperty(dying, "watch", {
    value: (...[listener, options]: Parameters<Trace["watch"]>) =>
      watch((change) => void (isDead || listener(change)), options),
  });
  // Without Web Locks, and with them: the dead page's lock is gone.
  Object.defineProperty(dying, "takeOver", {
    value: async (work: (owned: object) => Promise<unknown>) => {
      return work({ trace: dying, latest: undefined, signal: new AbortController().signal });
    },
  });
  return {
    trace: dying,
    get calls() {
      return calls;
    },
    get isDead() {
      return isDead;
    },
    kill: () => void (isDead = true),
  };
}

/** Resolves after some milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
