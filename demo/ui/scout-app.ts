import type { TraceId } from "waystone";
import type { Agent } from "../agents/agent.ts";
import { isBranch } from "../agents/branch.ts";
import { ASKING } from "../agents/scout/graph.ts";
import type { Choice, ScoutState } from "../agents/scout/state.ts";
import type { BaselineData } from "../baseline-data.ts";
import type { Runs } from "../runs.ts";
import type { ScoutSource } from "../scout-source.ts";
import { brand } from "./brand.ts";
import { FailureLine } from "./failure-line.ts";
import { failureText } from "./failure-text.ts";
import type { Goal } from "./goal-form.ts";
import { GoalForm } from "./goal-form.ts";
import { h } from "./h.ts";
import type { AgentStart } from "./other-agents.ts";
import { OtherAgents } from "./other-agents.ts";
import { QuestionCard } from "./question-card.ts";
import { RunBar } from "./run-bar.ts";
import { RunList } from "./run-list.ts";
import { runTitle } from "./run-title.ts";
import { styles } from "./scout-app.styles.ts";
import { ScoutReport } from "./scout-report.ts";
import { ShadowElement, define } from "./shadow-element.ts";
import { singleFlight } from "./single-flight.ts";
import { STATUS } from "./status.ts";
import { StorageMeter } from "./storage-meter.ts";
import { TraceView } from "./trace-view.ts";

/** What the page works with. */
export interface ScoutParts {
  readonly store: ScoutSource;
  readonly runs: Runs;
  readonly agents: Readonly<Record<"scout" | AgentStart["agent"], Agent>>;
  readonly data: BaselineData;
  /** Where the pace is kept. */
  readonly pace: { ms: number };
}

/** `<scout-app>`: the page. Which run it shows is in its address; everything else is read from the store. */
export class ScoutApp extends ShadowElement {
  readonly #parts: ScoutParts;
  readonly #meter = new StorageMeter();
  readonly #list = new RunList();
  readonly #bar = new RunBar();
  readonly #question = new QuestionCard();
  readonly #report = new ScoutReport();
  readonly #form = new GoalForm();
  readonly #others = new OtherAgents();
  readonly #failure = new FailureLine();
  readonly #start = h("div", { class: "start" }, this.#form, this.#others);
  readonly #drawer: HTMLElement;
  readonly #trace: TraceView<ScoutState>;

