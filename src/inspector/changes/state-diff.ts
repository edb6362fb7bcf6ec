import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { countText } from "../figures.ts";
import { base } from "../theme.ts";
import { describe, kindOf } from "../values/kinds.ts";
import { formatPath, type Path } from "../values/path.ts";
import { compareStates, TooLarge, type ChangedEntry, type Difference, type Entry, type LoneEntry } from "./compare.ts";
import { textChanges } from "./text-changes.ts";
import { define } from "../define.ts";

/** So many rows are drawn before one has to ask for more. */
const PAGE = 400;

type Finding = "comparing" | "too-large" | { readonly difference: Difference | undefined } | { readonly error: string };

/** One line of what differs. */
interface Line {
  readonly depth: number;
  readonly entry: Entry;
}

/** `<waystone-state-diff>`: what became of a state, with what is unchanged folded. */
export class StateDiff extends LitElement {
  static override properties = {
    valueBefore: { attribute: false },
    valueAfter: { attribute: false },
    finding: { state: true },
    shown: { state: true },
  };
  static override styles = [
    base,
    css`
      .summary { padding: 8px 10px; color: var(--waystone-muted); display: flex; flex-wrap: wrap; gap: 4px 12px; }
      li {
        padding: 3px 10px 4px calc(8px + min(var(--depth), 12) * 14px); border-inline-start: 3px solid var(--tone, transparent);
        font: 12px/1.6 var(--waystone-mono); overflow-wrap: anywhere; background: var(--soft, none);
      }
      li + li { margin-block-start: 1px; }
      .added { --tone: var(--waystone-good); --soft: var(--waystone-good-soft); }
      .removed { --tone: var(--waystone-bad); --soft: var(--waystone-bad-soft); }
      .changed, .moved { --tone: var(--waystone-warn); }
      .sign { display: inline-block; inline-size: 1.6ch; font-weight: 700; color: var(--tone); }
      li button {
        display: inline; min-block-size: 24px; padding: 0 3px; margin: 0; border: 0; background: none; font-weight: 600;
        text-align: start; white-space: normal; border-radius: 3px;
      }
      .fold { color: var(--waystone-muted); font-style: italic; padding-block: 0; }
      ins, del { border-radius: 2px; padding-inline: 1px; }
      ins { background: var(--waystone-good-soft); color: var(--waystone-good); text-decoration-thickness: 1px; }
      del { background: var(--waystone-bad-soft); color: var(--waystone-bad); }
      .text { display: block; white-space: pre-wrap; max-block-size: 24em; overflow: auto; }
      .more, .question { margin: 8px 10px; }
      .question { display: grid; gap: 8px; justify-items: start; }
    `,
  ];

  /** The state before; `undefined` of a state that is the first. */
  declare valueBefore: unknown;
  /** The state after. */
  declare valueAfter: unknown;
  declare finding: Finding;
  declare shown: number;
  #running = new AbortController();

  constructor() {
    super();
    this.finding = { difference: undefined };
    this.shown = PAGE;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#running.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("valueBefore") || changed.has("valueAfter")) void this.#compare();
  }

