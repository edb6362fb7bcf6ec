import type { Store, StoredHead, TraceId } from "waystone";
import { exportTraces, importTraces } from "waystone/archive";
import "waystone/inspector";
import type { Agent } from "../agents/agent.ts";
import { isBranch } from "../agents/branch.ts";
import { ASKING } from "../agents/scout/graph.ts";
import type { Choice } from "../agents/scout/state.ts";
import type { BaselineData } from "../baseline-data.ts";
import type { Runs } from "../runs.ts";
import { scoutSource } from "../scout-source.ts";
import { readAddress, writeAddress, type Address } from "./address.ts";
import { brand } from "./brand.ts";
import { crashTab } from "./crash-tab.ts";
import { FailureLine } from "./failure-line.ts";
import { failureText } from "./failure-text.ts";
import type { Goal } from "./goal-form.ts";
import { GoalForm } from "./goal-form.ts";
import { h } from "./h.ts";
import type { AgentStart } from "./other-agents.ts";
import { OtherAgents } from "./other-agents.ts";
import { QuestionCard } from "./question-card.ts";
import { RunBar } from "./run-bar.ts";
import { runTitle } from "./run-title.ts";
import { styles } from "./scout-app.styles.ts";
import { ScoutReport } from "./scout-report.ts";
import { ShadowElement, define } from "./shadow-element.ts";
import { singleFlight } from "./single-flight.ts";

/** What the page works with. */
export interface ScoutParts {
  readonly store: Store;
  readonly runs: Runs;
  readonly agents: Readonly<Record<"scout" | AgentStart["agent"], Agent>>;
  readonly data: BaselineData;
  /** Where the pace is kept. */
  readonly pace: { ms: number };
}

/**
 * `<scout-app>`: the page. On one side is what a run is about: its form, question and report. On the other is the inspector,
 * which says which run that is. What is shown is in the address; everything else is read from the store.
 */
