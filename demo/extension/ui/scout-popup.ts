import type { TraceId } from "waystone";
import { ASKING } from "../../agents/scout/graph.ts";
import type { Choice } from "../../agents/scout/state.ts";
import type { ScoutSource } from "../../scout-source.ts";
import { brand } from "../../ui/brand.ts";
import { FailureLine } from "../../ui/failure-line.ts";
import type { Goal } from "../../ui/goal-form.ts";
import { h } from "../../ui/h.ts";
import { RunList } from "./run-list.ts";
import { ShadowElement, define } from "../../ui/shadow-element.ts";
import { singleFlight } from "../../ui/single-flight.ts";
import type { WorkerPresence } from "../presence.ts";
import { runStatus } from "../run-status.ts";
import type { Settings } from "../settings.ts";
import { WAKE_ALARM } from "../wake-alarm.ts";
import { wish } from "../wishes.ts";
import { PopupForm } from "./popup-form.ts";
import { RunPanel } from "./run-panel.ts";
import { styles } from "./scout-popup.styles.ts";
import { WorkerLine } from "./worker-line.ts";

/** What the popup shows and talks to. */
export interface PopupParts {
  readonly store: ScoutSource;
  readonly settings: Settings;
  readonly presence: WorkerPresence;
}

type View = "runs" | "form" | "run";

/** `<scout-popup>`: reads everything from the store, and has the worker do everything. */
export class ScoutPopup extends ShadowElement {
  readonly #parts: PopupParts;
  readonly #back = h(
    "button",
    { type: "button", id: "back", class: "quiet", onclick: () => this.#go("runs") },
    "‹ Runs",
  );
  readonly #new = h(
    "button",
    { type: "button", id: "new-run", class: "primary", onclick: () => this.#go("form") },
    "New run",
  );
  readonly #failure = new FailureLine();
  readonly #list = new RunList();
  readonly #form = new PopupForm();
  readonly #run: RunPanel;
  readonly #worker = new WorkerLine();
  #view: View | undefined;

  constructor(parts: PopupParts) {
    super(styles);
    this.#parts = parts;
    this.#run = new RunPanel(parts.store, parts.settings);
    this.root.append(
      h("header", {}, brand(), this.#back, this.#new),
      h("main", {}, this.#failure.element, this.#list, this.#form, this.#run),
      this.#worker,
    );
    this.#listen();
  }

  /** Shows what matters most: the run that asks, the one that runs, the list, or the form for a first run. */
  async open(): Promise<void> {
    await this.#parts.settings.ready;
    const heads = (await this.#parts.store.traces()).map(({ latest }) => latest);
    const first = heads.find(({ nextNode }) => nextNode === ASKING) ?? heads.find(({ nextNode }) => nextNode);
    if (first) this.#run.open(first.traceId);
    await this.#go(first ? "run" : heads.length > 0 ? "runs" : "form");
    // Whoever looks wants it to go on.
    await wish({ kind: "wake" });
  }

  #listen(): void {
    const { store, settings, presence } = this.#parts;
    const on = <T>(type: string, act: (detail: T) => unknown) =>
      this.root.addEventListener(type, (event) => void this.#failure.try(() => act((event as CustomEvent<T>).detail)));
    on<Goal>("run-start", (goal) => this.#start(goal));
    on<TraceId>("run-select", (traceId) => this.#showRun(traceId));
    on<TraceId>("run-delete", (traceId) => wish({ kind: "remove", traceId }));
    on<Choice>("answer", (choice) => this.#answer(choice));
    on("run-pause", () => this.#run.traceId && settings.pause(this.#run.traceId));
    on("run-resume", () => this.#run.traceId && settings.clear(this.#run.traceId));
    on("pace-change", () => settings.setPace(this.#run.paceMs));
    on("run-error", (error) => this.#failure.show(error));
    on("wake", () => wish({ kind: "wake" }));
    const refresh = () => void this.#failure.try(this.#refresh);
    store.watch((change) => {
      if (change.kind === "trace-deleted" && change.traceId === this.#run.traceId) void this.#go("runs");
      refresh();
    });
    settings.addEventListener("change", refresh);
    presence.addEventListener("change", () => {
      void this.#failure.try(() => this.#run.refresh());
      refresh();
    });
  }

  async #start({ goal, targets }: Goal): Promise<void> {
    const traceId = `scout-${crypto.randomUUID()}`;
    await wish({ kind: "start", traceId, goal, targets });
    this.#showRun(traceId);
  }

  async #answer(choice: Choice): Promise<void> {
    const { traceId, latestId } = this.#run;
    try {
      if (traceId === undefined || latestId === undefined) throw new Error("The run has gone.");
      await wish({ kind: "answer", traceId, id: latestId, choice });
      // The worker may have been stopped before it could tell of what it saved.
      await this.#run.refresh();
    } catch (error) {
      this.#run.askAgain();
      throw error;
    }
  }

  #showRun(traceId: TraceId): void {
    this.#run.open(traceId);
    void this.#go("run");
  }

  async #go(view: View): Promise<void> {
    const before = this.#view;
    this.#view = view;
    this.#failure.clear();
    if (view !== "run") this.#run.open(undefined);
    if (view === "form") await this.#failure.try(() => this.#fillForm());
    if (this.#view !== view) return;
    this.#list.hidden = view !== "runs";
    this.#form.hidden = view !== "form";
    this.#run.hidden = view !== "run";
    this.#new.hidden = view === "form";
    await this.#failure.try(this.#refresh);
    // What had the focus went with the view.
    if (before && before !== view) (view === "runs" ? this.#new : this.#back).focus();
  }

  /** The data is large, and only the form needs it. */
  async #fillForm(): Promise<void> {
    if (this.#form.shadowRoot!.childElementCount > 0) return;
    this.#form.data = (await import("virtual:baseline-data")).default;
  }

  readonly #refresh = singleFlight(async () => {
    const { store, settings, presence } = this.#parts;
    const [runs, alarm] = await Promise.all([store.traces(), chrome.alarms.get(WAKE_ALARM)]);
    this.#list.show(
      runs.map((summary) => ({ summary, status: runStatus(summary.latest, settings) })),
      this.#run.traceId,
    );
    this.#back.hidden = this.#view === "runs" || runs.length === 0;
    this.#run.drawStatus(presence.isAwake === false);
    if (presence.isAwake !== undefined) this.#worker.show(presence.isAwake, alarm?.scheduledTime);
  });
}

define("scout-popup", ScoutPopup);