  constructor(parts: ScoutParts) {
    super(styles);
    this.#parts = parts;
    this.#form.data = parts.data;
    this.#bar.paceMs = parts.pace.ms;
    this.#trace = new TraceView(parts.store, { id: "report", label: "Report", panel: this.#report });
    this.#drawer = h("aside", { class: "runs", id: "runs", "aria-label": "Runs" }, h("h2", {}, "Runs"), this.#list);
    this.root.append(
      this.#top(),
      h(
        "div",
        { class: "body" },
        this.#drawer,
        h("main", {}, this.#failure.element, this.#bar, this.#question, this.#start, this.#trace),
      ),
    );
    this.#listen();
    this.#fitDrawer();
  }

  /** Shows what the address names: a run, the form for a new one, or else the latest run. */
  async route(): Promise<void> {
    const name = decodeURIComponent(location.hash.slice(1));
    const summaries = (await this.#parts.store.traces()).filter((run) => !isBranch(run.traceId));
    const known = summaries.find(({ traceId }) => traceId === name) ?? (name === "new" ? undefined : summaries[0]);
    this.#open(known?.traceId);
    await this.#overview();
  }

  #top(): HTMLElement {
    const startAnew = () => (location.hash = "new");
    return h(
      "header",
      { class: "top" },
      brand(),
      this.#meter,
      h("button", { type: "button", id: "runs-button", popovertarget: "runs" }, "Runs"),
      h("button", { type: "button", id: "new-run", class: "primary", onclick: startAnew }, "New run"),
    );
  }

  #listen(): void {
    const { store, runs, agents, pace } = this.#parts;
    const on = <T>(type: string, act: (detail: T) => unknown) =>
      this.root.addEventListener(type, (event) => void this.#failure.try(() => act((event as CustomEvent<T>).detail)));
    on<Goal>("run-start", async ({ goal, targets }) => {
      location.hash = await runs.start(agents.scout, { goal, targets, startedAt: new Date() });
    });
    on<AgentStart>("agent-start", async ({ agent, input }) => {
      location.hash = encodeURIComponent(await runs.start(agents[agent], input));
    });
    on<TraceId>("run-select", (id) => {
      location.hash = encodeURIComponent(id);
      if (this.#drawer.matches(":popover-open")) this.#drawer.hidePopover();
    });
    on<TraceId>("run-delete", (id) => runs.remove(id));
    on("run-pause", () => this.#trace.traceId && runs.pause(this.#trace.traceId));
    on("run-resume", () => this.#trace.traceId && runs.resume(this.#trace.traceId));
    on("pace-change", () => (pace.ms = this.#bar.paceMs));
    on<Choice>("answer", (choice) => this.#answer(choice));
    on("trace-change", () => this.#traceChanged());
    on("trace-error", (error) => this.#failure.show(error));
    window.addEventListener("hashchange", () => void this.#failure.try(() => this.route()));
    const refresh = () => void this.#failure.try(this.#overview);
    runs.addEventListener("change", refresh);
    store.watch((change) => {
      if (isBranch(change.traceId)) return;
      if (change.kind === "trace-deleted" && change.traceId === this.#trace.traceId) location.hash = "";
      refresh();
    });
  }

  /** The list of runs stands at the side where there is room, and opens over the page where there is not. */
  #fitDrawer(): void {
    const narrow = matchMedia("(max-width: 1199px)");
    const fit = () => (this.#drawer.popover = narrow.matches ? "auto" : null);
    narrow.addEventListener("change", fit);
    fit();
  }

  #open(traceId: TraceId | undefined): void {
    const wasInForm = this.#start.contains(this.root.activeElement);
    for (const element of [this.#bar, this.#trace]) element.hidden = !traceId;
    this.#start.hidden = traceId !== undefined;
    if (wasInForm && traceId) this.#trace.focus({ preventScroll: true });
    if (traceId === this.#trace.traceId) return;
    this.#failure.clear();
    this.#question.question = undefined;
    this.#report.report = undefined;
    document.title = "Baseline scout";
    this.#trace.open(traceId);
  }

  async #traceChanged(): Promise<void> {
    this.#drawStatus();
    await this.#showLatest();
  }

  /** What depends on the newest state, whatever is selected: the question and the report. */
  async #showLatest(): Promise<void> {
    const { latest } = this.#trace;
    if (!latest) return;
    const isTelling = latest.nextNode === undefined || latest.nextNode === ASKING;
    const state = isTelling ? await this.#trace.stateOf(latest.id) : undefined;
    if (this.#trace.latest?.id !== latest.id) return;
    this.#question.question = state?.question;
    this.#report.report = state?.report;
    this.#trace.offerMore(state?.report !== undefined);
  }

  async #answer(choice: Choice): Promise<void> {
    const { traceId, latest } = this.#trace;
    if (!traceId || !latest) return;
    // The buttons are about to go: those who came by keyboard go on from the next thing.
    if (this.root.activeElement === this.#question) this.#trace.focus({ preventScroll: true });
    try {
      await this.#parts.runs.answer(traceId, latest.id, choice);
    } catch (error) {
      this.#question.question = undefined;
      await this.#showLatest();
      throw error;
    }
  }

  /** The runs, the storage, and the state of the run that is shown. */
  readonly #overview = singleFlight(async () => {
    const { store, runs } = this.#parts;
    const [summaries, usage] = await Promise.all([store.traces(), store.usage()]);
    this.#list.show(
      summaries
        .filter(({ traceId }) => !isBranch(traceId))
        .map((summary) => ({ summary, status: runs.status(summary.latest) })),
      this.#trace.traceId,
    );
    this.#meter.usage = usage;
    this.#drawStatus();
  });

  #drawStatus(): void {
    const { heads, latest } = this.#trace;
    if (!latest) return;
    const { runs } = this.#parts;
    const status = runs.status(latest);
    const failure = status === "failed" ? failureText(runs.failure(latest.traceId)) : undefined;
    const title = runTitle(latest);
    this.#bar.show({ title, status, heads, ...(failure && { failure }) });
    const text = status === "asking" ? "waits for your answer" : STATUS[status].short;
    this.#trace.activity = latest.nextNode ? { node: latest.nextNode, text } : undefined;
    document.title = `${status === "asking" ? "❓ " : status === "running" ? "● " : ""}Baseline scout`;
  }
}

define("scout-app", ScoutApp);
