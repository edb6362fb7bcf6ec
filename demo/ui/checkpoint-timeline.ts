import type { CheckpointId, StoredHead } from "waystone";
import { css, h, styled } from "./h.ts";
import { bytesText, timeText } from "./figures.ts";
import { nodeTone } from "./node-tone.ts";
import { ShadowElement, define } from "./shadow-element.ts";

const styles = css`
  :host {
    overflow: auto; overscroll-behavior: contain; scrollbar-width: thin;
    scrollbar-color: var(--line-strong) transparent;
  }
  [role="listbox"] { position: relative; padding: 4px 0; outline: none; }
  [role="option"] {
    --tone: var(--muted);
    position: relative; display: grid; grid-template-columns: 20px minmax(0, 1fr) auto; column-gap: 10px;
    padding: 5px 14px 6px 16px; cursor: default; content-visibility: auto; contain-intrinsic-block-size: auto 50px;
  }
  .dot {
    position: absolute; inset-block-start: 5px; inset-inline-start: 5px; inline-size: 10px; block-size: 10px;
    border-radius: 50%; background: var(--tone); box-shadow: 0 0 0 3px var(--surface);
  }
  @media (hover: hover) {
    [role="option"]:hover { background: var(--hover); }
    [role="option"]:hover .dot { box-shadow: 0 0 0 3px var(--hover); }
  }
  [aria-selected="true"], [aria-selected="true"]:hover { background: var(--accent-soft); }
  [aria-selected="true"]::before {
    content: ""; position: absolute; inset-block: 0; inset-inline-start: 0; inline-size: 3px; background: var(--accent);
  }
  [role="listbox"]:focus-visible [aria-selected="true"] { outline: 2px solid var(--focus); outline-offset: -2px; }
  .rail { position: relative; grid-row: span 2; }
  .rail::before {
    content: ""; position: absolute; inset-block: -5px -6px; inset-inline-start: 9px; inline-size: 2px;
    background: var(--line);
  }
  [role="option"]:first-child .rail::before { inset-block-start: 9px; }
  [role="option"]:last-child .rail::before { inset-block-end: auto; block-size: 14px; }
  [role="option"]:only-child .rail::before { display: none; }
  [aria-selected="true"] .dot { box-shadow: 0 0 0 3px var(--accent-soft) !important; }
  .node { font-weight: 600; }
  .node small {
    margin-inline-start: 6px; font-weight: 400; font-size: 11px; color: var(--muted);
    font-variant-numeric: tabular-nums;
  }
  time, .bytes {
    color: var(--muted); font-size: 11.5px; font-variant-numeric: tabular-nums; text-align: end; white-space: nowrap;
  }
  .bytes { display: grid; grid-template-columns: 44px 4.7em; align-items: center; column-gap: 6px; }
  .note { color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12px; }
  [aria-selected="true"] .note { color: var(--text); }
  .gauge { block-size: 4px; }
  .gauge, .gauge i { border-radius: 2px; }
  .gauge i { display: block; block-size: 4px; min-inline-size: 2px; }
  .whole { background: var(--line-strong); }
  .whole .kept { background: var(--accent); }
  .next {
    display: grid; grid-template-columns: 20px 1fr; column-gap: 10px; padding: 5px 14px 10px 16px; color: var(--muted);
    font-size: 12px;
  }
  .next .dot {
    position: static; margin: 4px 5px; background: none; border: 2px solid var(--tone, var(--line-strong));
    animation: pulse 1.4s ease-in-out infinite;
  }
  @keyframes pulse { 50% { opacity: 0.35; } }
  @media (prefers-reduced-motion: reduce) { .next .dot { animation: none; } }
  .empty { padding: 18px; color: var(--muted); }
`;

/** The node that comes next, and what it does. */
export interface Activity {
  readonly node: string;
  readonly text: string;
}

/**
 * `<checkpoint-timeline>`: the heads of a trace, oldest first, as a listbox.
 *
 * Fires `checkpoint-select` with the id when the user selects one. `activity` says what comes next, if anything does.
 */
