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
 * @param hasLocks - Whether the page really takes the trace over. Only its real death gives it back then.
 */
export function openPage(
  trace: Trace,
  {
    diesAt = Infinity,
    isDone = false,
    hasLocks = false,
  }: { diesAt?: number; isDone?: boolean; hasLocks?: boolean } = {},
): MortalPage {
  let calls = 0;
  let isDead = false;
  const mortal = (real: Trace): Trace => {
    const dying = Object.create(real) as Trace;
    for (const method of ASKED) Object.defineProperty(dying, method, { value: dyingCall(real, method) });
    Object.defineProperties(dying, {
      id: { value: real.id },
      watch: {
        value: (...[listener, options]: Parameters<Trace["watch"]>) =>
          real.watch((change) => void (isDead || listener(change)), options),
      },
      takeOver: {
        value: async (...[work, options]: Parameters<Trace["takeOver"]>) =>
          hasLocks
            ? real.takeOver((owned) => work({ ...owned, trace: mortal(owned.trace) }), options)
            : work({ trace: dying, latest: undefined, signal: new AbortController().signal }),
      },
    });
    return dying;
  };
  const dyingCall = (on: Trace, method: (typeof ASKED)[number]) => {
    const real = on[method].bind(on) as (...args: unknown[]) => Promise<unknown>;
    return (...args: unknown[]): Promise<unknown> => {
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
  };
  return {
    trace: mortal(trace),
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
