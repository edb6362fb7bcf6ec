import type { Checkpoint, CheckpointId, Store } from "waystone";
import type { StepsState } from "waystone/steps";
import { stateOf } from "./agent/scout.ts";
import type { ScoutState } from "./agent/state.ts";

/** What the pages read of a store. */
export type ScoutSource = Pick<Store, "traces" | "history" | "watch" | "usage"> & {
  load(id: CheckpointId): Promise<Checkpoint<ScoutState> | undefined>;
};

/** The store as the pages see it: of each checkpoint, what the agent knew there. */
export function scoutSource(store: Store<StepsState>): ScoutSource {
  return {
    traces: (options) => store.traces(options),
    history: (traceId, options) => store.history(traceId, options),
    watch: (listener, options) => store.watch(listener, options),
    usage: () => store.usage(),
    async load(id) {
      const checkpoint = await store.load(id);
      return checkpoint && { ...checkpoint, state: stateOf(checkpoint.state) };
    },
  };
}
