import {
  BaseCheckpointSaver,
  copyCheckpoint,
  getCheckpointId,
  maxChannelVersion,
  type ChannelVersions,
  type Checkpoint as GraphState,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type DeltaChannelHistory,
  type PendingWrite,
  type SerializerProtocol,
} from "@langchain/langgraph-checkpoint";
import type { RunnableConfig } from "@langchain/core/runnables";
import { requireOptions, type OptionNames } from "../../core/options.ts";
import type { Store } from "../../core/store.ts";
import type { LoadOptions, TakeOverOptions } from "../../core/trace.ts";
import { deltasBefore } from "./deltas.ts";
import type { GraphCheckpoint } from "./graph-checkpoint.ts";
import { placeIn, requireText, type Place } from "./names.ts";
import { takeOverThread } from "./owned-thread.ts";
import { ofEach, serdeValues } from "./serde-values.ts";
import { ThreadTraces } from "./thread-traces.ts";
import { plainValues, type Values } from "./values.ts";
import { notesOf, reviveWrites } from "./writes.ts";

/** Options of {@link WaystoneSaver}. */
export interface WaystoneSaverOptions {
  /**
   * A fingerprint of the graph, saved with each checkpoint. A checkpoint of another graph is then a `graph-mismatch`, unless
   * `upgrade` takes it over. Default is none: any checkpoint is accepted.
   */
  readonly graphHash?: string;
  /** Takes over checkpoints of other graphs, as it does for `Store.load`. Default is to refuse them. */
  readonly upgrade?: LoadOptions["upgrade"];
}

const OPTIONS: OptionNames<WaystoneSaverOptions> = { graphHash: true, upgrade: true };
/** The channel in which checkpoints before version 4 had the nodes to send to; they are among their parents' writes. */
const TASKS = "__pregel_tasks";
/** The newest form of checkpoints that there is in the versions of LangGraph that this is for. */
const NEWEST_FORM = 4;

/**
 * Keeps the runs of LangGraph.js graphs in a store: a checkpointer for `compile({ checkpointer })` and `createAgent`.
 *
 * Each thread is a trace, and each namespace of its subgraphs another one. Their states hold the graph's channels, as
 * values; messages come back as the classes that they were. `history`, `watch`, retention and archives work on these traces
 * as on any other: no checkpoint needs another one to be there.
 *
 * @example
 * ```ts
 * import { Annotation, END, START, StateGraph } from "@langchain/langgraph/web";
 * import { openStore } from "waystone";
 * import { WaystoneSaver } from "waystone/langgraph";
 *
 * const State = Annotation.Root({ log: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }) });
 * const graph = new StateGraph(State)
 *   .addNode("draft", async () => ({ log: ["drafted"] }))
 *   .addNode("send", async () => ({ log: ["sent"] }))
 *   .addEdge(START, "draft")
 *   .addEdge("draft", "send")
 *   .addEdge("send", END)
 *   .compile({ checkpointer: new WaystoneSaver(await openStore("my-agent")), interruptBefore: ["send"] });
 *
 * const thread = { configurable: { thread_id: "thread-1" } };
 * await graph.invoke({ log: [] }, thread);
 *
 * // On the next page, or after a crash:
 * console.log((await graph.invoke(null, thread)).log); // [ 'drafted', 'sent' ]
 * ```
 */
export class WaystoneSaver extends BaseCheckpointSaver {
  readonly #store: Store;
  readonly #graph: WaystoneSaverOptions;
  #values: Values;
  #traces: ThreadTraces;

  /**
   * Creates a checkpointer.
   *
   * @param store - Where to keep the runs. It may hold other traces, too.
   * @param serde - Writes values before they are stored, each by itself. Default is to store values as they are, and
   *   LangChain's objects as LangChain writes them.
   * @param options - `graphHash` and `upgrade`.
   * @throws TypeError for an option that there is not.
   */
  constructor(store: Store, serde?: SerializerProtocol, options: WaystoneSaverOptions = {}) {
    super(serde);
    requireOptions(options, OPTIONS, "WaystoneSaver");
    this.#store = store;
    this.#graph = options;
    this.#traces = new ThreadTraces(store, options);
    this.#values = serde === undefined ? plainValues : serdeValues(serde);
  }

