import type { CheckpointId, Store, StoredHead, TraceId } from "waystone";
import { isCheckpointStoreError } from "waystone";
import type { Answer, Graph } from "../agent/graph.ts";
import { Runner } from "../agent/runner.ts";
import type { ScoutState } from "../agent/state.ts";
import { failureText } from "../ui/failure-text.ts";
import { singleFlight } from "../ui/single-flight.ts";
import { ownedStore } from "./owned-store.ts";
import { runStatus } from "./run-status.ts";
import type { Settings } from "./settings.ts";
import type { WakeAlarm } from "./wake-alarm.ts";

/** What the worker drives with. */
export interface DriveParts {
  readonly store: Store<ScoutState>;
  readonly graph: Graph;
  readonly graphHash: string;
  readonly settings: Settings;
  readonly alarm: WakeAlarm;
}

/**
 * Keeps every run going that is neither complete, nor paused, nor waiting for an answer. Nothing that it needs to know
 * is kept in the worker: whichever worker comes next reads the store and goes on.
 */
export class Drives {
  readonly #parts: DriveParts;
  readonly #drives = new Map<TraceId, AbortController>();
  readonly #leaving = new Set<TraceId>();
  #savesUnderWay = 0;

  constructor(parts: DriveParts) {
    this.#parts = parts;
    parts.store.watch((change) => {
      if (change.kind === "saved") this.#consider(change.head);
    });
    parts.settings.addEventListener("change", () => void this.#settingsChanged());
  }

  /** Takes up whatever is unfinished, and keeps an alarm set as long as there is any. */
  readonly takeUp = singleFlight(async () => {
    const { store, alarm } = this.#parts;
    const heads = (await store.traces()).map(({ latest }) => latest);
    for (const head of heads) this.#consider(head);
    if (heads.some((head) => this.#isUnfinished(head)) || this.#savesUnderWay > 0) await alarm.set();
    else await alarm.clear();
  });

  /** Begins a run; one that has begun is left alone. */
  async start(traceId: TraceId, state: ScoutState): Promise<void> {
    await this.#save(traceId, async (runner) => {
      if ((await this.#parts.store.list(traceId)).length === 0) await runner.begin(traceId, state);
    });
  }

  /** Answers the question that checkpoint `id` asks; if the run has gone on from it, that answer stands. */
  async answer(traceId: TraceId, id: CheckpointId, answer: Answer): Promise<void> {
    await this.#save(traceId, (runner) => runner.answer(traceId, id, answer));
  }

  async remove(traceId: TraceId): Promise<void> {
    this.#leaving.add(traceId);
    this.#drives.get(traceId)?.abort();
    try {
      const { store } = this.#parts;
      await store.trace(traceId).takeOver(() => store.deleteTrace(traceId), { waitsForOwn: true });
      await this.#parts.settings.clear(traceId);
    } finally {
      this.#leaving.delete(traceId);
      await this.takeUp();
    }
  }

  async #save(traceId: TraceId, save: (runner: Runner) => Promise<unknown>): Promise<void> {
    this.#savesUnderWay++;
    try {
      // First: if this worker is stopped once it has saved, another one has to come.
      await this.#parts.alarm.set();
      await this.#own(traceId, save);
    } finally {
      this.#savesUnderWay--;
      await this.takeUp();
    }
  }

  /** Runs `work` as the run's one owner: a worker that was stopped, and is not quite dead, can't take the same step. */
  async #own(
    traceId: TraceId,
    work: (runner: Runner, lost: AbortSignal) => Promise<unknown>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { store, graph, graphHash } = this.#parts;
    await store.trace(traceId).takeOver(
      ({ trace, signal }) => work(new Runner({ store: ownedStore(store, trace), graph, graphHash }), signal),
      // A drive that is about to end, or an answer that is being saved.
      { ...options, waitsForOwn: true },
    );
  }

  #isUnfinished(head: StoredHead): boolean {
    return runStatus(head, this.#parts.settings) === "running";
  }

  #consider(head: StoredHead): void {
    const { traceId } = head;
    if (!this.#isUnfinished(head) || this.#drives.has(traceId) || this.#leaving.has(traceId)) return;
    void this.#drive(traceId);
  }

  async #drive(traceId: TraceId): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#drives.set(traceId, controller);
    const delayMs = () => this.#parts.settings.paceMs;
    try {
      await this.#own(
        traceId,
        (runner, lost) => runner.carryOn(traceId, { delayMs, signal: AbortSignal.any([signal, lost]) }),
        { signal },
      );
    } catch (error) {
      const isOthers = signal.aborted || isCheckpointStoreError(error, "conflict");
      if (!isOthers) await this.#parts.settings.fail(traceId, failureText(error));
    }
    this.#drives.delete(traceId);
    await this.takeUp();
  }

  async #settingsChanged(): Promise<void> {
    for (const [traceId, controller] of this.#drives) {
      if (this.#parts.settings.isPaused(traceId)) controller.abort();
    }
    await this.takeUp();
  }
}
