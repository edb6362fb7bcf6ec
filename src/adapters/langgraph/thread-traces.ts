import type { Checkpoint, CheckpointId, TraceId } from "../../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../../core/errors.ts";
import type { Store } from "../../core/store.ts";
import type { LoadOptions, Trace } from "../../core/trace.ts";
import { deltasAfter } from "./deltas.ts";
import { nextNodeOf, type Delta, type GraphCheckpoint, type StoredGraphState } from "./graph-checkpoint.ts";
import { graphIdOf, placeOfTrace, storedIdOf, storedIdPrefix, traceIdOf, tracePrefix, type Place } from "./names.ts";
import { writesIn, type WriteNotes } from "./writes.ts";

/** The traces of threads, and what LangGraph keeps in them. */
export class ThreadTraces {
  readonly #store: Store;
  readonly #graph: LoadOptions;
  readonly #trace: (traceId: TraceId) => Trace | Promise<Trace>;
  /** Writes that came before their checkpoint: LangGraph hands over both without waiting. */
  readonly #early = new Map<CheckpointId, WriteNotes[]>();
  /** How many saves were begun. */
  #saves = 0;

  /**
   * @param graph - The graph that loads and saves.
   * @param trace - Returns the handles to save with. Default is those of the store.
   */
  constructor(
    store: Store,
    graph: LoadOptions,
    trace: (traceId: TraceId) => Trace | Promise<Trace> = (id) => store.trace(id),
  ) {
    this.#store = store;
    this.#graph = graph;
    this.#trace = trace;
  }

  /** Saves a checkpoint, with the writes that came before it. It is copied before the method returns. */
  async save(place: Place, { id, state, metadata }: GraphCheckpoint): Promise<void> {
    const storedId = storedIdOf(place, id);
    let trace = this.#trace(traceIdOf(place));
    if (trace instanceof Promise) trace = await trace;
    this.#saves += 1;
    const saving = trace.save(state, {
      id: storedId,
      createdAt: Date.parse(state.ts) || 0,
      metadata,
      parentId: state.parent === undefined ? undefined : storedIdOf(place, state.parent),
      nextNode: nextNodeOf(state.channel_values),
      graphHash: this.#graph.graphHash,
    });
    const early = this.#early.get(storedId) ?? [];
    this.#early.delete(storedId);
    await Promise.all([saving, ...early.map((notes) => this.#note(place, storedId, notes))]);
  }

  /** Keeps writes beside a checkpoint, or until it is saved. */
  async note(place: Place, id: string, notes: WriteNotes): Promise<void> {
    const storedId = storedIdOf(place, id);
    for (;;) {
      const saves = this.#saves;
      try {
        return await this.#note(place, storedId, notes);
      } catch (error) {
        if (!isCheckpointStoreError(error, "not-found")) throw error;
      }
      // Saved meanwhile, perhaps.
      if (saves !== this.#saves) continue;
      this.#early.set(storedId, [...(this.#early.get(storedId) ?? []), notes]);
      return;
    }
  }

  /** Loads a checkpoint of a place, or the latest of all by LangGraph's ids, whichever was saved last. */
  async load(place: Place, id?: string): Promise<GraphCheckpoint | undefined> {
    const options = { ...this.#graph, notes: true } as const;
    if (id !== undefined) return graphCheckpointOf(await this.#store.load(storedIdOf(place, id), options));
    const ids = await this.#store.list(traceIdOf(place));
    if (ids.length === 0) return undefined;
    const latestId = ids.reduce((a, b) => (a < b ? b : a));
    // The one that was saved last can be had from memory.
    const newest = latestId === ids[0] ? await this.#store.loadLatest(traceIdOf(place), options) : undefined;
    return graphCheckpointOf(newest?.id === latestId ? newest : await this.#store.load(latestId, options));
  }

  /** The metadata of a checkpoint. Reads no state. */
  async metadata(place: Place, id: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#store.head(storedIdOf(place, id)))?.metadata ?? {};
  }

  /** Finds the checkpoints of a thread or of all, in one namespace or in all, the latest first. */
  async find({ thread, namespace }: Partial<Place>): Promise<{ readonly place: Place; readonly id: string }[]> {
    const found: { readonly place: Place; readonly id: string }[] = [];
    for (const place of await this.#places(thread, namespace))
      for (const storedId of await this.#store.list(traceIdOf(place))) found.push({ place, id: graphIdOf(storedId) });
    return found.sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** Deletes all traces of a thread at once. */
  async delete(thread: string): Promise<void> {
    for (const id of this.#early.keys()) if (id.startsWith(storedIdPrefix(thread))) this.#early.delete(id);
    await this.#store.deleteTraces({ prefix: tracePrefix(thread) });
  }

  /** The history of delta channels up to the children of a checkpoint. @throws `not-found` if it is gone. */
  async deltasAfter(place: Place, id: string, channels: readonly string[]): Promise<Record<string, Delta>> {
    const before = await this.load(place, id);
    if (before !== undefined) return deltasAfter(before, channels, (parent) => this.load(place, parent));
    const traceId = traceIdOf(place);
    const why = `checkpoint ${id} is gone`;
    throw new CheckpointStoreError("not-found", why, { traceId, checkpointId: storedIdOf(place, id) });
  }

  async #note(place: Place, id: CheckpointId, { events, outputs }: WriteNotes): Promise<void> {
    const trace = await this.#trace(traceIdOf(place));
    // An error first: without it, what the task wrote before would count as all of it.
    const noting = Object.keys(events).length > 0 ? trace.note(id, events) : undefined;
    await Promise.all([noting, trace.note(id, outputs, { once: true })]);
  }

  async #places(thread: string | undefined, namespace: string | undefined): Promise<Place[]> {
    if (thread !== undefined && namespace !== undefined) return [{ thread, namespace }];
    const traces = await this.#store.traces({ prefix: tracePrefix(thread) });
    const places = traces.flatMap(({ traceId }) => placeOfTrace(traceId) ?? []);
    return namespace === undefined ? places : places.filter((place) => place.namespace === namespace);
  }
}

function graphCheckpointOf(
  loaded: (Checkpoint & { readonly notes?: ReadonlyMap<string, unknown> }) | undefined,
): GraphCheckpoint | undefined {
  if (loaded === undefined) return undefined;
  const { id, state, metadata = {}, notes } = loaded;
  // All are loaded with their notes.
  return { id: graphIdOf(id), state: state as StoredGraphState, metadata, writes: writesIn(notes!) };
}