  /**
   * Saves a checkpoint of a graph. What it holds is copied before the method returns its promise.
   *
   * @param config - The thread, the namespace, and the checkpoint that this one grew from.
   * @param checkpoint - What LangGraph keeps of the graph.
   * @param metadata - What LangGraph keeps beside it. With `pinned: true`, retention leaves the checkpoint alone.
   * @param newVersions - The channels that have changed.
   * @returns The config of the checkpoint.
   * @throws TypeError for a thread, a namespace or an id that is not a string, and for a checkpoint of a newer form (`v`).
   * @throws CheckpointStoreError `serialization`: a value can't be stored without loss; `path` names it.
   * @throws CheckpointStoreError `conflict`: the checkpoint was put before, with other content.
   * @throws CheckpointStoreError `not-found`: the checkpoint that it grew from is gone, and with it what was written to delta
   *   channels.
   * @throws Anything, as `Store.saveWithTrace` does.
   */
  override async put(
    config: RunnableConfig,
    checkpoint: GraphState,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const place = placeIn(config);
    requireText(checkpoint.id, "checkpoint_id");
    const { id, channel_values, ...rest } = copyCheckpoint(checkpoint);
    if (rest.v > NEWEST_FORM) throw new TypeError(`checkpoint.v is ${rest.v}, not 4`);
    const parent = getCheckpointId(config) || undefined;
    if (parent === undefined && metadata.source !== "fork") {
      // What is not new is that of a checkpoint before. LangGraph's copy of a thread's first one has no other before it.
      for (const name of Object.keys(channel_values))
        if (name in rest.channel_versions && !(name in newVersions)) delete channel_values[name];
    }
    let values = this.#values.store(channel_values);
    let keptMetadata = this.#values.store({ ...metadata });
    // Only where it must be: what need not be awaited is saved in the order of the calls, by the state of the call.
    if (values instanceof Promise) values = await values;
    if (keptMetadata instanceof Promise) keptMetadata = await keptMetadata;
    const channels = Object.keys(metadata.counters_since_delta_snapshot ?? {}).filter((name) => !(name in values));
    const isGrowing = parent !== undefined && channels.length > 0;
    const deltas = isGrowing ? await this.#traces.deltasAfter(place, parent, channels) : undefined;
    const state = {
      ...rest,
      ...(parent !== undefined && { parent }),
      channel_values: values,
      ...(deltas && { deltas }),
    };
    await this.#traces.save(place, { id, state, metadata: keptMetadata, writes: [] });
    return configOf(place, id);
  }

