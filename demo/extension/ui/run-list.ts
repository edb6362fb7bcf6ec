import type { TraceId, TraceSummary } from "waystone";
import type { RunStatus } from "../../runs.ts";
import { bytesText, countText, dateText } from "../../ui/figures.ts";
import { css, h } from "../../ui/h.ts";
import { runTitle } from "../../ui/run-title.ts";
import { ShadowElement, define } from "../../ui/shadow-element.ts";
import { STATUS } from "../../ui/status.ts";

const styles = css`
  :host { overflow: auto; scrollbar-width: thin; scrollbar-color: var(--line-strong) transparent; }
  ul { padding: 2px 8px 8px; display: grid; gap: 1px; }
  li { position: relative; border-radius: var(--radius); }
  li:hover { background: var(--hover); }
  li:has([aria-current="true"]) { background: var(--accent-soft); }
  .run {
    display: grid; grid-template-columns: 14px minmax(0, 1fr); gap: 1px 6px; align-items: start;
    justify-content: stretch; justify-items: start; inline-size: 100%; text-align: start; padding: 6px 8px;
    border: none; background: none !important; white-space: normal;
  }
  .dot { margin-block-start: 5px; inline-size: 8px; block-size: 8px; border-radius: 50%; background: var(--tone); }
  .running .dot { animation: pulse 1.4s ease-in-out infinite; }
  @keyframes pulse { 50% { opacity: 0.35; } }
  @media (prefers-reduced-motion: reduce) { .running .dot { animation: none; } }
  .title {
    display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; font-weight: 500;
    line-height: 1.4;
  }
  .facts { grid-column: 2; color: var(--muted); font-size: 11.5px; font-variant-numeric: tabular-nums; }
  .delete {
    position: absolute; inset: auto 4px 4px auto; min-block-size: 24px; padding: 0 8px; font-size: 11.5px;
    background: var(--surface) !important; border-color: var(--line-strong) !important;
  }
  @media (hover: hover) { li:not(:hover, :focus-within) .delete:not(.sure) { opacity: 0; } }
  .delete.sure { color: var(--bad); border-color: var(--bad) !important; }
  @media (hover: none) { .facts { padding-inline-end: 64px; } }
  @media (pointer: coarse) { .delete { min-block-size: 32px; } }
  p { padding: 2px 16px 14px; color: var(--muted); }
`;

/** One run as the list shows it. */
export interface ListedRun {
  readonly summary: TraceSummary;
  readonly status: RunStatus;
}

interface Row {
  readonly element: HTMLElement;
  readonly open: HTMLElement;
  readonly title: HTMLElement;
  readonly facts: HTMLElement;
  readonly remove: HTMLElement;
}

/** `<run-list>`: the runs, the one saved to last first. Fires `run-select` and `run-delete` with the trace's id. */
export class RunList extends ShadowElement {
  readonly #empty = h("p", {}, "No runs yet.");
  readonly #list = h("ul", { "aria-label": "Runs" });
  /** Each run keeps its row, since a row that is drawn anew slips away under the pointer. */
  readonly #rows = new Map<TraceId, Row>();
  #sureId: TraceId | undefined;

  constructor() {
    super(styles);
    this.root.append(this.#empty, this.#list);
  }

  show(runs: readonly ListedRun[], currentId: TraceId | undefined): void {
    const listed = new Set(runs.map(({ summary }) => summary.traceId));
    for (const [traceId, { element }] of this.#rows) {
      if (listed.has(traceId)) continue;
      element.remove();
      this.#rows.delete(traceId);
    }
    for (const [at, run] of runs.entries()) {
      const { traceId } = run.summary;
      const row = this.#rows.get(traceId) ?? this.#row(traceId);
      this.#rows.set(traceId, row);
      fill(row, run, traceId === currentId);
      if (this.#list.children[at] !== row.element)
        this.#list.insertBefore(row.element, this.#list.children[at] ?? null);
    }
    this.#empty.hidden = runs.length > 0;
    this.#list.hidden = runs.length === 0;
  }

  #row(traceId: TraceId): Row {
    const title = h("span", { class: "title" });
    const facts = h("span", { class: "facts" });
    const dot = h("span", { class: "dot", "aria-hidden": "true" });
    const choose = () => this.#fire("run-select", traceId);
    const open = h("button", { type: "button", onclick: choose }, dot, title, facts);
    const remove = h("button", {
      class: "delete quiet",
      type: "button",
      onclick: () => this.#delete(traceId),
      onblur: () => this.#ask(undefined),
    });
    return { element: h("li", {}, open, remove), open, title, facts, remove };
  }

  #delete(traceId: TraceId): void {
    if (this.#sureId !== traceId) return this.#ask(traceId);
    this.#ask(undefined);
    this.#fire("run-delete", traceId);
  }

  /** Asks whether to delete that run, or withdraws the question. */
  #ask(traceId: TraceId | undefined): void {
    this.#sureId = traceId;
    for (const [one, row] of this.#rows) askIn(row, one === traceId);
  }

  #fire(type: string, traceId: TraceId): void {
    this.dispatchEvent(new CustomEvent<TraceId>(type, { detail: traceId, bubbles: true, composed: true }));
  }
}

function fill(row: Row, { summary, status }: ListedRun, isCurrent: boolean): void {
  const { open, title, facts, remove } = row;
  const { checkpoints, bytes, latest } = summary;
  title.textContent = runTitle(latest);
  facts.textContent = `${STATUS[status].short} · ${countText(checkpoints, "checkpoint")} · ${bytesText(bytes)}`;
  open.className = `run ${status}`;
  open.title = `${title.textContent}\nlast saved ${dateText(latest.timestamp)}`;
  open.style.setProperty("--tone", STATUS[status].tone);
  open.setAttribute("aria-current", String(isCurrent));
  askIn(row, remove.classList.contains("sure"));
}

function askIn({ title, remove }: Row, isSure: boolean): void {
  remove.classList.toggle("sure", isSure);
  remove.textContent = isSure ? "Really?" : "Delete";
  remove.setAttribute("aria-label", `${isSure ? "Really delete" : "Delete"} the run “${title.textContent}”`);
}

define("run-list", RunList);
