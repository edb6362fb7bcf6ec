import type { StoredHead } from "waystone";
import { timeText } from "../../ui/figures.ts";
import { css, h, styled } from "../../ui/h.ts";
import { nodeTone } from "../../ui/node-tone.ts";
import { ShadowElement, define } from "../../ui/shadow-element.ts";

const styles = css`
  :host { overflow: auto; scrollbar-width: thin; scrollbar-color: var(--line-strong) transparent; }
  :host(:focus-visible) { outline: 2px solid var(--focus); outline-offset: -2px; }
  ol { padding: 8px 16px 12px; margin: 0; list-style: none; }
  li {
    display: grid; grid-template-columns: 8px 4em minmax(0, 1fr) auto; column-gap: 9px; align-items: baseline;
    padding-block: 3px;
  }
  i { inline-size: 8px; block-size: 8px; border-radius: 50%; background: var(--tone); align-self: center; }
  b { font-weight: 600; }
  .note { color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  time { color: var(--muted); font-size: 11.5px; font-variant-numeric: tabular-nums; }
  li:first-child .note { color: var(--text); }
`;

/** `<step-log>`: the checkpoints of a run, newest first. */
export class StepLog extends ShadowElement {
  readonly #list = h("ol");
  #newestId: string | undefined;

  constructor() {
    super(styles);
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Checkpoints");
    // It scrolls, so the keyboard has to get into it.
    this.tabIndex = 0;
    this.root.append(this.#list);
  }

  /** Draws what came after the newest one shown, or everything if that is not among them. */
  show(heads: readonly StoredHead[]): void {
    const known = heads.findIndex(({ id }) => id === this.#newestId);
    const rows = heads
      .slice(known + 1)
      .reverse()
      .map(row);
    if (known < 0) this.#list.replaceChildren(...rows);
    else this.#list.prepend(...rows);
    this.#newestId = heads.at(-1)?.id;
  }
}

function row({ metadata, timestamp }: StoredHead): HTMLElement {
  const node = String(metadata?.node ?? "");
  const note = String(metadata?.note ?? "");
  return h(
    "li",
    {},
    styled(h("i", { "aria-hidden": "true" }), { "--tone": nodeTone(node) }),
    h("b", {}, node),
    h("span", { class: "note", title: note }, note),
    h("time", { datetime: new Date(timestamp).toISOString() }, timeText(timestamp)),
  );
}

define("step-log", StepLog);
