import type { StoredHead, Trace } from "waystone";
import { openStore } from "waystone";
import type { StepsState } from "waystone/steps";
import { stateOf } from "../../demo/agents/scout/scout.ts";
import { WorkerPresence } from "../../demo/extension/presence.ts";
import { wish } from "../../demo/extension/wishes.ts";

/** What a run left in the store, oldest first. */
export interface ProbedCheckpoint {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly step: {
    readonly node: unknown;
    readonly note: unknown;
    readonly nextNode: string | undefined;
    /** As JSON, with sets as arrays, and of each date only that there is one. */
    readonly state: string;
  };
}

/** What the probe heard, in order. */
export type Heard =
  | { readonly atMs: number; readonly kind: "saved"; readonly head: StoredHead }
  | { readonly atMs: number; readonly kind: "awake" | "asleep" };

/**
 * Built into the extension that is tested: hears what the worker reports as saved, and reads what the store holds.
 *
 * @public
 */
export async function startProbe() {
  const store = await openStore<StepsState>("baseline-scout");
  const heard: Heard[] = [];
  const told = new EventTarget();
  store.watch((change) => {
    if (change.kind === "saved") heard.push({ atMs: Date.now(), kind: "saved", head: change.head });
    told.dispatchEvent(new Event("change"));
  });
  const presence = new WorkerPresence();
  presence.addEventListener("change", () => {
    heard.push({ atMs: Date.now(), kind: presence.isAwake ? "awake" : "asleep" });
  });
  const saved = () => heard.flatMap((one) => (one.kind === "saved" ? [one.head] : []));

  return {
    heard,
    saved,
    wish,
    /** Waits until `count` saves were heard, or the run stands still by the last one heard; `false` if in vain. */
    async untilSaved(count: number, timeoutMs: number): Promise<boolean> {
      const signal = AbortSignal.timeout(timeoutMs);
      const stands = () => [undefined, "ask"].includes(saved().at(-1)?.nextNode);
      while (saved().length < count && !stands() && !signal.aborted) {
        await new Promise((resolve) => {
          told.addEventListener("change", resolve, { once: true });
          signal.addEventListener("abort", resolve, { once: true });
        });
      }
      return !signal.aborted;
    },
    /** The newest checkpoint of the run that was saved to last. */
    async latest() {
      const [run] = await store.traces({ limit: 1 });
      return run?.latest;
    },
    /** Takes the run away from the worker. Returns its newest checkpoint then, and after `holdMs`. */
    async steal(traceId: string, holdMs: number) {
      const newest = async (trace: Trace) => {
        for await (const { id, nextNode } of trace.history({ limit: 1 })) return { id, nextNode };
        return undefined;
      };
      return await store.trace(traceId).takeOver(
        async ({ trace }) => {
          const taken = await newest(trace);
          await new Promise((resolve) => setTimeout(resolve, holdMs));
          return { taken, left: await newest(trace) };
        },
        { steal: true },
      );
    },
    async checkpoints(traceId: string): Promise<ProbedCheckpoint[]> {
      const found: ProbedCheckpoint[] = [];
      for await (const { id, parentId, nextNode, metadata } of store.history(traceId)) {
        const state = plain(stateOf((await store.load(id))!.state));
        found.push({ id, parentId, step: { node: metadata?.node, note: metadata?.note, nextNode, state } });
      }
      return found.reverse();
    },
  };
}

function plain(state: unknown): string {
  return JSON.stringify(state, function (this: Record<string, unknown>, key, value: unknown) {
    if (this[key] instanceof Date) return "a date";
    return value instanceof Set ? [...(value as Set<unknown>)] : value;
  });
}
