import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { TraceId } from "../../core/checkpoint.ts";
import type { TraceSummary } from "../../core/store.ts";
import { bytesText, countText, dateText } from "../figures.ts";
import { RowWindow } from "../row-window.ts";
import { base } from "../theme.ts";
import { titleOf } from "../timeline/label.ts";
import type { RunState } from "./run-state.ts";
import { runsStyles } from "./runs-view.styles.ts";
import { define } from "../define.ts";

const ROW_HEIGHT = 58;

/** How each state is told, in the list and elsewhere. */
export const RUN_STATES: Readonly<Record<RunState, string>> = {
  running: "running",
  waiting: "waits",
  done: "done",
  stopped: "stopped",
};

/**
 * `<waystone-runs>`: the list of runs, with a filter. Fires `run-selected` and `run-removed` with a trace's id.
 */
export class RunsView extends LitElement {
  static override properties = {
    runs: { attribute: false },
    stateOf: { attribute: false },
    traceId: { attribute: false },
    filter: { state: true },
  };
  static override styles = [base, runsStyles];
  declare runs: readonly TraceSummary[];
  declare stateOf: (traceId: TraceId) => RunState | undefined;
  declare traceId: TraceId | undefined;
  declare filter: string;
  readonly #window = new RowWindow(this, {
    rowHeight: ROW_HEIGHT,
    findScroller: () => this.renderRoot.querySelector<HTMLElement>("ul"),
  });

  constructor() {
    super();
    this.runs = [];
    this.stateOf = () => undefined;
    this.filter = "";
  }

  /** Goes to the field that filters the list. */
  search(): void {
    this.renderRoot.querySelector("input")?.focus();
  }

  get #shown(): readonly TraceSummary[] {
    const words = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return this.runs;
    return this.runs.filter(({ traceId, latest }) => {
      const text = `${titleOf(latest)} ${traceId} ${this.stateOf(traceId)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  override willUpdate(): void {
    this.#window.count = this.#shown.length;
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has("traceId")) return;
    const at = this.#shown.findIndex(({ traceId }) => traceId === this.traceId);
    if (at >= 0) this.#window.reveal(at);
  }

  override render(): TemplateResult {
    const shown = this.#shown;
    return html`<header>
        <h2 id="title">Runs <small>${this.runs.length.toLocaleString()}</small></h2>
        <input
          type="search"
          placeholder="Filter"
          aria-label="Filter the runs by name or state"
          .value=${this.filter}
          @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
        />
      </header>
      <ul aria-labelledby="title" tabindex=${shown.length > 0 ? nothing : -1}>
        <li class="room" aria-hidden="true" .style=${`block-size: ${this.#window.totalHeight}px`}></li>
        ${this.#window.rows.map(({ index, start }) => (shown[index] ? this.#row(shown[index], start) : nothing))}
      </ul>
      ${shown.length === 0 && this.filter ? html`<p class="none" role="status">No run of that name.</p>` : nothing}`;
  }

  #row({ traceId, checkpoints, bytes, latest, savedAt }: TraceSummary, start: number): TemplateResult {
    const title = titleOf(latest);
    const state = this.stateOf(traceId) ?? "stopped";
    return html`<li class="run" .style=${`transform: translateY(${start}px)`}>
      <button
        type="button"
        class="open"
        aria-current=${traceId === this.traceId}
        title="${title}\n${traceId}\nlast saved ${dateText(savedAt)}"
        @click=${() => this.#fire("run-selected", traceId)}
      >
        <i class="dot ${state}" aria-hidden="true"></i>
        <span class="title">${title}</span>
        <span class="facts">
          <b class=${state}>${RUN_STATES[state]}</b> · ${countText(checkpoints, "checkpoint")} · ${bytesText(bytes)}
        </span>
      </button>
      <button
        type="button"
        class="quiet delete"
        title="Delete this run (it can be undone)"
        aria-label="Delete the run ${title}"
        @click=${() => this.#fire("run-removed", traceId)}
      >
        ✕
      </button>
    </li>`;
  }

  #fire(type: string, traceId: TraceId): void {
    this.dispatchEvent(new CustomEvent(type, { detail: traceId }));
  }
}

define("waystone-runs", RunsView);
