import type { Checkpoint, CheckpointId, Store } from "waystone";
import type { StepsState } from "waystone/steps";
import { stateOf, type ScoutInput } from "./agents/scout/scout.ts";
import type { ScoutState } from "./agents/scout/state.ts";

/** What the pages read of a store. */
export type ScoutSource = Pick<Store, "traces" | "history" | "watch" | "usage"> & {
  load(id: CheckpointId): Promise<Checkpoint<ScoutState> | undefined>;
};

/** The store as the pages see it: of each checkpoint of the scout's, what it knew there. */
export function scoutSource(store: Store): ScoutSource {
  return {
    traces: (options) => store.traces(options),
    history: (traceId, options) => store.history(traceId, options),
    watch: (listener, options) => store.watch(listener, options),
    usage: () => store.usage(),
    async load(id) {
      const checkpoint = await store.load(id);
      if (checkpoint === undefined) return undefined;
      const kept = checkpoint.state as StepsState;
      return { ...checkpoint, state: isScouts(kept) ? stateOf(kept) : (kept as unknown as ScoutState) };
    },
  };
}

function isScouts({ input }: StepsState): boolean {
  return typeof (input as Partial<ScoutInput> | undefined)?.goal === "string";
}
