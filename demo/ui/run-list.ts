import type { TraceId, TraceSummary } from "waystone";
import type { RunStatus } from "../runs.ts";
import { bytesText, countText, dateText } from "./figures.ts";
import { css, h } from "./h.ts";
import { ShadowElement, define } from "./shadow-element.ts";
import { STATUS } from "./status.ts";

const styles = css`
  :host { overflow: auto; scrollbar-width: thin; scrollbar-color: var(--line-strong) transparent; }
  ul { padding: 2px 8px 8px; display: grid; gap: 1px; }
  li { position: relative; border-radius: var(--radius); }
  li:hover { background: var(--hover); }
  li:has([aria-current="true"]) { background: var(--accent-soft); }
  .run { display: grid; grid-template-columns: 14px minmax(0, 1fr); gap: 1px 6px; align-items: start; justify-content: stretch; justify-items: start; inline-size: 100%; text-align: start; padding: 6px 8px; border: none; background: none !important; white-space: normal; }
  .dot { margin-block-start: 5px; inline-size: 8px; block-size: 8px; border-radius: 50%; background: var(--tone); }
  .running .dot { animation: pulse 1.4s ease-in-out infinite; }
  @keyframes pulse { 50% { opacity: 0.35; } }
  @media (prefers-reduced-motion: reduce) { .running .dot { animation: none; } }
  .title { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; font-weight: 500; line-height: 1.4; }
  .facts { grid-column: 2; color: var(--muted); font-size: 11.5px; font-variant-numeric: tabular-nums; }
  .delete { position: absolute; inset: auto 4px 4px auto; min-block-size: 24px; padding: 0 8px; font-size: 11.5px; background: var(--surface) !important; border-color: var(--line-strong) !important; }
  @media (hover: hover) { li:not(:hover, :focus-within) .delete:not(.sure) { opacity: 0; } }
  .delete.sure { color: var(--bad); border-color: var(--bad) !important; }
  @media (pointer: coarse) { .facts { padding-inline-end: 64px; } .delete { min-block-size: 32px; } }
  p { padding: 2px 16px 14px; color: var(--muted); }
`;

/** One run as the list shows it. */
export interface ListedRun {
  readonly summary: TraceSummary;
  readonly status: RunStatus;
}

/** `<run-list>`: the runs, the one saved to last first. Fires `run-select` and `run-delete` with the trace's id. */
export class RunList extends ShadowElement {
  #runs: readonly ListedRun[] = [];
  #currentId: TraceId | undefined;
  #sureId: TraceId | undefined;
  #drawn = "";

  constructor() {
    super(styles);
  }

  show(runs: readonly ListedRun[], currentId: TraceId | undefined): void {
    this.#runs = runs;
    this.#currentId = currentId;
    this.#draw();
  }

  #draw(): void {
    const focused = this.root.activeElement?.id;
    const drawn = JSON.stringify([this.#runs, this.#currentId, this.#sureId]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.root.replaceChildren(
      this.#runs.length === 0
        ? h("p", {}, "No runs yet.")
        : h("ul", { "aria-label": "Runs" }, ...this.#runs.map((run) => this.#row(run))),
    );
    if (focused) this.root.getElementById(focused)?.focus();
  }

  #row({ summary, status }: ListedRun): HTMLElement {
    const { traceId, checkpoints, bytes, latest } = summary;
    const title = String(latest.metadata?.title ?? traceId);
    const isSure = this.#sureId === traceId;
    return h(
      "li",
      {},
      h(
        "button",
        {
          class: `run ${status}`,
          id: `run-${traceId}`,
          type: "button",
          title: `${title}\nlast saved ${dateText(latest.timestamp)}`,
          style: `--tone: ${STATUS[status].tone}`,
          "aria-current": String(traceId === this.#currentId),
          onclick: () => this.#fire("run-select", traceId),
        },
        h("span", { class: "dot", "aria-hidden": "true" }),
        h("span", { class: "title" }, title),
        h("span", { class: "facts" }, `${STATUS[status].short} · ${countText(checkpoints, "checkpoint")} · ${bytesText(bytes)}`),
      ),
      h(
        "button",
        {
          class: `delete quiet${isSure ? " sure" : ""}`,
          id: `delete-${traceId}`,
          type: "button",
          "aria-label": isSure ? `Really delete the run “${title}”` : `Delete the run “${title}”`,
          onclick: () => this.#delete(traceId),
          onblur: () => isSure && setTimeout(() => this.#forget(traceId)),
        },
        isSure ? "Really?" : "Delete",
      ),
    );
  }

  #delete(traceId: TraceId): void {
    if (this.#sureId !== traceId) return this.#ask(traceId);
    this.#sureId = undefined;
    this.#fire("run-delete", traceId);
  }

  /** Takes the question back once the focus is elsewhere; drawing anew moves it away for a moment only. */
  #forget(traceId: TraceId): void {
    if (this.#sureId === traceId && this.root.activeElement?.id !== `delete-${traceId}`) this.#ask(undefined);
  }

  #ask(traceId: TraceId | undefined): void {
    this.#sureId = traceId;
    this.#draw();
  }

  #fire(type: string, traceId: TraceId): void {
    this.dispatchEvent(new CustomEvent<TraceId>(type, { detail: traceId, bubbles: true, composed: true }));
  }
}

define("run-list", RunList);