export class ScoutApp extends ShadowElement {
  readonly #parts: ScoutParts;
  readonly #inspector = document.createElement("checkpoint-inspector");
  readonly #bar = new RunBar();
  readonly #question = new QuestionCard();
  readonly #report = new ScoutReport();
  readonly #form = new GoalForm();
  readonly #failure = new FailureLine();
  readonly #start = h("div", { class: "start" }, this.#form, new OtherAgents());
  readonly #hint = h(
    "div",
    { class: "hint" },
    h(
      "p",
      {},
      "Each step is a checkpoint. Close this tab at any moment, or have it die: the run goes on where it was.",
    ),
    h("button", { type: "button", id: "crash", onclick: () => void this.#failure.try(crashTab) }, "Crash this tab"),
  );
  readonly #body: HTMLElement;
  readonly #sides: ReadonlyMap<string, HTMLElement>;
  /** The run that is shown, or the form for a new one where there is none. */
  #traceId: TraceId | undefined;
  #latest: StoredHead | undefined;

  constructor(parts: ScoutParts) {
    super(styles);
    this.#parts = parts;
    this.#form.data = parts.data;
    this.#bar.paceMs = parts.pace.ms;
    this.#inspector.store = parts.store;
    // To be given the focus where what had it goes.
    this.#inspector.tabIndex = -1;
    this.#inspector.archive = { exportTraces, importTraces };
    this.#sides = new Map(
      ["Agent", "Inspector"].map((name) => [
        name.toLowerCase(),
        h("button", { type: "button", onclick: () => this.#turnTo(name.toLowerCase()) }, name),
      ]),
    );
    const agent = h(
      "section",
      { class: "agent", "aria-label": "The agent" },
      this.#failure.element,
      this.#bar,
      this.#question,
      this.#start,
      this.#report,
      this.#hint,
    );
    this.#body = h("main", { class: "body" }, agent, this.#inspector);
    this.root.append(this.#top(), h("nav", { "aria-label": "Sides" }, ...this.#sides.values()), this.#body);
    this.#turnTo("agent");
    this.#listen();
  }

  /** Shows what the address names: a run, one of its checkpoints, the form for a new run, or else the latest run. */
  async route(): Promise<void> {
    const { isNew, traceId, checkpointId } = readAddress(location.hash);
    const runs = isNew ? [] : await this.#parts.store.traces({ limit: 1 });
    this.#show(isNew ? undefined : (traceId ?? runs[0]?.traceId));
    if (this.#traceId === undefined) return;
    this.#inspector.traceId = traceId;
    if (checkpointId === undefined) this.#inspector.isFollowing = true;
    else this.#inspector.checkpointId = checkpointId;
  }

  #top(): HTMLElement {
    const startAnew = () => (location.hash = "new");
    return h(
      "header",
      { class: "top" },
      brand(),
      h("button", { type: "button", id: "new-run", class: "primary", onclick: startAnew }, "New run"),
    );
  }

  #listen(): void {
    const { store, runs, agents, pace } = this.#parts;
    const on = <T>(type: string, act: (detail: T) => unknown) =>
      this.root.addEventListener(type, (event) => void this.#failure.try(() => act((event as CustomEvent<T>).detail)));
    const start = async (agent: Agent, input: unknown) => {
      const traceId = await runs.start(agent, input);
      location.hash = writeAddress({ traceId });
    };
    on<Goal>("run-start", (goal) => start(agents.scout, { ...goal, startedAt: new Date() }));
    on<AgentStart>("agent-start", ({ agent, input }) => start(agents[agent], input));
    on("run-pause", () => this.#traceId && runs.pause(this.#traceId));
    on("run-resume", () => this.#traceId && runs.resume(this.#traceId));
    on("pace-change", () => (pace.ms = this.#bar.paceMs));
    on<Choice>("answer", (choice) => this.#answer(choice));
    this.#inspector.addEventListener("selection-changed", ({ detail }) => this.#selected(detail));
    this.#inspector.addEventListener("resume-requested", ({ detail }) => runs.resume(detail.traceId));
    this.#inspector.addEventListener("run-deleted", ({ detail }) => runs.forget(detail.traceId));
    window.addEventListener("hashchange", () => void this.#failure.try(() => this.route()));
    const refresh = () => void this.#failure.try(this.#refresh);
    runs.addEventListener("change", refresh);
    store.watch(({ traceId }) => {
      if (traceId === this.#traceId) refresh();
    });
  }

  /** Keeps the address at what the inspector shows. Going back leads to the run, or to the checkpoint, looked at before. */
  #selected({ traceId, checkpointId, isFollowing }: { isFollowing: boolean } & Address): void {
    const now = readAddress(location.hash);
    // The form stays, whatever is saved meanwhile, until a run is chosen.
    if (now.isNew && traceId === this.#inspected) return;
    this.#inspected = traceId;
    if (traceId === undefined) return;
    const address = writeAddress({ traceId, ...(!isFollowing && checkpointId !== undefined && { checkpointId }) });
    const isStep = now.traceId === traceId && isFollowing === (now.checkpointId === undefined);
    if (address !== location.hash)
      history[isStep || now.traceId === undefined ? "replaceState" : "pushState"](null, "", address);
    this.#show(traceId);
  }

  /** The run that the inspector showed last. */
  #inspected: TraceId | undefined;

  #show(traceId: TraceId | undefined): void {
    const shown = traceId !== undefined && isBranch(traceId) ? traceId.slice(0, traceId.indexOf("/")) : traceId;
    const hadFocus = this.#start.contains(this.root.activeElement);
    this.#start.hidden = shown !== undefined;
    for (const element of [this.#bar, this.#hint]) element.hidden = shown === undefined;
    if (hadFocus && shown !== undefined) this.#inspector.focus();
    if (shown === this.#traceId) return;
    this.#traceId = shown;
    this.#latest = undefined;
    this.#failure.clear();
    this.#question.question = undefined;
    this.#report.report = undefined;
    document.title = "Baseline scout";
    void this.#failure.try(this.#refresh);
  }

  /** Which side is shown where there is room for one. */
  #turnTo(side: string): void {
    this.#body.dataset.side = side;
    for (const [name, button] of this.#sides) button.setAttribute("aria-pressed", String(name === side));
  }

  async #answer(choice: Choice): Promise<void> {
    if (!this.#latest) return;
    const { traceId, id } = this.#latest;
    // The buttons are about to go: those who came by keyboard go on from the next thing.
    if (this.root.activeElement === this.#question) this.#inspector.focus();
    try {
      await this.#parts.runs.answer(traceId, id, choice);
    } catch (error) {
      this.#question.question = undefined;
      await this.#refresh();
      throw error;
    }
  }

  /** What depends on the newest checkpoint of the run, whichever is selected: its status, question and report. */
  readonly #refresh = singleFlight(async () => {
    const { store, runs } = this.#parts;
    const traceId = this.#traceId;
    if (traceId === undefined) return;
    let latest: StoredHead | undefined;
    for await (const head of store.history(traceId, { limit: 1 })) latest = head;
    const isTelling = latest !== undefined && (latest.nextNode === undefined || latest.nextNode === ASKING);
    const state = isTelling ? (await scoutSource(store).load(latest!.id))?.state : undefined;
    if (this.#traceId !== traceId) return;
    this.#latest = latest;
    this.#question.question = state?.question;
    this.#report.report = state?.report;
    this.#report.hidden = state?.report === undefined;
    this.#bar.hidden = latest === undefined;
    if (!latest) return;
    const status = runs.status(latest);
    const failure = status === "failed" ? failureText(runs.failure(traceId)) : undefined;
    this.#bar.show({ title: runTitle(latest), status, ...(failure !== undefined && { failure }) });
    this.#hint.hidden = status === "complete";
    document.title = `${status === "asking" ? "❓ " : status === "running" ? "● " : ""}Baseline scout`;
  });
}

define("scout-app", ScoutApp);