export class CheckpointTimeline extends ShadowElement {
  readonly #list = h("div", {
    role: "listbox",
    tabindex: 0,
    "aria-label": "Checkpoints, oldest first",
    onkeydown: (event: KeyboardEvent) => this.#onKey(event),
  });
  readonly #next = h("div", { class: "next", "aria-hidden": "true" });
  readonly #empty = h("p", { class: "empty" }, "Checkpoints appear here as the agent works.");
  readonly #rows = new Map<CheckpointId, HTMLElement>();
  #heads: readonly StoredHead[] = [];
  #selectedId: CheckpointId | undefined;
  #maxStateBytes = 0;

  constructor() {
    super(styles);
    this.root.append(this.#list, this.#next, this.#empty);
    this.activity = undefined;
  }

  set heads(heads: readonly StoredHead[]) {
    const max = Math.max(1, ...heads.map(({ stateBytes }) => stateBytes));
    const isLonger = heads.length >= this.#heads.length && this.#heads.every(({ id }, at) => id === heads[at]?.id);
    const added = isLonger ? heads.slice(this.#heads.length) : heads;
    if (!isLonger) {
      this.#rows.clear();
      this.#list.replaceChildren();
    }
    this.#heads = heads;
    for (const head of added) {
      const row = this.#row(head, this.#rows.size + 1);
      this.#rows.set(head.id, row);
      this.#list.append(row);
    }
    // One scale for all gauges, so that they can be compared; it moves in coarse steps to leave old rows alone.
    const scale = 2 ** Math.ceil(Math.log2(max));
    if (scale !== this.#maxStateBytes) {
      this.#maxStateBytes = scale;
      this.style.setProperty("--scale", String(scale));
    }
    this.#empty.hidden = heads.length > 0;
    this.#mark();
  }

  set selectedId(id: CheckpointId | undefined) {
    this.#selectedId = id;
    this.#mark();
  }

  set activity(activity: Activity | undefined) {
    this.#next.hidden = !activity;
    if (!activity) return;
    const dot = styled(h("span", { class: "dot" }), { "--tone": nodeTone(activity.node) });
    this.#next.replaceChildren(dot, h("span", {}, `${activity.node} · ${activity.text}`));
  }

  /** Brings the selected checkpoint, or the end of the list, into view. */
  reveal(edge: "selected" | "end"): void {
    if (edge === "end") this.scrollTop = this.scrollHeight;
    else this.#rows.get(this.#selectedId ?? "")?.scrollIntoView({ block: "nearest" });
  }

  override focus(options?: FocusOptions): void {
    this.#list.focus(options);
  }

  #mark(): void {
    for (const [id, row] of this.#rows) row.setAttribute("aria-selected", String(id === this.#selectedId));
    const active = this.#rows.get(this.#selectedId ?? "");
    if (active) this.#list.setAttribute("aria-activedescendant", active.id);
    else this.#list.removeAttribute("aria-activedescendant");
  }

  #row(head: StoredHead, place: number): HTMLElement {
    const { id, metadata, timestamp, bytes, stateBytes } = head;
    const node = String(metadata?.node ?? "checkpoint");
    const kept = Math.min(100, (100 * bytes) / Math.max(1, stateBytes));
    const whole = h("i", { class: "whole" }, styled(h("i", { class: "kept" }), { "inline-size": `${kept}%` }));
    const row = h(
      "div",
      { role: "option", id: `checkpoint-${id}`, onclick: () => this.#choose(id) },
      h("span", { class: "rail" }, h("span", { class: "dot" })),
      h("span", { class: "node" }, node, h("small", {}, `#${place}`)),
      h("time", { datetime: new Date(timestamp).toISOString() }, timeText(timestamp)),
      h("span", { class: "note", title: String(metadata?.note ?? "") }, String(metadata?.note ?? "")),
      h(
        "span",
        { class: "bytes", title: `This save stored ${bytesText(bytes)}; the whole state is ${bytesText(stateBytes)}` },
        h(
          "span",
          { class: "gauge", "aria-hidden": "true" },
          styled(whole, { "inline-size": `calc(100% * ${stateBytes} / var(--scale))` }),
        ),
        `+${bytesText(bytes)}`,
      ),
    );
    return styled(row, { "--tone": nodeTone(node) });
  }

  #onKey(event: KeyboardEvent): void {
    const at = this.#heads.findIndex(({ id }) => id === this.#selectedId);
    const last = this.#heads.length - 1;
    const page = Math.max(1, Math.floor(this.clientHeight / 50) - 1);
    const moves: Record<string, number> = {
      ArrowDown: Math.min(last, at + 1),
      ArrowUp: Math.max(0, at - 1),
      PageDown: Math.min(last, at + page),
      PageUp: Math.max(0, at - page),
      Home: 0,
      End: last,
    };
    const to = this.#heads[moves[event.key] ?? -1];
    if (!to) return;
    event.preventDefault();
    this.#choose(to.id);
    this.reveal("selected");
  }

  #choose(id: CheckpointId): void {
    this.selectedId = id;
    this.dispatchEvent(
      new CustomEvent<CheckpointId>("checkpoint-select", { detail: id, bubbles: true, composed: true }),
    );
  }
}

define("checkpoint-timeline", CheckpointTimeline);
