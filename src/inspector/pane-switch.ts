import { html, type TemplateResult } from "lit";

/** What is in sight where there is no room for all. */
export type Pane = "runs" | "timeline" | "detail";

const PANES: readonly (readonly [pane: Pane, label: string])[] = [
  ["runs", "Runs"],
  ["timeline", "Timeline"],
  ["detail", "Checkpoint"],
];

/** Draws the switch between panes, which is only in sight where there is no room for all. */
export function paneSwitch(shown: Pane, show: (pane: Pane) => void): TemplateResult {
  return html`<nav aria-label="Panes">
    ${PANES.map(
      ([pane, label]) =>
        html`<button type="button" aria-pressed=${pane === shown} @click=${() => show(pane)}>${label}</button>`,
    )}
  </nav>`;
}
