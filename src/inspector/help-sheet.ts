import { css, html, LitElement, type TemplateResult } from "lit";
import { base } from "./theme.ts";
import { dialogStyles } from "./travel/dialog.styles.ts";
import { define } from "./define.ts";

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [["↓", "↑", "j", "k"], "next, previous checkpoint"],
  [["Home"], "the oldest checkpoint"],
  [["End"], "the newest, and follow it"],
  [["f"], "follow the newest, or stay here"],
  [["c"], "mark this checkpoint, to compare others with it"],
  [["1", "2", "3", "4"], "State, Changes, Blame, Storage"],
  [["/"], "search the runs, or the state while in it"],
  [["?"], "this sheet"],
];

/** `<waystone-help>`: the keys. */
export class HelpSheet extends LitElement {
  static override styles = [
    base,
    dialogStyles,
    css`
      table { border-collapse: collapse; inline-size: 100%; }
      th { font-weight: 400; text-align: start; white-space: nowrap; padding: 4px 14px 4px 0; }
      kbd { display: inline-block; min-inline-size: 22px; padding: 1px 6px; margin-inline-end: 3px; text-align: center;
        font-family: var(--waystone-mono); font-size: 12px; border: 1px solid var(--waystone-line-strong);
        border-block-end-width: 2px; border-radius: 4px; background: var(--waystone-raised); }
    `,
  ];

  open(): void {
    this.renderRoot.querySelector("dialog")!.showModal();
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <form method="dialog">
        <h2 id="title">Keys</h2>
        <table>
          ${KEYS.map(
            ([keys, what]) =>
              html`<tr><th scope="row">${keys.map((key) => html`<kbd>${key}</kbd>`)}</th><td>${what}</td></tr>`,
          )}
        </table>
        <footer><button class="primary">Close</button></footer>
      </form>
    </dialog>`;
  }
}

define("waystone-help", HelpSheet);