  /**
   * Keeps what a task wrote beside the checkpoint that it ran from. It may come before that checkpoint is saved, and is then
   * stored with it.
   *
   * @param config - The thread, the namespace and the checkpoint.
   * @param writes - Channels and values.
   * @param taskId - The task. What it wrote before stays; an error, an interrupt and what it was resumed with are replaced.
   * @param taskPath - The path of the task, by which the writes of a step are ordered. Default is the empty one, which comes
   *   first.
   * @returns A promise that resolves when the writes are on disk; or at once, if their checkpoint is still to come.
   * @throws TypeError for a thread, a namespace or a checkpoint that is not a string.
   * @throws CheckpointStoreError `serialization`: a value can't be stored without loss; `path` names it.
   */
  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    const place = placeIn(config);
    const id: unknown = config.configurable?.["checkpoint_id"];
    requireText(id, "checkpoint_id");
    let values = this.#values.store({ ...writes.map(([, value]) => value) });
    if (values instanceof Promise) values = await values;
    const channels = writes.map(([channel]) => channel);
    await this.#traces.note(place, id, notesOf(channels, values, { task: taskId, path: taskPath }));
  }

  /**
   * Loads a checkpoint with its pending writes: the one that `config` names, or the latest of the thread, by LangGraph's ids.
   *
   * @param config - The thread, the namespace and perhaps the checkpoint.
   * @returns The checkpoint, or `undefined` if there is none.
   * @throws TypeError for a thread or a namespace that is not a string.
   * @throws CheckpointStoreError `graph-mismatch`: another graph made the checkpoint.
   * @throws Anything, as `Store.load` does.
   */
  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    if (config.configurable?.["thread_id"] === undefined) return undefined;
    const place = placeIn(config);
    const found = await this.#traces.load(place, getCheckpointId(config) || undefined);
    return found && this.#tuple(place, found);
  }

  /**
   * Loads checkpoints one after the other, the latest by LangGraph's ids first.
   *
   * @param config - The thread, the namespace and the checkpoint. What is left out may be any.
   * @param options - Which of them, and how many: `before` a checkpoint, with metadata equal to `filter`.
   * @returns The checkpoints, with their pending writes. Each is loaded when it is asked for.
   */
  override async *list(config: RunnableConfig, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    const { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: only } = config.configurable ?? {};
    const { before, filter = {}, limit = Infinity } = options;
    const below: unknown = before?.configurable?.["checkpoint_id"];
    if (thread !== undefined) requireText(thread, "thread_id");
    const found = await this.#traces.find({ thread, namespace });
    let left = limit;
    for (const { place, id } of found) {
      if (left <= 0) return;
      if ((only && id !== only) || (below && id >= below)) continue;
      if (!(await this.#hasMetadata(place, id, filter))) continue;
      const checkpoint = await this.#traces.load(place, id);
      if (checkpoint === undefined) continue;
      left -= 1;
      yield await this.#tuple(place, checkpoint);
    }
  }

  /**
   * Deletes a thread with all that is in it: its checkpoints and writes, and those of its subgraphs.
   *
   * @param threadId - The thread.
   * @throws TypeError if `threadId` is not a string, or empty.
   */
  override async deleteThread(threadId: string): Promise<void> {
    requireText(threadId, "thread_id");
    await this.#traces.delete(threadId);
  }

  /**
   * Finds what was written to delta channels since their value was stored last. Reads no ancestor where the checkpoint was
   * saved by this class, so retention may have taken them.
   *
   * @param options - The checkpoint, and the channels.
   * @returns The writes to each channel, oldest first, and the value that they are applied to.
   */
  override async getDeltaChannelHistory(options: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    const place = placeIn(options.config);
    const { channels } = options;
    const from = await this.#traces.load(place, getCheckpointId(options.config) || undefined);
    const deltas = await deltasBefore(from, channels, (id) => this.#traces.load(place, id));
    return ofEach(deltas, async ({ writes, ...rest }) => ({
      ...(await this.#values.revive(rest)),
      writes: await reviveWrites(writes, this.#values),
    }));
  }

  /**
   * Runs `work` as the only owner of a thread, as `Trace.takeOver` does for a trace: at once, or when the owner before it is
   * done or gone. The traces of the thread's subgraphs are taken over with it.
   *
   * @param threadId - The thread.
   * @param work - What to do as the owner: run a graph with the `saver` that it is given, which saves only while the thread
   *   is owned. `signal` is aborted when another owner has stolen the thread.
   * @param options - How to wait.
   * @returns What `work` returns.
   * @throws TypeError if `threadId` is not a string, or empty.
   * @throws Anything, as `Trace.takeOver` does.
   */
  async takeOver<T>(
    threadId: string,
    work: (owned: { readonly saver: WaystoneSaver; readonly signal: AbortSignal }) => Promise<T>,
    options: TakeOverOptions = {},
  ): Promise<T> {
    requireText(threadId, "thread_id");
    return takeOverThread(
      this.#store,
      threadId,
      ({ trace, signal }) => {
        const saver = new WaystoneSaver(this.#store, this.serde, this.#graph);
        saver.#values = this.#values;
        saver.#traces = new ThreadTraces(this.#store, this.#graph, trace);
        return work({ saver, signal });
      },
      options,
    );
  }

  async #hasMetadata(place: Place, id: string, filter: Record<string, unknown>): Promise<boolean> {
    const wanted = Object.entries(filter);
    if (wanted.length === 0) return true;
    const metadata = await this.#values.revive({ ...(await this.#traces.metadata(place, id)) });
    return wanted.every(([key, value]) => metadata[key] === value);
  }

  async #tuple(place: Place, { id, state, metadata, writes }: GraphCheckpoint): Promise<CheckpointTuple> {
    const { parent, deltas: _, channel_values, ...rest } = state;
    const checkpoint = { ...rest, id, channel_values: await this.#values.revive(channel_values) };
    if (checkpoint.v < 4 && parent !== undefined) await this.#addTasks(checkpoint, place, parent);
    return {
      config: configOf(place, id),
      checkpoint,
      metadata: (await this.#values.revive({ ...metadata })) as CheckpointMetadata,
      pendingWrites: await reviveWrites(writes, this.#values),
      ...(parent !== undefined && { parentConfig: configOf(place, parent) }),
    };
  }

  async #addTasks(checkpoint: GraphState, place: Place, parent: string): Promise<void> {
    const before = await this.#traces.load(place, parent);
    const tasks = await reviveWrites(before?.writes.filter(([, channel]) => channel === TASKS) ?? [], this.#values);
    checkpoint.channel_values[TASKS] = tasks.map(([, , value]) => value);
    const versions = Object.values(checkpoint.channel_versions);
    checkpoint.channel_versions[TASKS] =
      versions.length > 0 ? maxChannelVersion(...versions) : this.getNextVersion(undefined);
  }
}

function configOf({ thread, namespace }: Place, id: string): RunnableConfig {
  return { configurable: { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: id } };
}
