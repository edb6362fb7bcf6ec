import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { CheckpointId } from "../../core/checkpoint.ts";
import { bytesText, dateText, timeText } from "../figures.ts";
import { RowWindow } from "../row-window.ts";
import { base } from "../theme.ts";
import { graphOf, graphWidth } from "./graph.ts";
import { nodeOf, noteOf } from "./label.ts";
import type { TimelineLayout, TimelineRow } from "./lanes.ts";
import { timelineStyles } from "./timeline-view.styles.ts";
import { define } from "../define.ts";

/** The height of a row, in px. */
export const ROW_HEIGHT = 46;

/**
 * `<waystone-timeline>`: the checkpoints of a run and its forks, oldest first, as a graph in lanes. Only the rows in sight
 * are drawn. Fires `checkpoint-selected` with an id, `stepped` with a number of rows, `followed`, and `held` where the user
 * has scrolled away from the newest.
 */
export class TimelineView extends LitElement {
  static override properties = {
    layout: { attribute: false },
    selectedId: { attribute: false },
    markedId: { attribute: false },
    isFollowing: { attribute: false },
  };
  static override styles = [base, timelineStyles];
  declare layout: TimelineLayout;
  declare selectedId: CheckpointId | undefined;
  declare markedId: CheckpointId | undefined;
  declare isFollowing: boolean;
  readonly #window = new RowWindow(this, {
    rowHeight: ROW_HEIGHT,
    findScroller: () => this.renderRoot.querySelector<HTMLElement>("[role=listbox]"),
  });
  #selectedRow = -1;
  /** How much of the list is in sight, in px. */
  #height = 0;

  constructor() {
    super();
    this.layout = { rows: [], tracks: [], lanes: 1 };
    this.isFollowing = true;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const { rows } = this.layout;
    if (changed.has("layout") || changed.has("selectedId")) {
      this.#selectedRow = rows.findIndex(({ head }) => head.id === this.selectedId);
    }
    this.#window.count = rows.length;
  }

  override updated(changed: PropertyValues<this>): void {
    const { height } = this.#window;
    const isResized = height !== this.#height;
    this.#height = height;
    const isMoved =
      changed.has("selectedId") || changed.has("isFollowing") || (this.isFollowing && changed.has("layout"));
    if ((isMoved || isResized) && this.#selectedRow >= 0) this.#window.reveal(this.#selectedRow);
  }

  override render(): TemplateResult {
    const { rows, lanes } = this.layout;
    const items = this.#window.rows;
    const isInSight = items.some(({ index }) => index === this.#selectedRow);
    return html`<div
      role="listbox"
      tabindex="0"
      aria-label="Checkpoints, oldest first"
      aria-activedescendant=${isInSight ? `row-${this.#selectedRow}` : nothing}
      .style=${`--graph: ${graphWidth(lanes)}px`}
      @keydown=${this.#keydown}
      @wheel=${this.#wheel}
    >
      <div class="room" role="presentation" .style=${`block-size: ${this.#window.totalHeight}px`}>
        ${items.map(({ index, start }) => (rows[index] ? this.#row(rows[index], index, start) : nothing))}
      </div>
    </div>`;
  }

  #row(row: TimelineRow, index: number, start: number): TemplateResult {
    const { head, origin, isLatest } = row;
    const isSelected = index === this.#selectedRow;
    const isMarked = head.id === this.markedId;
    const where = origin && (origin.traceId === head.traceId ? "from" : `fork of ${origin.traceId}`);
    return html`<div
      role="option"
      id="row-${index}"
      class=${head.isDamaged ? "damaged" : ""}
      aria-selected=${isSelected}
      aria-setsize=${this.layout.rows.length}
      aria-posinset=${index + 1}
      .style=${`transform: translateY(${start}px)`}
      @click=${() => this.dispatchEvent(new CustomEvent("checkpoint-selected", { detail: head.id }))}
    >
      ${graphOf(this.layout, { row, index, isSelected, height: ROW_HEIGHT })}
      <span class="node">
        ${nodeOf(head)}<small>#${head.seq}</small>
        ${isLatest ? html`<b class="latest">newest</b>` : nothing} ${isMarked ? html`<b class="marked">marked</b>` : nothing}
      </span>
      <time title=${dateText(head.timestamp)}>${timeText(head.timestamp)}</time>
      <span class="note">${where ? html`<b class="fork">${where} #${origin!.seq}</b> ` : nothing}${noteOf(head)}</span>
      <span class="bytes" title="bytes that this save added">+${bytesText(head.bytes)}</span>
    </div>`;
  }

  #keydown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((event.currentTarget as HTMLElement).clientHeight / ROW_HEIGHT) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity };
    if (event.key === "End") this.dispatchEvent(new Event("followed"));
    else if (event.key in steps) this.dispatchEvent(new CustomEvent("stepped", { detail: steps[event.key] }));
    else return;
    event.preventDefault();
  }

  #wheel(event: WheelEvent): void {
    if (this.isFollowing && event.deltaY < 0) this.dispatchEvent(new Event("held"));
  }
}

define("waystone-timeline", TimelineView);
