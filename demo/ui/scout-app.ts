import type { CheckpointId, Store, TraceId } from "waystone";
import { ASKING } from "../agent/graph.ts";
import type { Choice, ScoutState } from "../agent/state.ts";
import type { BaselineData } from "../baseline-data.ts";
import type { Runs } from "../runs.ts";
import { brand } from "./brand.ts";
import { CheckpointCache } from "./checkpoint-cache.ts";
import { CheckpointDetail } from "./checkpoint-detail.ts";
import { CheckpointTimeline } from "./checkpoint-timeline.ts";
import { failureText } from "./failure-text.ts";
import type { Goal } from "./goal-form.ts";
import { GoalForm } from "./goal-form.ts";
import { h } from "./h.ts";
import { QuestionCard } from "./question-card.ts";
import { RunBar } from "./run-bar.ts";
import { RunList } from "./run-list.ts";
import { styles } from "./scout-app.styles.ts";
import { ScoutReport } from "./scout-report.ts";
import { ShadowElement, define } from "./shadow-element.ts";
import { singleFlight } from "./single-flight.ts";
import { StorageMeter } from "./storage-meter.ts";
import { Tabs } from "./tabs.ts";
import { TraceFeed } from "./trace-feed.ts";

/** What the page works with. */
export interface ScoutParts {
  readonly store: Store<ScoutState>;
  readonly runs: Runs;
  readonly data: BaselineData;
  /** Where the pace is kept. */
  readonly pace: { ms: number };
}

/** `<scout-app>`: the page. It holds what is selected; everything else it shows is read from the store. */
export class ScoutApp extends ShadowElement {
  readonly #parts: ScoutParts;
  readonly #meter = new StorageMeter();
  readonly #list = new RunList();
  readonly #bar = new RunBar();
  readonly #question = new QuestionCard();
  readonly #timeline = new CheckpointTimeline();
  readonly #detail = new CheckpointDetail();
  readonly #report = new ScoutReport();
  readonly #form = new GoalForm();
  readonly #count = h("small");
  readonly #follow = h("button", { type: "button", id: "follow", title: "Keep the newest checkpoint selected", onclick: () => this.#setFollow(!this.#isFollowing) }, "Follow");
  readonly #failure = h("p", { class: "failure", role: "alert", hidden: true });
  readonly #tabs: Tabs;
  readonly #run: HTMLElement[];
  readonly #drawer: HTMLElement;
  readonly #checkpoints: CheckpointCache<ScoutState>;
  #feed: TraceFeed | undefined;
  #selectedId: CheckpointId | undefined;
  #isFollowing = true;

