import type { RunStatus } from "../runs.ts";
import { css, h } from "./h.ts";
import { ShadowElement, define } from "./shadow-element.ts";
import { STATUS } from "./status.ts";

const styles = css`
  :host { padding: 12px 16px; border-block-end: 1px solid var(--line); container-type: inline-size; }
  .line { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; }
  h2 {
    flex: 1 1 280px; min-inline-size: 0; font-size: 15px; line-height: 1.35; font-weight: 600; overflow: hidden;
    text-overflow: ellipsis; white-space: nowrap;
  }
  .status { display: inline-flex; align-items: center; gap: 7px; font-weight: 500; color: var(--tone); }
  .status i { inline-size: 8px; block-size: 8px; border-radius: 50%; background: currentColor; }
  .status.running i { animation: pulse 1.4s ease-in-out infinite; }
  @keyframes pulse { 50% { opacity: 0.35; } }
  @media (prefers-reduced-motion: reduce) { .status.running i { animation: none; } }
  label { display: inline-flex; align-items: center; gap: 8px; color: var(--muted); white-space: nowrap; }
  input { inline-size: 96px; accent-color: var(--accent); }
  output { inline-size: 3.6em; font-variant-numeric: tabular-nums; }
  .failure { margin-block-start: 8px; color: var(--bad); }
`;

/** What the bar shows of a run. */
export interface ShownRun {
  readonly title: string;
  readonly status: RunStatus;
  /** Why it stopped, where it did. */
  readonly failure?: string;
}

/**
 * `<run-bar>`: a run's title, status and controls. Fires `run-pause`, `run-resume` and
 * `pace-change`.
 */
export class RunBar extends ShadowElement {
  readonly #title = h("h2");
  readonly #status = h("span", { class: "status", role: "status" });
  readonly #button = h("button", { type: "button", id: "pause", onclick: () => this.#toggle() });
  readonly #output = h("output", { for: "pace" });
  readonly #pace = h("input", {
    id: "pace",
    type: "range",
    min: 0,
    max: 2000,
    step: 50,
    oninput: () => this.#paceMoved(),
  });
  readonly #paceLabel = h(
    "label",
    { title: "How long the agent waits before each step" },
    "Pace",
    this.#pace,
    this.#output,
  );
  readonly #failure = h("p", { class: "failure", role: "alert", hidden: true });
  #isRunning = false;

  constructor() {
    super(styles);
    this.root.append(
      h("div", { class: "line" }, this.#title, this.#status, this.#paceLabel, this.#button),
      this.#failure,
    );
  }

  get paceMs(): number {
    return Number(this.#pace.value);
  }

  set paceMs(ms: number) {
    this.#pace.value = String(ms);
    this.#output.value = `${(this.paceMs / 1000).toFixed(2)} s`;
  }

  show({ title, status, failure }: ShownRun): void {
    const { long, tone } = STATUS[status];
    this.#title.textContent = title;
    this.#title.title = title;
    if (this.#status.textContent !== long) this.#status.replaceChildren(h("i", { "aria-hidden": "true" }), long);
    this.#status.className = `status ${status}`;
    this.#status.style.setProperty("--tone", tone);
    this.#isRunning = status === "running" || status === "elsewhere";
    this.#paceLabel.hidden = status === "complete";
    this.#button.hidden = status === "complete" || status === "asking";
    this.#button.textContent = this.#isRunning ? "Pause" : "Resume";
    this.#button.className = this.#isRunning ? "" : "primary";
    this.#failure.hidden = failure === undefined;
    this.#failure.textContent = failure ?? "";
  }

  #toggle(): void {
    this.dispatchEvent(new Event(this.#isRunning ? "run-pause" : "run-resume", { bubbles: true, composed: true }));
  }

  #paceMoved(): void {
    this.paceMs = Number(this.#pace.value);
    this.dispatchEvent(new Event("pace-change", { bubbles: true, composed: true }));
  }
}

define("run-bar", RunBar);
