import type { StoredHead } from "waystone";
import { ASKING, NODES } from "../agents/scout/graph.ts";
import type { RunStatus } from "../runs.ts";
import { css, h, styled } from "./h.ts";
import { nodeTone } from "./node-tone.ts";
import { ShadowElement, define } from "./shadow-element.ts";
import { STATUS } from "./status.ts";

const styles = css`
  :host { padding: 12px 16px 0; border-block-end: 1px solid var(--line); container-type: inline-size; }
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
  ol { display: flex; gap: 2px; margin-block-start: 10px; overflow-x: auto; scrollbar-width: none; }
  li {
    display: flex; align-items: baseline; gap: 6px; padding: 4px 10px 7px; border-block-end: 2px solid transparent;
    color: var(--muted); white-space: nowrap;
  }
  li i { inline-size: 7px; block-size: 7px; border-radius: 50%; background: var(--tone); opacity: 0.35; }
  li.done i, li.now i { opacity: 1; }
  li.done { color: var(--text); }
  li small { font-size: 11px; color: var(--muted); font-variant-numeric: tabular-nums; }
  li.now { color: var(--text); font-weight: 600; border-block-end-color: var(--tone); }
  .failure { margin-block-start: 8px; color: var(--bad); }
`;

/** What the bar shows of a run. */
export interface ShownRun {
  readonly title: string;
  readonly status: RunStatus;
  readonly heads: readonly StoredHead[];
  /** Why it stopped, where it did. */
  readonly failure?: string;
}

/**
 * `<run-bar>`: a run's title, status, place in the graph, and controls. Fires `run-pause`, `run-resume` and
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
  readonly #graph = h("ol", { "aria-label": "The agent's nodes, with the steps taken at each" });
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
      this.#graph,
    );
  }

  get paceMs(): number {
    return Number(this.#pace.value);
  }

  set paceMs(ms: number) {
    this.#pace.value = String(ms);
    this.#output.value = `${(this.paceMs / 1000).toFixed(2)} s`;
  }

  show({ title, status, heads, failure }: ShownRun): void {
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
    this.#drawGraph(heads);
  }

  #drawGraph(heads: readonly StoredHead[]): void {
    const next = heads.at(-1)?.nextNode;
    const counts = new Map<unknown, number>();
    for (const { metadata } of heads) counts.set(metadata?.node, (counts.get(metadata?.node) ?? 0) + 1);
    this.#graph.hidden = !NODES.some((node) => node === next || counts.has(node));
    this.#graph.replaceChildren(
      ...NODES.map((node) => {
        const count = counts.get(node) ?? 0;
        const state = node === next ? "now" : count > 0 ? "done" : "";
        const item = h(
          "li",
          { class: state || undefined, "aria-current": node === next ? "step" : undefined },
          h("i", { "aria-hidden": "true" }),
          node === ASKING ? "ask you" : node,
          count > 0 && h("small", {}, count),
        );
        return styled(item, { "--tone": nodeTone(node) });
      }),
    );
    const now = this.#graph.querySelector<HTMLElement>(".now");
    if (now)
      this.#graph.scrollLeft =
        now.offsetLeft - this.#graph.offsetLeft - (this.#graph.clientWidth - now.offsetWidth) / 2;
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