  constructor(parts: ScoutParts) {
    super(styles);
    this.#parts = parts;
    this.#checkpoints = new CheckpointCache(parts.store);
    this.#form.data = parts.data;
    this.#bar.paceMs = parts.pace.ms;
    this.#tabs = new Tabs("Views", [
      { id: "checkpoint", label: "Checkpoint", panel: this.#detail },
      { id: "report", label: "Report", panel: this.#report },
    ]);
    this.#drawer = h("aside", { class: "runs", id: "runs", "aria-label": "Runs" }, h("h2", {}, "Runs"), this.#list);
    this.#run = [this.#bar, this.#question, this.#panes()];
    this.root.append(
      this.#top(),
      h("div", { class: "body" }, this.#drawer, h("main", {}, this.#form, ...this.#run)),
    );
    this.#listen();
  }

  /** Shows what the address names: a run, the form for a new one, or else the latest run. */
  async route(): Promise<void> {
    const name = decodeURIComponent(location.hash.slice(1));
    const summaries = await this.#parts.store.traces();
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

  #panes(): HTMLElement {
    return h(
      "div",
      { class: "panes" },
      h(
        "section",
        { class: "timeline", "aria-label": "Checkpoints" },
        h("header", {}, h("h2", {}, "Checkpoints", this.#count), this.#follow),
        this.#timeline,
      ),
      h("section", { class: "detail", "aria-label": "Detail" }, h("div", { class: "tabbar" }, this.#tabs.strip), this.#detail, this.#report, this.#failure),
    );
  }

  #listen(): void {
    const { store, runs, pace } = this.#parts;
    const on = <T>(type: string, act: (detail: T) => void) =>
      this.root.addEventListener(type, (event) => act((event as CustomEvent<T>).detail));
    on<Goal>("run-start", ({ goal, targets }) => void runs.start(goal, targets).then((id) => (location.hash = id)).catch((error) => this.#fail(error)));
    on<TraceId>("run-select", (id) => {
      location.hash = id;
      if (this.#drawer.matches(":popover-open")) this.#drawer.hidePopover();
    });
    on<TraceId>("run-delete", (id) => void runs.remove(id).catch((error) => this.#fail(error)));
    on("run-pause", () => this.#feed && runs.pause(this.#feed.traceId));
    on("run-resume", () => this.#feed && runs.resume(this.#feed.traceId));
    on("pace-change", () => (pace.ms = this.#bar.paceMs));
    on<Choice>("answer", (choice) => void this.#answer(choice));
    on<CheckpointId>("checkpoint-select", (id) => {
      this.#setFollow(id === this.#feed?.latest?.id);
      this.#tabs.select("checkpoint");
      void this.#select(id);
    });
    window.addEventListener("hashchange", () => void this.route());
    runs.addEventListener("change", () => void this.#overview());
    store.watch((change) => {
      if (change.kind === "trace-deleted" && change.traceId === this.#feed?.traceId) location.hash = "";
      void this.#overview();
    });
    const narrow = matchMedia("(max-width: 1199px)");
    const fit = () => (this.#drawer.popover = narrow.matches ? "auto" : null);
    narrow.addEventListener("change", fit);
    fit();
    // The question takes room from the list, whose end is what is being followed.
    new ResizeObserver(() => this.#isFollowing && this.#timeline.reveal("end")).observe(this.#timeline);
  }

  #open(traceId: TraceId | undefined): void {
    for (const element of this.#run) element.hidden = !traceId;
    this.#form.hidden = traceId !== undefined;
    if (traceId === this.#feed?.traceId) return;
    this.#feed?.close();
    this.#feed = undefined;
    this.#selectedId = undefined;
    this.#question.question = undefined;
    this.#report.report = undefined;
    this.#timeline.heads = [];
    this.#tabs.select("checkpoint");
    this.#setFollow(true);
    document.title = "Baseline scout";
    if (!traceId) return;
    this.#feed = new TraceFeed(this.#parts.store, traceId);
    this.#feed.addEventListener("change", () => this.#feedChanged());
  }

  #feedChanged(): void {
    const { heads = [], latest } = this.#feed ?? {};
    this.#timeline.heads = heads;
    this.#count.textContent = heads.length > 0 ? String(heads.length) : "";
    this.#drawStatus();
    if (!latest) return;
    void this.#showLatest(latest.id).catch((error) => this.#fail(error));
    if (this.#isFollowing) this.#followLatest();
  }

  /** What depends on the newest state, whatever is selected: the question and the report. */
  async #showLatest(id: CheckpointId): Promise<void> {
    const latest = this.#feed?.latest;
    if (latest?.nextNode !== undefined && latest.nextNode !== ASKING) {
      this.#question.question = undefined;
      this.#tabs.enable("report", false);
      return;
    }
    const state = (await this.#checkpoints.load(id))?.state;
    if (this.#feed?.latest?.id !== id) return;
    this.#question.question = state?.question;
    this.#tabs.enable("report", state?.report !== undefined);
    this.#report.report = state?.report;
    if (state?.report && this.#isFollowing) this.#tabs.select("report");
  }

  #followLatest(): void {
    const latest = this.#feed?.latest;
    if (!latest) return;
    void this.#select(latest.id);
    this.#timeline.reveal("end");
  }

  #setFollow(isFollowing: boolean): void {
    this.#isFollowing = isFollowing;
    this.#follow.setAttribute("aria-pressed", String(isFollowing));
    if (isFollowing) this.#followLatest();
  }

  async #select(id: CheckpointId): Promise<void> {
    this.#selectedId = id;
    this.#timeline.selectedId = id;
    const heads = this.#feed?.heads ?? [];
    const at = heads.findIndex((head) => head.id === id);
    const head = heads[at];
    if (!head) return;
    try {
      const [checkpoint, before] = await Promise.all([this.#checkpoints.load(id), head.parentId ? this.#checkpoints.load(head.parentId) : undefined]);
      if (this.#selectedId !== id || !checkpoint) return;
      this.#failure.hidden = true;
      this.#detail.show({ head, place: at + 1, state: checkpoint.state, ...(before && { before }) });
    } catch (error) {
      if (this.#selectedId === id) this.#fail(error);
    }
  }

  async #answer(choice: Choice): Promise<void> {
    const { traceId, latest } = this.#feed ?? {};
    if (!traceId || !latest) return;
    try {
      await this.#parts.runs.answer(traceId, latest.id, choice);
    } catch (error) {
      this.#fail(error);
      this.#question.question = undefined;
      await this.#showLatest(latest.id);
    }
  }

  /** The runs, the storage, and the state of the run that is shown. */
  readonly #overview = singleFlight(async () => {
    const { store, runs } = this.#parts;
    const [summaries, usage] = await Promise.all([store.traces(), store.usage()]);
    this.#list.show(
      summaries.map((summary) => ({ summary, status: runs.status(summary.latest) })),
      this.#feed?.traceId,
    );
    this.#meter.usage = usage;
    this.#drawStatus();
  });

  #drawStatus(): void {
    const { heads = [], latest } = this.#feed ?? {};
    if (!latest) return;
    const { runs } = this.#parts;
    const status = runs.status(latest);
    const failure = status === "failed" ? failureText(runs.failure(latest.traceId)) : undefined;
    const title = String(latest.metadata?.title ?? latest.traceId);
    this.#bar.show({ title, status, heads, ...(failure && { failure }) });
    this.#timeline.activity = latest.nextNode
      ? { node: latest.nextNode, text: status === "asking" ? "waits for your answer" : status === "running" ? "at work" : status }
      : undefined;
    document.title = `${status === "asking" ? "❓ " : status === "running" ? "● " : ""}Baseline scout`;
  }

  #fail(error: unknown): void {
    this.#failure.hidden = false;
    this.#failure.textContent = failureText(error);
  }
}

define("scout-app", ScoutApp);
