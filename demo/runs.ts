import type { Store, StoredHead, TraceId } from "waystone";
import { sendEvent } from "waystone/steps";
import type { Agent } from "./agents/agent.ts";
import { isBranch } from "./agents/branch.ts";
import type { Answer } from "./agents/scout/graph.ts";
import { ASKING } from "./agents/scout/graph.ts";
import type { Choice } from "./agents/scout/state.ts";
import { think } from "./agents/think.ts";

/** `elsewhere`: another tab drives it, and this one is next. `failed`: see {@link Runs.failure}. */
export type RunStatus = "running" | "elsewhere" | "paused" | "asking" | "complete" | "failed";

const PAUSED = "baseline-scout.paused.";
/** Set for a fork that somebody wants to go on: forks rest until then. */
const RESUMED = "baseline-scout.resumed.";

interface Drive {
  readonly controller: AbortController;
  isHeld: boolean;
}

/** What the runs are driven with. */
export interface RunsParts {
  readonly store: Store;
  readonly agents: readonly Agent[];
  /** How long each step takes at least, asked anew each time. */
  readonly delayMs: () => number;
}

/**
 * Keeps every run going that is neither complete nor paused, in exactly one tab at a time: each open tab queues on the
 * run's lock, and whoever gets it starts the agent over, which goes on where it was. So when a tab is closed the next one
 * takes over, and when the last one is, the next visit does.
 *
 * Fires `change` when the status of a run may have changed.
 */
export class Runs extends EventTarget {
  readonly #parts: RunsParts;
  readonly #store: Store;
  readonly #drives = new Map<TraceId, Drive>();
  readonly #failures = new Map<TraceId, unknown>();

  constructor(parts: RunsParts) {
    super();
    this.#parts = parts;
    this.#store = parts.store;
  }

