import type { BaselineData } from "../../baseline-data.ts";
import { GoalForm } from "../../ui/goal-form.ts";
import { css } from "../../ui/h.ts";
import { define } from "../../ui/shadow-element.ts";

const styles = css`
  form { gap: 14px; padding: 14px 16px 16px; }
  h2 { font-size: 16px; }
  .lead { font-size: 12.5px; margin-block-start: 4px; }
  textarea { min-block-size: 84px; font-size: 13px; }
  .browsers { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 6px; }
  .browser { padding: 3px 6px 3px 9px; gap: 4px; }
  .browser label { min-inline-size: 0; gap: 7px; white-space: normal; line-height: 1.2; font-size: 12px; }
  .go {
    position: sticky; inset-block-end: 0; margin-inline: -16px; padding: 10px 16px; background: var(--surface);
    border-block-start: 1px solid var(--line);
  }
  footer { border: none; padding-block-start: 0; font-size: 11.5px; }
`;

/** The form of the page, in the popup's size and words. */
export class PopupForm extends GoalForm {
  constructor() {
    super();
    this.root.adoptedStyleSheets.push(styles);
  }

  override set data(data: BaselineData) {
    super.data = data;
    this.root.querySelector(".lead")!.textContent =
      "The scout splits your goal into needs, looks each up, and asks you where your browsers disagree. It runs in " +
      "this extension's worker, which Chrome stops whenever it likes: every step is a checkpoint, the next worker goes on.";
    const source = this.root.querySelector("footer")!;
    source.textContent = source.textContent!.replace("Runs in this page", "Runs in this extension");
  }
}

define("popup-form", PopupForm);
