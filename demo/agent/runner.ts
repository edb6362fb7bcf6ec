import type { Checkpoint, CheckpointStore, TraceId } from "waystone";
import { createCheckpoint } from "waystone";
import type { Answer, Graph } from "./graph.ts";
import { ASKING, isNode } from "./graph.ts";
import type { ScoutState } from "./state.ts";

/** How a run ended, or why it stands still. */
export type Halt = "complete" | "asking" | "stopped" | "gone";

export interface RunnerOptions {
  readonly store: CheckpointStore<ScoutState>;
  readonly graph: Graph;
  /** Names the graph in every checkpoint: a run is only carried on by the graph that began it. */
  readonly graphHash: string;
}

export interface CarryOnOptions {
  /** How long to wait before each step, asked anew each time. */
  readonly delayMs: () => number;
  readonly signal: AbortSignal;
  /** Whether to stop here although there is more to do; asked after each step. */
  readonly yields?: () => Promise<boolean>;
}

/** Takes the agent from step to step, and saves a checkpoint after each. */
export class Runner {
  readonly #options: RunnerOptions;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Saves the checkpoint that a run begins with. */
  async begin(traceId: TraceId, state: ScoutState): Promise<void> {
    const { store, graphHash } = this.#options;
    const metadata = { node: "start", note: "goal and browsers", title: titleOf(state) };
    await store.saveWithTrace(traceId, createCheckpoint(state, { nextNode: "split", graphHash, metadata }));
  }

  /** Goes on from the trace's latest checkpoint until the run is complete, asks, or is stopped. */
  async carryOn(traceId: TraceId, { delayMs, signal, yields }: CarryOnOptions): Promise<Halt> {
    const { store, graphHash } = this.#options;
    let at = await store.loadLatest(traceId, { graphHash });
    while (at) {
      if (at.nextNode === undefined) return "complete";
      if (at.nextNode === ASKING) return "asking";
      if (!(await waited(delayMs(), signal))) return "stopped";
      at = await this.#step(traceId, at);
      if (await yields?.()) return "stopped";
    }
    return "gone";
  }

  /** Answers the question of checkpoint `id`; `false` if the run has moved on from it. */
  async answer(traceId: TraceId, id: string, answer: Answer): Promise<boolean> {
    const { store, graphHash } = this.#options;
    const at = await store.loadLatest(traceId, { graphHash });
    if (at?.id !== id) return false;
    await this.#step(traceId, at, answer);
    return true;
  }

  async #step(traceId: TraceId, at: Checkpoint<ScoutState>, answer?: Answer): Promise<Checkpoint<ScoutState>> {
    const { store, graph, graphHash } = this.#options;
    if (!isNode(at.nextNode)) throw new Error(`The agent has no node "${at.nextNode}".`);
    const { state, nextNode, note } = graph[at.nextNode](at.state, answer);
    const checkpoint = createCheckpoint(state, {
      parentId: at.id,
      graphHash,
      metadata: { node: at.nextNode, note, title: titleOf(state) },
      ...(nextNode && { nextNode }),
    });
    await store.saveWithTrace(traceId, checkpoint);
    return checkpoint;
  }
}

const MAX_TITLE_LENGTH = 80;

function titleOf({ goal }: ScoutState): string {
  const line = goal.replace(/\s+/g, " ").trim();
  return line.length > MAX_TITLE_LENGTH ? `${line.slice(0, MAX_TITLE_LENGTH - 1).trimEnd()}…` : line;
}

/** `false` as soon as the signal aborts. */
function waited(delayMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve(true);
    }, delayMs);
    signal.addEventListener("abort", stop, { once: true });
  });
}