  async #compare(limit?: number): Promise<void> {
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.finding = "comparing";
    this.shown = PAGE;
    try {
      const difference = await compareStates(this.valueBefore, this.valueAfter, { signal, ...(limit && { limit }) });
      // A comparison without a pause is not stopped by its signal.
      if (!signal.aborted) this.finding = { difference };
    } catch (error) {
      if (signal.aborted) return;
      this.finding = error instanceof TooLarge ? "too-large" : { error: String(error) };
    }
  }

  protected override render() {
    const { finding } = this;
    if (finding === "comparing") return html`<p class="summary" role="status">comparing …</p>`;
    if (finding === "too-large") {
      return html`<div class="question" role="status">
        <p>These states are too large to be compared without being asked: they hold more than a million values.</p>
        <button @click=${() => this.#compare(Infinity)}>Compare them all the same</button>
      </div>`;
    }
    if ("error" in finding) return html`<p class="summary" role="alert">They can't be compared: ${finding.error}</p>`;
    const { difference } = finding;
    if (difference === undefined) return html`<p class="summary" role="status">Nothing differs.</p>`;
    if (this.valueBefore === undefined) {
      return html`<p class="summary" role="status">There is nothing before it: all of it is new.</p>`;
    }
    if (difference.kind === "replaced") return html`<ul><li class="changed">${this.#replaced(difference)}</li></ul>`;
    const lines = [...linesOf(difference.entries, 0)];
    return html`
      <p class="summary" role="status">${summaryOf(lines)}</p>
      <ul aria-label="Changes">
        ${lines.slice(0, this.shown).map((line) => this.#line(line))}
      </ul>
      ${
        lines.length > this.shown
          ? html`<button class="more" @click=${() => (this.shown += PAGE)}>
            Show more of the other ${countText(lines.length - this.shown, "line")}
          </button>`
          : nothing
      }
    `;
  }

  #line({ depth, entry }: Line) {
    if (entry.kind === "same") {
      return html`<li class="fold" .style=${`--depth: ${depth}`}>… ${entry.count.toLocaleString()} unchanged</li>`;
    }
    const { kind, path, label } = entry;
    const sign = { added: "+", removed: "−", changed: "~", moved: "↕" }[kind];
    return html`<li class=${kind} .style=${`--depth: ${depth}`}>
      <span class="sign" aria-hidden="true">${sign}</span>
      <button title=${formatPath(path)} @click=${() => this.#select(path)}>
        ${label}<span class="visually-hidden">, ${kind}</span>
      </button>
      ${this.#entry(entry)}
    </li>`;
  }

  #entry(entry: LoneEntry | ChangedEntry) {
    if ("value" in entry) {
      const text = describe(entry.value, 300);
      return entry.kind === "added" ? text : html`<del>${text}</del>`;
    }
    const { difference, from } = entry;
    return html`${from === undefined ? nothing : html`<span class="muted">moved from ${from}</span>`}
    ${difference?.kind === "replaced" ? this.#replaced(difference) : nothing}`;
  }

  #replaced({ before, after }: Extract<Difference, { kind: "replaced" }>) {
    if (typeof before === "string" && typeof after === "string") {
      return html`<span class="text">${textChanges(before, after).map(({ kind, text }) =>
        kind === "same" ? text : kind === "added" ? html`<ins>${text}</ins>` : html`<del>${text}</del>`,
      )}</span>`;
    }
    const note = describe(before) === describe(after) ? ` (${kindOf(after)} with other content)` : "";
    return html`<del>${describe(before)}</del> → <ins>${describe(after)}</ins>${note}`;
  }

  #select(path: Path): void {
    this.dispatchEvent(new CustomEvent("path-selected", { detail: { path }, bubbles: true, composed: true }));
  }
}

function* linesOf(entries: readonly Entry[], depth: number): Generator<Line> {
  for (const entry of entries) {
    yield { depth, entry };
    const inside = "difference" in entry ? entry.difference : undefined;
    if (inside?.kind === "inside") yield* linesOf(inside.entries, depth + 1);
  }
}

/** The changes in numbers; a container that changed inside counts by what did. */
function summaryOf(lines: readonly Line[]): string {
  const counts = { added: 0, removed: 0, changed: 0, moved: 0 };
  for (const { entry } of lines) {
    const isInside = "difference" in entry && entry.difference?.kind === "inside";
    if (entry.kind !== "same" && !(isInside && entry.kind === "changed")) counts[entry.kind] += 1;
  }
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  return told.map(([kind, count]) => `${count.toLocaleString()} ${kind}`).join(", ");
}

define("waystone-state-diff", StateDiff);

declare global {
  interface HTMLElementTagNameMap {
    "waystone-state-diff": StateDiff;
  }
}
