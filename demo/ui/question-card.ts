import type { Choice, Question, Support } from "../agents/scout/state.ts";
import { nameTargets } from "../agents/scout/knowledge/support.ts";
import { css, h } from "./h.ts";
import { ShadowElement, define } from "./shadow-element.ts";

const styles = css`
  :host {
    padding: 14px 16px 16px; border-block-end: 1px solid var(--warn-line); background: var(--warn-soft);
    container-type: inline-size;
  }
  h3 { font-size: 14px; font-weight: 600; line-height: 1.4; max-inline-size: 110ch; text-wrap: pretty; }
  ul { display: flex; flex-wrap: wrap; gap: 3px 18px; margin-block: 5px 11px; color: var(--muted); }
  li b { color: var(--text); font-weight: 500; }
  .choices { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 10px; }
  .choices button {
    display: grid; align-content: start; justify-content: start; justify-items: start; gap: 2px; padding: 9px 12px 10px;
    text-align: start; white-space: normal;
    border-color: var(--warn-line);
  }
  .choices button:hover:not(:disabled) { border-color: var(--accent); }
  strong { font-weight: 600; }
  .choices span { color: var(--muted); font-size: 12px; line-height: 1.45; }
  @container (inline-size < 560px) { .choices { grid-template-columns: 1fr; } }
`;

/** `<question-card>`: the agent's question with its three choices. Fires `answer` with the choice. */
export class QuestionCard extends ShadowElement {
  #shown: Question | undefined;

  constructor() {
    super(styles);
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "The agent asks");
    this.hidden = true;
  }

  set question(question: Question | undefined) {
    if (question && this.#shown && question.needId === this.#shown.needId && !this.hidden) return;
    this.#shown = question;
    this.hidden = !question;
    this.root.replaceChildren(...(question ? this.#content(question) : []));
  }

  #content(question: Question): HTMLElement[] {
    const { alternative, canDrop, lacking } = question;
    const names = nameTargets(lacking.map(({ target }) => target));
    return [
      h("h3", { "aria-live": "polite" }, question.text),
      h(
        "ul",
        {},
        ...lacking.map((support) =>
          h("li", {}, h("b", {}, `${support.target.name} ${support.target.version}`), `: ${missing(support)}`),
        ),
      ),
      h(
        "div",
        { class: "choices", role: "group", "aria-label": "Your choice" },
        this.#choice("enhance", "Ship as an enhancement", `Test for it, and let the app do without in ${names}.`),
        this.#choice(
          "replace",
          "Use an alternative",
          alternative ? `${alternative.name}: ${alternative.how}` : "There is none that every browser has.",
          !alternative,
        ),
        this.#choice(
          "drop",
          lacking.length === 1 ? "Drop a browser" : "Drop browsers",
          canDrop ? `Give up ${names} and go on with the rest.` : "No browser would be left.",
          !canDrop,
        ),
      ),
    ];
  }

  #choice(choice: Choice, title: string, text: string, isDisabled = false): HTMLElement {
    const onclick = () => this.#answer(choice);
    return h(
      "button",
      { type: "button", id: choice, disabled: isDisabled, onclick },
      h("strong", {}, title),
      h("span", {}, text),
    );
  }

  #answer(choice: Choice): void {
    this.dispatchEvent(new CustomEvent<Choice>("answer", { detail: choice, bubbles: true, composed: true }));
    // One answer only: a second press would find the run gone on.
    for (const button of this.root.querySelectorAll("button")) button.disabled = true;
  }
}

function missing({ grade, since, parts }: Support): string {
  if (grade === "later") return `only since ${since}`;
  return parts ? `${parts.have} of its ${parts.total} parts` : "not at all";
}

define("question-card", QuestionCard);
