import type { CheckpointStore, Trace } from "waystone";

/** The store, as the owner of one trace has it: saves are refused once another one has taken the trace over. */
export function ownedStore<S>(store: CheckpointStore<S>, trace: Trace<S>): CheckpointStore<S> {
  return {
    async saveWithTrace(traceId, { state, ...head }) {
      if (traceId !== trace.id) throw new TypeError(`The trace "${traceId}" is not the owner's "${trace.id}".`);
      await trace.save(state, head);
    },
    load: (id, options) => store.load(id, options),
    loadLatest: (traceId, options) => store.loadLatest(traceId, options),
    list: (traceId) => store.list(traceId),
    delete: (id) => store.delete(id),
    prune: (traceId, keep) => store.prune(traceId, keep),
  };
}
