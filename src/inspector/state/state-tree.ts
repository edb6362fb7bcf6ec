import { html, LitElement, nothing, type PropertyValues } from "lit";
import { Slices } from "../slices.ts";
import { base } from "../theme.ts";
import { findAnchors } from "../values/anchors.ts";
import { describe, kindOf, measure } from "../values/kinds.ts";
import { formatPath, valueAt, type Path } from "../values/path.ts";
import { RowTree, type Row } from "./row-tree.ts";
import { styles } from "./state-tree.styles.ts";
import "./state-search.ts";
import "./value-detail.ts";
import { define } from "../define.ts";
import { RowWindow } from "../row-window.ts";

const ROW_PIXELS = 22;

/** What is handed over with `path-selected`. */
export interface PathSelected {
  readonly path: Path;
}

/**
 * `<waystone-state-tree>`: a state as a tree.
 *
 * It is no viewer for JSON (`@alenaksu/json-viewer` and its like), since most of what matters in a state is what JSON
 * can't say: maps, sets, dates, bytes, references to the same object, cycles. A copy of the state as JSON would have to
 * be made of all of it before the first row is drawn, and would lose the paths.
 */
export class StateTree extends LitElement {
  static override properties = {
    value: { attribute: false },
    selectedPath: { attribute: false },
    hasDetail: { attribute: false },
    anchors: { state: true },
    hits: { state: true },
  };
  static override styles = [base, styles];

  /** The state to show: a value of its own, which nobody changes. */
  declare value: unknown;
  /** The place that is selected. Setting it opens what it is in. Default is the whole state. */
  declare selectedPath: Path;
  /** Whether all there is to say of the selected value stands below the tree. Default is true. */
  declare hasDetail: boolean;
  declare anchors: ReadonlyMap<unknown, Path>;
  /** The ids of the rows that a search has found. */
  declare hits: ReadonlySet<string>;

