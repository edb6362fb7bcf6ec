import type { TraceId } from "waystone";
import { ASKING } from "../../agents/scout/graph.ts";
import type { ScoutSource } from "../../scout-source.ts";
import { css, h } from "../../ui/h.ts";
import { QuestionCard } from "../../ui/question-card.ts";
import { ShadowElement, define } from "../../ui/shadow-element.ts";
import { TraceFeed } from "./trace-feed.ts";
import { runStatus } from "../run-status.ts";
import type { Settings } from "../settings.ts";
import { PopupRunBar } from "./popup-run-bar.ts";
import { StepLog } from "./step-log.ts";

const styles = css`
  :host { display: grid; grid-template-rows: auto auto auto minmax(64px, 1fr); min-block-size: 0; overflow: auto; }
  .report {
    display: flex; align-items: center; gap: 12px; padding: 10px 16px; border-block-end: 1px solid var(--line);
    background: var(--accent-soft);
  }
  .report p { flex: 1; min-inline-size: 0; text-wrap: pretty; }
  .report a {
    flex: none; padding: 6px 14px; border-radius: var(--radius); background: var(--accent); color: var(--on-accent);
    font-weight: 600; text-decoration: none;
  }
  .report a:hover { background: var(--accent-strong); }
  popup-run-bar { grid-row: 1; }
  question-card { grid-row: 2; }
  .report { grid-row: 3; }
  step-log { grid-row: 4; }
`;

/**
 * `<run-panel>`: one run, live. Lets `answer`, `run-pause`, `run-resume` and `pace-change` of what is in it through,
 * and fires `run-error` with what went wrong on reading.
 */
export class RunPanel extends ShadowElement {
  readonly #store: ScoutSource;
  readonly #settings: Settings;
  readonly #bar = new PopupRunBar();
  readonly #question = new QuestionCard();
  readonly #summary = h("p");
  readonly #link = h("a", { target: "_blank" }, "Open the report");
  readonly #report = h("div", { class: "report", hidden: true }, this.#summary, this.#link);
  readonly #log = new StepLog();
  #feed: TraceFeed | undefined;
  #isAsleep = false;

  constructor(store: ScoutSource, settings: Settings) {
    super(styles);
    this.#store = store;
    this.#settings = settings;
    this.root.append(this.#bar, this.#question, this.#report, this.#log);
    // The buttons are about to go: those who came by keyboard go on from the next thing.
    this.#question.addEventListener("answer", () => this.#log.focus({ preventScroll: true }));
  }

  get traceId(): TraceId | undefined {
    return this.#feed?.traceId;
  }

  /** The id of the newest checkpoint shown. */
  get latestId(): string | undefined {
    return this.#feed?.latest?.id;
  }

  get paceMs(): number {
    return this.#bar.paceMs;
  }

  open(traceId: TraceId | undefined): void {
    this.#feed?.close();
    this.#feed = undefined;
    this.#question.question = undefined;
    this.#report.hidden = true;
    this.#log.show([]);
    if (traceId === undefined) return;
    this.#bar.paceMs = this.#settings.paceMs;
    this.#feed = new TraceFeed(this.#store, traceId);
    this.#feed.addEventListener("change", () => void this.#changed());
  }

  /** Reads the run again: a worker that is stopped may have had no time to tell of its last step. */
  async refresh(): Promise<void> {
    await this.#feed?.read();
  }

  /** Draws what depends on the settings, and on whether the worker sleeps. */
  drawStatus(isAsleep: boolean): void {
    this.#isAsleep = isAsleep;
    this.#drawBar();
  }

  /** Brings the question back where an answer to it failed. */
  askAgain(): void {
    this.#question.question = undefined;
    void this.#changed();
  }

  #drawBar(): void {
    const { heads, latest } = this.#feed ?? {};
    if (!heads || !latest) return;
    this.#bar.isAsleep = this.#isAsleep;
    const failure = this.#settings.failure(latest.traceId);
    this.#bar.show({
      title: String(latest.metadata?.title ?? latest.traceId),
      status: runStatus(latest, this.#settings),
      ...(failure !== undefined && { failure }),
    });
  }

  async #changed(): Promise<void> {
    try {
      this.#drawBar();
      this.#log.show(this.#feed?.heads ?? []);
      await this.#showLatest();
    } catch (error) {
      this.dispatchEvent(new CustomEvent("run-error", { detail: error, bubbles: true, composed: true }));
    }
  }

  async #showLatest(): Promise<void> {
    const latest = this.#feed?.latest;
    const isTelling = latest !== undefined && (latest.nextNode === undefined || latest.nextNode === ASKING);
    const state = isTelling ? (await this.#store.load(latest.id))?.state : undefined;
    if (this.#feed?.latest?.id !== latest?.id) return;
    this.#question.question = state?.question;
    this.#report.hidden = !state?.report;
    this.#summary.textContent = state?.report?.summary ?? "";
    if (latest) this.#link.href = `report.html#${encodeURIComponent(latest.traceId)}`;
  }
}

define("run-panel", RunPanel);
