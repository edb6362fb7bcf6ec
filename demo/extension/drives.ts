import type { CheckpointId, Store, StoredHead, TraceId } from "waystone";
import { isCheckpointStoreError } from "waystone";
import { runStatus as stepsStatus, runSteps, sendEvent, type StepsState } from "waystone/steps";
import type { Answer, Graph } from "../agents/scout/graph.ts";
import { headOf, scout, type ScoutInput } from "../agents/scout/scout.ts";
import { think } from "../agents/think.ts";
import { failureText } from "../ui/failure-text.ts";
import { singleFlight } from "../ui/single-flight.ts";
import { runStatus } from "./run-status.ts";
import type { Settings } from "./settings.ts";
import type { WakeAlarm } from "./wake-alarm.ts";

/** What the worker drives with. */
export interface DriveParts {
  readonly store: Store<StepsState>;
  readonly graph: Graph;
  readonly graphHash: string;
  readonly settings: Settings;
  readonly alarm: WakeAlarm;
}

/**
 * Keeps every run going that is neither complete nor paused. A run that waits for an answer is driven, too, as long as the
 * worker is awake, but sets no alarm: the answer wakes the worker. Nothing that it needs to know
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
    const hasWork = await Promise.all(heads.map((head) => this.#hasWork(head)));
    if (hasWork.includes(true) || this.#savesUnderWay > 0) await alarm.set();
    else await alarm.clear();
  });

  /** Begins a run; one that has begun goes on. */
  async start(traceId: TraceId, input: ScoutInput): Promise<void> {
    await this.#save(async () => {
      const begun = new Promise<void>((resolve) => {
        const unwatch = this.#parts.store.watch(() => (unwatch(), resolve()), { traceId });
      });
      if ((await this.#parts.store.list(traceId)).length > 0) return;
      void this.#drive(traceId, input);
      await begun;
    });
  }

  /** Answers the question that checkpoint `id` asks; if it was answered already, that answer stands. */
  async answer(traceId: TraceId, id: CheckpointId, answer: Answer): Promise<void> {
    await this.#save(() => sendEvent(this.#parts.store.trace(traceId), "answer", answer, { id }));
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

  async #save(save: () => Promise<unknown>): Promise<void> {
    this.#savesUnderWay++;
    try {
      // First: if this worker is stopped once it has saved, another one has to come.
      await this.#parts.alarm.set();
      await save();
    } finally {
      this.#savesUnderWay--;
      await this.takeUp();
    }
  }

  /** Whether a run needs a worker: it runs, or it waits for an answer that has come. */
  async #hasWork(head: StoredHead): Promise<boolean> {
    const status = runStatus(head, this.#parts.settings);
    if (status !== "asking") return status === "running";
    return (await stepsStatus(this.#parts.store.trace(head.traceId))).wakeAt !== undefined;
  }

  #consider(head: StoredHead): void {
    const { traceId } = head;
    const { settings } = this.#parts;
    const isToBeDriven = ["running", "asking"].includes(runStatus(head, settings)) && !settings.isPaused(traceId);
    if (!isToBeDriven || this.#drives.has(traceId) || this.#leaving.has(traceId)) return;
    void this.#drive(traceId);
  }

  async #drive(traceId: TraceId, input?: ScoutInput): Promise<void> {
    const { store, graph, graphHash, settings } = this.#parts;
    const controller = new AbortController();
    const { signal } = controller;
    this.#drives.set(traceId, controller);
    const agent = scout(graph, (stopped) => think(settings.paceMs, stopped));
    try {
      await runSteps(store.trace(traceId), agent, { graphHash, head: headOf, signal, ...(input && { input }) });
    } catch (error) {
      const isOthers = signal.aborted || isCheckpointStoreError(error, "conflict");
      if (!isOthers) await settings.fail(traceId, failureText(error));
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
