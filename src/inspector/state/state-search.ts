import { css, html, LitElement, type PropertyValues } from "lit";
import { define } from "../define.ts";
import { base } from "../theme.ts";
import type { Path } from "../values/path.ts";
import { searchState } from "../values/search.ts";

const MOST_HITS = 1_000;

/**
 * `<waystone-state-search>`: a field that finds a text in a state. Tells what it has found as `found`, and to which place
 * to go as `hit-selected`.
 */
export class StateSearch extends LitElement {
  static override properties = {
    value: { attribute: false },
    text: { state: true },
    hits: { state: true },
    hit: { state: true },
  };
  static override styles = [
    base,
    css`
      :host { display: flex; flex-wrap: wrap; gap: 4px; padding: 6px 8px; align-items: center; }
      input { flex: 1 1 12ch; min-inline-size: 0; }
      output { color: var(--waystone-muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
    `,
  ];

  /** The state to search in. */
  declare value: unknown;
  declare text: string;
  /** What was found; `undefined` as long as it is not known. */
  declare hits: readonly Path[] | undefined;
  declare hit: number;
  #running = new AbortController();

  constructor() {
    super();
    this.text = "";
    this.hits = [];
    this.hit = 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#running.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("value") && this.text !== "") void this.#search();
  }

  protected override render() {
    const hasHits = (this.hits?.length ?? 0) > 0;
    return html`
      <input
        type="search"
        placeholder="Search keys and values"
        aria-label="Search in the state"
        @input=${this.#onInput}
        @keydown=${this.#onKey}
      />
      <output>${this.#status()}</output>
      <button class="quiet" ?hidden=${!hasHits} @click=${() => this.#goTo(this.hit - 1)} aria-label="Previous match">↑</button>
      <button class="quiet" ?hidden=${!hasHits} @click=${() => this.#goTo(this.hit + 1)} aria-label="Next match">↓</button>
      <slot></slot>
    `;
  }

  #status(): string {
    if (this.text === "") return "";
    if (this.hits === undefined) return "searching …";
    if (this.hits.length === 0) return "no match";
    return `${this.hit + 1} of ${this.hits.length.toLocaleString()}${this.hits.length === MOST_HITS ? "+" : ""}`;
  }

  async #onInput(event: InputEvent): Promise<void> {
    this.text = (event.target as HTMLInputElement).value;
    if (await this.#search()) this.#goTo(0);
  }

  /** Returns whether something was found, and is still wanted. */
  async #search(): Promise<boolean> {
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.hits = undefined;
    this.hit = 0;
    try {
      const paths = await searchState(this.value, this.text, { signal, limit: MOST_HITS });
      if (signal.aborted) return false;
      this.hits = paths;
      this.dispatchEvent(new CustomEvent("found", { detail: { paths } }));
      return paths.length > 0;
    } catch (error) {
      if (!signal.aborted) throw error;
      return false;
    }
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.#goTo(this.hit + (event.shiftKey ? -1 : 1));
  }

  #goTo(hit: number): void {
    const { hits = [] } = this;
    if (hits.length === 0) return;
    this.hit = (hit + hits.length) % hits.length;
    this.dispatchEvent(new CustomEvent("hit-selected", { detail: { path: hits[this.hit]! } }));
  }
}

define("waystone-state-search", StateSearch);
