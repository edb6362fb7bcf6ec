import { html, LitElement, nothing, type PropertyValues } from "lit";
import { Slices } from "../slices.ts";
import { base } from "../theme.ts";
import { describe, kindOf, measure } from "../values/kinds.ts";
import { formatPath, valueAt, type Path } from "../values/path.ts";
import { RowTree, type Row } from "./row-tree.ts";
import { searchState } from "../values/search.ts";
import { findAnchors } from "../values/anchors.ts";
import { styles } from "./state-tree.styles.ts";
import "./value-detail.ts";
import { define } from "../define.ts";
import { RowWindow } from "../row-window.ts";

const ROW_PIXELS = 22;
const MOST_HITS = 1_000;

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
    anchors: { state: true },
    hits: { state: true },
    hit: { state: true },
    isSearching: { state: true },
  };
  static override styles = [base, styles];

  /** The state to show: a value of its own, which nobody changes. */
  declare value: unknown;
  /** The place that is selected. Setting it opens what it is in. Default is the whole state. */
  declare selectedPath: Path;
  declare anchors: ReadonlyMap<unknown, Path>;
  declare hits: readonly Path[];
  declare hit: number;
  declare isSearching: boolean;

  #tree = new RowTree(undefined);
  #searched = "";
  #hitIds: ReadonlySet<string> = new Set();
  #ofValue = new AbortController();
  #ofSearch = new AbortController();
  readonly #window = new RowWindow(this, {
    rowHeight: ROW_PIXELS,
    findScroller: () => this.renderRoot.querySelector<HTMLElement>("[role=tree]"),
  });

  constructor() {
    super();
    this.selectedPath = [];
    this.anchors = new Map();
    this.hits = [];
    this.hit = 0;
    this.isSearching = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#ofValue.abort();
    this.#ofSearch.abort();
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
    this.#setHits([]);
    void this.#anchor(this.#ofValue.signal);
  }

  async #anchor(signal: AbortSignal): Promise<void> {
    const slices = new Slices(signal);
    // What is shown must not wait for all of the value.
    const anchors = await unlessAborted(
      this.updateComplete.then(() => slices.pause()).then(() => findAnchors(this.value, slices)),
      signal,
    );
    if (anchors) this.anchors = anchors;
  }

  protected override render() {
    const at = this.#tree.indexOf(this.selectedPath);
    const items = this.#window.rows;
    const isActiveDrawn = items.some(({ index }) => index === at);
    const selected = valueAt(this.value, this.selectedPath);
    return html`
      <div class="bar">
        <input
          type="search"
          placeholder="Search keys and values"
          aria-label="Search in the state"
          @input=${(event: InputEvent) => this.#search((event.target as HTMLInputElement).value)}
          @keydown=${this.#onSearchKey}
        />
        <output>${this.#hitText()}</output>
        <button class="quiet" ?hidden=${this.hits.length === 0} @click=${() => this.#goToHit(-1)} aria-label="Previous match">↑</button>
        <button class="quiet" ?hidden=${this.hits.length === 0} @click=${() => this.#goToHit(1)} aria-label="Next match">↓</button>
        <button class="quiet" @click=${() => this.#change(() => this.#tree.openAll())}>Expand</button>
        <button class="quiet" @click=${() => this.#change(() => this.#tree.closeAll())}>Collapse</button>
      </div>
      <div
        role="tree"
        part="tree"
        tabindex="0"
        aria-label="State"
        aria-activedescendant=${isActiveDrawn ? `row-${at}` : nothing}
        @keydown=${this.#onKey}
        @click=${this.#onClick}
      >
        <div role="presentation" style="block-size: ${this.#window.totalHeight}px">
          ${items.map(({ index, start }) => this.#row(this.#tree.row(index), index, start, index === at))}
        </div>
      </div>
      ${
        selected && this.value !== undefined
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
      class="${isSelected ? "active" : ""} ${this.#hitIds.has(row.id) ? "hit" : ""}"
      style="--depth: ${row.depth}; translate: 0 ${start}px"
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

  #hitText(): string {
    if (this.isSearching) return "searching …";
    if (this.hits.length === 0) return this.#searched === "" ? "" : "no match";
    return `${this.hit + 1} of ${this.hits.length}${this.hits.length === MOST_HITS ? "+" : ""}`;
  }

  async #search(text: string): Promise<void> {
    this.#ofSearch.abort();
    this.#ofSearch = new AbortController();
    const { signal } = this.#ofSearch;
    this.#searched = text;
    this.isSearching = text !== "";
    const hits = await unlessAborted(searchState(this.value, text, { signal, limit: MOST_HITS }), signal);
    if (!hits) return;
    this.isSearching = false;
    this.#setHits(hits);
    if (hits.length > 0) this.#select(hits[0]!);
  }

  #setHits(hits: readonly Path[]): void {
    this.hits = hits;
    this.hit = 0;
    this.#hitIds = new Set(hits.map((path) => formatPath(path)));
  }

  #goToHit(by: 1 | -1): void {
    if (this.hits.length === 0) return;
    this.hit = (this.hit + by + this.hits.length) % this.hits.length;
    this.#select(this.hits[this.hit]!);
  }

  #onSearchKey(event: KeyboardEvent): void {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.#goToHit(event.shiftKey ? -1 : 1);
  }

  #onClick(event: MouseEvent): void {
    const index = (event.target as Element).closest<HTMLElement>("[role=treeitem]")?.dataset.index;
    if (index !== undefined) this.#act(this.#tree.row(Number(index)));
  }

  /** Selects a row; one that is selected already is opened or closed, and so is one whose path leads nowhere else. */
  #act(row: Row): void {
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

/** What the work returns; `undefined` if nobody wants it any more. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  }
}

define("waystone-state-tree", StateTree);

declare global {
  interface HTMLElementTagNameMap {
    "waystone-state-tree": StateTree;
  }
}