  /** Takes up whatever is unfinished, now and from now on. */
  async open(): Promise<void> {
    this.#store.watch((change) => {
      if (isBranch(change.traceId)) return;
      if (change.kind === "saved") {
        this.#consider(change.head);
        void this.#yield(change.head);
      } else if (change.kind === "trace-deleted") this.#stop(change.traceId);
      this.#changed();
    });
    window.addEventListener("storage", ({ key }) => {
      const mark = [PAUSED, RESUMED].find((one) => key?.startsWith(one));
      if (mark !== undefined) void this.#pauseChanged(key!.slice(mark.length));
    });
    for (const { latest } of await this.#store.traces()) this.#consider(latest);
  }

  /** Begins a run, and returns once its first checkpoint is stored. */
  async start(agent: Agent, input: unknown): Promise<TraceId> {
    const traceId = agent.newTraceId();
    const begun = new Promise<void>((resolve) => {
      const unwatch = this.#store.watch(() => (unwatch(), resolve()), { traceId });
    });
    void this.#drive(agent, traceId, input);
    await begun;
    return traceId;
  }

  status(head: StoredHead): RunStatus {
    const { traceId, nextNode } = head;
    if (nextNode === undefined) return "complete";
    if (this.#failures.has(traceId)) return "failed";
    if (nextNode === ASKING) return "asking";
    if (isPaused(traceId) || this.#agentFor(head) === undefined) return "paused";
    return this.#drives.get(traceId)?.isHeld === false ? "elsewhere" : "running";
  }

  failure(traceId: TraceId): unknown {
    return this.#failures.get(traceId);
  }

  /** Stops the run after the step it is at, in whichever tab it runs, until someone resumes it. */
  pause(traceId: TraceId): void {
    localStorage.setItem(PAUSED + traceId, "1");
    void this.#pauseChanged(traceId);
  }

  /** Lets a run go on, a fork too. Where no agent of this page can, that is the run's failure. */
  async resume(traceId: TraceId): Promise<void> {
    this.#failures.delete(traceId);
    localStorage.removeItem(PAUSED + traceId);
    if (!this.#parts.agents.some((agent) => agent.owns(traceId))) localStorage.setItem(RESUMED + traceId, "1");
    const head = await this.#latest(traceId);
    if (head && this.#agentFor(head) === undefined)
      this.#failures.set(traceId, new Error("No agent of this page can go on with this run."));
    await this.#pauseChanged(traceId);
  }

  /** Answers the question that checkpoint `id` asks. Where another tab was faster, its answer stands. */
  async answer(traceId: TraceId, id: string, choice: Choice): Promise<void> {
    const answer: Answer = { choice, decidedAt: new Date() };
    await sendEvent(this.#store.trace(traceId), "answer", answer, { id });
  }

  /** Leaves nothing of a run that was deleted: neither its branches, nor what is known of it. */
  async forget(traceId: TraceId): Promise<void> {
    this.#stop(traceId);
    for (const key of [PAUSED, RESUMED]) localStorage.removeItem(key + traceId);
    await this.#store.deleteTraces({ prefix: `${traceId}/` });
  }

  #consider(head: StoredHead): void {
    const { traceId, nextNode } = head;
    const agent = this.#agentFor(head);
    if (agent === undefined || nextNode === undefined || isPaused(traceId)) return;
    if (this.#failures.has(traceId) || this.#drives.has(traceId)) return;
    void this.#drive(agent, traceId);
  }

  #agentFor(head: StoredHead): Agent | undefined {
    const isResumed = localStorage.getItem(RESUMED + head.traceId) !== null;
    return this.#parts.agents.find((one) => one.owns(head.traceId) || (isResumed && one.canResume?.(head) === true));
  }

  async #latest(traceId: TraceId): Promise<StoredHead | undefined> {
    for await (const head of this.#store.history(traceId, { limit: 1 })) return head;
    return undefined;
  }

  async #drive(agent: Agent, traceId: TraceId, input?: unknown): Promise<void> {
    const { delayMs } = this.#parts;
    const drive: Drive = { controller: new AbortController(), isHeld: false };
    const { signal } = drive.controller;
    this.#drives.set(traceId, drive);
    try {
      await withLock(
        traceId,
        async () => {
          drive.isHeld = true;
          this.#changed();
          await agent.drive({
            store: this.#store,
            traceId,
            signal,
            think: (stopped) => think(delayMs(), stopped),
            ...(input !== undefined && { input }),
          });
        },
        signal,
      );
    } catch (error) {
      if (!signal.aborted) this.#failures.set(traceId, error);
    }
    this.#drives.delete(traceId);
    await this.#considerLatest(traceId);
    this.#changed();
  }

  /** A hidden tab's timers are slow: it lets a waiting one go first. */
  async #yield({ traceId }: StoredHead): Promise<void> {
    if (document.hidden && this.#drives.get(traceId)?.isHeld === true && (await isWaitedFor(traceId)))
      this.#stop(traceId);
  }

  /** Notices what was saved while the lock was being released, and a pause that was taken back. */
  async #considerLatest(traceId: TraceId): Promise<void> {
    const head = await this.#latest(traceId);
    if (head) this.#consider(head);
  }

  async #pauseChanged(traceId: TraceId): Promise<void> {
    if (isPaused(traceId)) this.#stop(traceId);
    else await this.#considerLatest(traceId);
    this.#changed();
  }

  #stop(traceId: TraceId): void {
    this.#drives.get(traceId)?.controller.abort();
  }

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

function isPaused(traceId: TraceId): boolean {
  return localStorage.getItem(PAUSED + traceId) !== null;
}

function lockName(traceId: TraceId): string {
  return `baseline-scout.${traceId}`;
}

function withLock<T>(traceId: TraceId, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return navigator.locks.request(lockName(traceId), signal ? { signal } : {}, work) as Promise<T>;
}

async function isWaitedFor(traceId: TraceId): Promise<boolean> {
  const { pending } = await navigator.locks.query();
  return pending?.some(({ name }) => name === lockName(traceId)) ?? false;
}
