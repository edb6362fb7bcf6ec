/**
 * Locks by which one at a time has a trace: what a store uses of the Web Locks API. `navigator.locks` is one.
 */
export interface Locks {
  /**
   * Waits for a lock, then runs `work` with it.
   *
   * @param name - Which lock. Whoever opens the same records asks for the same one.
   * @param options - `signal` ends the wait. `steal` does not wait: whoever has the lock loses it.
   * @param work - Run once the lock was granted, which is given up when it has settled.
   * @returns What `work` resolved with.
   * @throws Anything, exactly as `work` rejects with it.
   * @throws The signal's reason, if it was aborted before the lock was granted.
   * @throws Anything, if the lock is stolen: at once, while `work` still runs. Web Locks reject with an `AbortError`.
   */
  request<T>(
    name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean },
    work: () => Promise<T>,
  ): Promise<T>;
}

/** Who has a lock, or waits for it. */
interface Turn {
  grant(): void;
  /** Called when the lock is stolen. */
  lose(): void;
}

/**
 * Creates locks for the stores of one process: for Node, where there are no Web Locks, and wherever no other process opens
 * the same records.
 *
 * @returns The locks, to be handed to every store over the same records.
 *
 * @example
 * ```ts
 * import { createProcessLocks } from "waystone/backend";
 *
 * const locks = createProcessLocks();
 * const order: string[] = [];
 * const first = locks.request("run-1", {}, async () => void order.push("first"));
 * await locks.request("run-1", {}, async () => void order.push("second"));
 * await first;
 * console.log(order); // [ 'first', 'second' ]
 * ```
 */
export function createProcessLocks(): Locks {
  const lines = new Map<string, Turn[]>();
  const leave = (name: string, turn: Turn): void => {
    const line = lines.get(name) ?? [];
    const place = line.indexOf(turn);
    if (place < 0) return;
    line.splice(place, 1);
    if (line.length === 0) lines.delete(name);
    else if (place === 0) line[0]!.grant();
  };
  return {
    async request(name, { signal, steal = false }, work) {
      signal?.throwIfAborted();
      const line = lines.get(name) ?? [];
      lines.set(name, line);
      let turn!: Turn;
      const granted = new Promise<void>((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
        turn = { grant: resolve, lose: () => undefined };
      });
      const lost = new Promise<never>((_, reject) => {
        turn.lose = () => reject(new DOMException("the lock was stolen", "AbortError"));
      });
      lost.catch(() => undefined);
      if (steal) line.splice(0, 1, turn).forEach((holder) => holder.lose());
      else line.push(turn);
      if (line[0] === turn) turn.grant();
      try {
        await granted;
        return await Promise.race([work(), lost]);
      } finally {
        leave(name, turn);
      }
    },
  };
}
