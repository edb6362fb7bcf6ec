import { css } from "../../ui/h.ts";
import { RunBar } from "../../ui/run-bar.ts";
import { define } from "../../ui/shadow-element.ts";

const styles = css`
  .line { flex-wrap: wrap; gap: 6px 10px; }
  h2 {
    flex-basis: 100%; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; white-space: normal;
  }
  .status { flex: 1; white-space: nowrap; }
  label { gap: 6px; }
  input { inline-size: 72px; }
  output { inline-size: 3em; }
  ol { gap: 0; margin-block-start: 6px; }
  li { padding-inline: 7px; font-size: 12px; }
  :host([asleep]) .status.running { color: var(--muted); }
  :host([asleep]) .status.running i { animation: none; }
  :host([asleep]) .status.running::after { content: "when awake"; }
`;

/** The bar of the page, in the popup's size; a run stands still while the worker sleeps. */
export class PopupRunBar extends RunBar {
  constructor() {
    super();
    this.root.adoptedStyleSheets.push(styles);
  }

  set isAsleep(isAsleep: boolean) {
    this.toggleAttribute("asleep", isAsleep);
  }
}

define("popup-run-bar", PopupRunBar);