  #tree = new RowTree(undefined);
  #ofValue = new AbortController();
  readonly #window = new RowWindow(this, {
    rowHeight: ROW_PIXELS,
    findScroller: () => this.renderRoot.querySelector<HTMLElement>("[role=tree]"),
  });

  constructor() {
    super();
    this.selectedPath = [];
    this.hasDetail = true;
    this.anchors = new Map();
    this.hits = new Set();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#ofValue.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("value")) this.#begin();
    if (changed.has("value") || changed.has("selectedPath")) this.#tree.reveal(this.selectedPath);
    this.#window.count = this.#tree.length;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("selectedPath")) this.#scrollTo(this.#tree.indexOf(this.selectedPath));
  }

  #begin(): void {
    this.#ofValue.abort();
    this.#ofValue = new AbortController();
    this.#tree = new RowTree(this.value, this.#tree.openPaths);
    this.anchors = new Map();
    this.hits = new Set();
    void this.#anchor(this.#ofValue.signal);
  }

  async #anchor(signal: AbortSignal): Promise<void> {
    const slices = new Slices(signal);
    try {
      // What is shown must not wait for all of the value.
      await this.updateComplete;
      await slices.pause();
      const anchors = await findAnchors(this.value, slices);
      if (!signal.aborted) this.anchors = anchors;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  protected override render() {
    const at = this.#tree.indexOf(this.selectedPath);
    const items = this.#window.rows;
    const isActiveDrawn = items.some(({ index }) => index === at);
    const selected = valueAt(this.value, this.selectedPath);
    return html`
      <waystone-state-search
        .value=${this.value}
        @found=${this.#onFound}
        @hit-selected=${(event: CustomEvent<PathSelected>) => this.#select(event.detail.path)}
      >
        <button class="quiet" @click=${() => this.#change(() => this.#tree.openAll())}>Expand</button>
        <button class="quiet" @click=${() => this.#change(() => this.#tree.closeAll())}>Collapse</button>
      </waystone-state-search>
      <div
        role="tree"
        part="tree"
        tabindex="0"
        aria-label="State"
        aria-activedescendant=${isActiveDrawn ? `row-${at}` : nothing}
        @keydown=${this.#onKey}
        @click=${this.#onClick}
      >
        <div role="presentation" .style=${`block-size: ${this.#window.totalHeight}px`}>
          ${items.map(({ index, start }) => this.#row(this.#tree.row(index), index, start, index === at))}
        </div>
      </div>
      ${
        selected && this.hasDetail
          ? html`<waystone-value-detail
            .path=${this.selectedPath}
            .value=${selected.value}
            .note=${this.#noteOn(selected.value)}
          ></waystone-value-detail>`
          : nothing
      }
    `;
  }

  #row(row: Row, index: number, start: number, isSelected: boolean) {
    const anchor = this.anchors.get(row.value);
    const first = anchor && formatPath(anchor);
    const same = row.cycleOf ?? (first === row.id ? undefined : first);
    return html`<div
      role="treeitem"
      id="row-${index}"
      data-index=${index}
      class="${isSelected ? "active" : ""} ${this.hits.has(row.id) ? "hit" : ""}"
      .style=${`--depth: ${row.depth}; translate: 0 ${start}px`}
      aria-level=${row.depth + 1}
      aria-posinset=${row.position + 1}
      aria-setsize=${row.siblings}
      aria-selected=${isSelected}
      aria-expanded=${row.canOpen ? String(row.isOpen) : nothing}
    >
      <span class="twist" aria-hidden="true">${row.canOpen ? "▶" : ""}</span>
      ${
        row.hidden === undefined
          ? html`<span class="key">${row.label}</span>
            <span class="value ${kindOf(row.value)}">${describe(row.value)}</span>
            ${
              same === undefined
                ? html`<span class="measure">${measure(row.value)}</span>`
                : html`<span class="same">${row.cycleOf === undefined ? "same as" : "back to"} ${same || "state"}</span>`
            }`
          : html`<span class="more">show more of the other ${row.hidden.toLocaleString()}</span>`
      }
    </div>`;
  }

  #noteOn(value: unknown): string | undefined {
    const first = this.anchors.get(value);
    if (!first) return undefined;
    const text = formatPath(first);
    return text === formatPath(this.selectedPath)
      ? "This very object is in several places of the state."
      : `The same object as ${text || "the whole state"}.`;
  }

  #onFound(event: CustomEvent<{ readonly paths: readonly Path[] }>): void {
    this.hits = new Set(event.detail.paths.map((path) => formatPath(path)));
  }

  #onClick(event: MouseEvent): void {
    const index = (event.target as Element).closest<HTMLElement>("[role=treeitem]")?.dataset.index;
    if (index === undefined) return;
    const row = this.#tree.row(Number(index));
    if (row.hidden !== undefined) return this.#change(() => this.#tree.showMore(row.path));
    if (row.canOpen) this.#toggle(row);
    this.#select(row.path);
  }

  #toggle(row: Row): void {
    this.#change(() => (row.isOpen ? this.#tree.close(row.path) : this.#tree.open(row.path)));
  }

  #change(change: () => unknown): void {
    change();
    this.requestUpdate();
  }

  #select(path: Path): void {
    if (formatPath(path) === formatPath(this.selectedPath)) return;
    this.selectedPath = path;
    const detail: PathSelected = { path };
    this.dispatchEvent(new CustomEvent("path-selected", { detail, bubbles: true, composed: true }));
  }

  #onKey(event: KeyboardEvent): void {
    const at = this.#tree.indexOf(this.selectedPath) ?? 0;
    const row = this.#tree.row(at);
    const page = Math.max(1, Math.floor((event.currentTarget as HTMLElement).clientHeight / ROW_PIXELS) - 1);
    const keys: Record<string, () => void> = {
      ArrowDown: () => this.#goTo(at + 1),
      ArrowUp: () => this.#goTo(at - 1),
      PageDown: () => this.#goTo(at + page),
      PageUp: () => this.#goTo(at - page),
      Home: () => this.#goTo(0),
      End: () => this.#goTo(this.#tree.length - 1),
      ArrowRight: () => (row.isOpen ? this.#goTo(at + 1) : row.canOpen && this.#toggle(row)),
      ArrowLeft: () => (row.isOpen ? this.#toggle(row) : this.#select(row.path.slice(0, -1))),
      Enter: () => row.canOpen && this.#toggle(row),
      " ": () => row.canOpen && this.#toggle(row),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #goTo(index: number): void {
    const row = this.#tree.row(Math.max(0, Math.min(index, this.#tree.length - 1)));
    // The row that stands for the rest can't be selected: to go there is to ask for more.
    if (row.hidden !== undefined) {
      this.#change(() => this.#tree.showMore(row.path));
      this.#select(this.#tree.row(index).path);
    } else {
      this.#select(row.path);
    }
  }

  #scrollTo(index: number | undefined): void {
    if (index !== undefined) this.#window.reveal(index);
  }
}

define("waystone-state-tree", StateTree);

declare global {
  interface HTMLElementTagNameMap {
    "waystone-state-tree": StateTree;
  }
}
