import type { TraceId } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import type { TakeOverOptions, Trace } from "../../core/trace.ts";
import { traceIdOf, tracePrefix } from "./names.ts";

/** A thread that is owned: what is needed to save to it. */
export interface OwnedThread {
  /** Returns a handle on a trace of the thread that saves only while the thread is owned. */
  trace(traceId: TraceId): Trace | Promise<Trace>;
  /** Aborted when another owner has stolen the thread. */
  readonly signal: AbortSignal;
}

/**
 * Takes over a thread: the trace of its graph, and with it those of its subgraphs, which are taken from whomever had the
 * graph's trace before. One that is made later is taken over when it is.
 *
 * @returns What `work` returns.
 * @throws As `Trace.takeOver` does.
 */
export function takeOverThread<T>(
  store: Store,
  thread: string,
  work: (owned: OwnedThread) => Promise<T>,
  options: TakeOverOptions,
): Promise<T> {
  const rootId = traceIdOf({ thread, namespace: "" });
  return store.trace(rootId).takeOver(async ({ trace: root, signal }) => {
    const owned = new Map<TraceId, Trace | Promise<Trace>>([[rootId, root]]);
    const ending: Promise<unknown>[] = [];
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));

    function take(traceId: TraceId, steal: boolean): Promise<Trace> {
      const taken = new Promise<Trace>((resolve, reject) => {
        const holding = store.trace(traceId).takeOver(
          ({ trace }) => {
            owned.set(traceId, trace);
            resolve(trace);
            return ended;
          },
          { steal, skipDamaged: true, signal },
        );
        // Whoever saves is told, by the fence, that it is no owner any more.
        ending.push(holding.catch(reject));
      });
      owned.set(traceId, taken);
      return taken;
    }

    try {
      const traces = await store.traces({ prefix: tracePrefix(thread) });
      await Promise.all(traces.filter(({ traceId }) => traceId !== rootId).map(({ traceId }) => take(traceId, true)));
      return await work({ trace: (traceId) => owned.get(traceId) ?? take(traceId, false), signal });
    } finally {
      end();
      await Promise.all(ending);
    }
  }, options);
}
