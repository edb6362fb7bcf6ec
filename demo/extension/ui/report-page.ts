import type { ScoutState } from "../../agents/scout/state.ts";
import { brand } from "../../ui/brand.ts";
import { css, h } from "../../ui/h.ts";
import { ScoutReport } from "../../ui/scout-report.ts";
import { ShadowElement, define } from "../../ui/shadow-element.ts";

const styles = css`
  :host { display: grid; grid-template-rows: auto minmax(0, 1fr); block-size: 100dvh; background: var(--surface); }
  header { display: flex; min-block-size: 54px; padding: 8px 16px; border-block-end: 1px solid var(--line); }
  .brand { display: flex; align-items: center; gap: 10px; }
  .brand svg { flex: none; inline-size: 26px; block-size: 26px; fill: var(--accent); }
  h1 { font-size: 15px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; }
  .brand p { font-size: 11.5px; line-height: 1.3; color: var(--muted); }
  .empty { padding: 20px 28px; color: var(--muted); }
`;

/** `<report-page>`: the report of a run, or why there is none. */
export class ReportPage extends ShadowElement {
  readonly #report = new ScoutReport();
  readonly #empty = h("p", { class: "empty", role: "status" });

  constructor() {
    super(styles);
    this.root.append(h("header", {}, brand()), h("main", {}, this.#empty, this.#report));
  }

  show(state: ScoutState | undefined): void {
    this.#report.report = state?.report;
    this.#empty.hidden = state?.report !== undefined;
    this.#empty.textContent = state ? "The run has not come to its report yet." : "There is no such run.";
  }
}

define("report-page", ReportPage);
