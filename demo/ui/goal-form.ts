import type { BaselineData, BrowserId } from "../baseline-data.ts";
import type { Target } from "../agents/scout/state.ts";
import { countText } from "./figures.ts";
import { css, h } from "./h.ts";
import { ShadowElement, define } from "./shadow-element.ts";

const styles = css`
  :host {
    overflow: auto; container-type: inline-size; scrollbar-width: thin; scrollbar-color: var(--line-strong) transparent;
  }
  form {
    display: grid; gap: 20px; max-inline-size: 780px; margin: 0 auto;
    padding: clamp(20px, 5cqi, 52px) clamp(16px, 4cqi, 32px) 32px;
  }
  h2 {
    font-size: clamp(20px, 3.4cqi, 26px); line-height: 1.2; font-weight: 650; letter-spacing: -0.015em;
    text-wrap: balance;
  }
  .lead { margin-block-start: 7px; color: var(--muted); font-size: 14px; max-inline-size: 66ch; text-wrap: pretty; }
  .label { display: block; margin-block-end: 6px; font-weight: 600; }
  textarea {
    display: block; inline-size: 100%; min-block-size: 104px; padding: 11px 13px; border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--surface); font-size: 14px; line-height: 1.55; resize: vertical; field-sizing: content;
  }
  .examples {
    display: flex; flex-wrap: wrap; align-items: center; gap: 6px; margin-block-start: 8px; color: var(--muted);
  }
  .examples button { min-block-size: 26px; padding: 2px 11px; border-radius: 20px; font-size: 12px; }
  fieldset { margin: 0; padding: 0; border: none; min-inline-size: 0; }
  legend { padding: 0; }
  .browsers { display: grid; grid-template-columns: repeat(auto-fill, minmax(225px, 1fr)); gap: 8px; }
  .browser {
    display: flex; align-items: center; gap: 9px; padding: 6px 8px 6px 11px; border: 1px solid var(--line);
    border-radius: var(--radius); background: var(--surface);
  }
  .browser:has(input:checked) { border-color: var(--accent-line); background: var(--accent-soft); }
  .browser label {
    flex: 1; display: flex; align-items: center; gap: 9px; min-block-size: 28px; cursor: pointer; white-space: nowrap;
  }
  input { inline-size: 15px; block-size: 15px; margin: 0; accent-color: var(--accent); }
  select {
    min-block-size: 28px; padding: 2px 4px; border: 1px solid var(--line-strong); border-radius: 5px;
    background: var(--surface); font-variant-numeric: tabular-nums;
  }
  .browser:not(:has(input:checked)) select { visibility: hidden; }
  .go { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; }
  .go button { min-block-size: 38px; padding-inline: 22px; font-size: 14px; }
  .error { color: var(--bad); }
  footer { padding-block-start: 14px; border-block-start: 1px solid var(--line); color: var(--muted); font-size: 12px; }
`;

const EXAMPLES: readonly (readonly [name: string, goal: string])[] = [
  [
    "Field notebook",
    "A field notebook that works offline, takes photos with the camera, records where I am, keeps the screen awake, scans barcodes, saves notes to files on disk, shares them with other apps, and signs in without a password.",
  ],
  [
    "Practice room",
    "A music practice room that records audio, plays sound effects, connects MIDI keyboards, shows the score full screen, takes voice commands, and lets people drag and drop files.",
  ],
  [
    "Corner shop",
    "A shop where people can pay quickly and see page transitions. It sends notifications, has a dark mode, opens menus next to their buttons, and lays product cards out as masonry. It works offline and can be installed.",
  ],
  [
    "Whiteboard",
    "A whiteboard that draws in real time with several people, renders on the GPU, pastes images from the clipboard, has video calls, stores data locally, and syncs in the background.",
  ],
];

const CHECKED: readonly BrowserId[] = ["chrome", "firefox", "safari_ios"];
/** How far back the choice of versions goes, and which one is chosen at first. */
const OLDEST_DAYS = 4 * 365;
const CHOSEN_DAYS = 365;

/** What the user wants to know. */
export interface Goal {
  readonly goal: string;
  readonly targets: readonly Target[];
}

/** `<goal-form>`: what must the app do, and in which browsers? Fires `run-start` with a {@link Goal}. */
export class GoalForm extends ShadowElement {
  readonly #goal = h("textarea", { id: "goal", name: "goal", required: true, rows: 4, spellcheck: "true" });
  readonly #error = h("span", { class: "error", role: "alert" });
  readonly #rows = new Map<BrowserId, { checkbox: HTMLInputElement; select: HTMLSelectElement; name: string }>();

  constructor() {
    super(styles);
    this.#goal.value = EXAMPLES[0]![1];
  }

  set data(data: BaselineData) {
    const browsers = (Object.keys(data.browsers) as BrowserId[]).map((id) => this.#browser(id, data));
    this.root.replaceChildren(
      h(
        "form",
        { onsubmit: (event: SubmitEvent) => this.#submit(event) },
        h(
          "header",
          {},
          h("h2", {}, "What must your app do, and in which browsers?"),
          h(
            "p",
            { class: "lead" },
            "The scout splits your goal into needs, looks each up, holds it against your browsers, and asks you where they disagree. " +
              "Every step is a checkpoint in this browser: close the tab whenever you like, the run goes on where it was.",
          ),
        ),
        h(
          "div",
          {},
          h("label", { class: "label", for: "goal" }, "Your app"),
          this.#goal,
          h("div", { class: "examples" }, "Try", ...EXAMPLES.map(([name, goal]) => this.#example(name, goal))),
        ),
        h(
          "fieldset",
          {},
          h("legend", { class: "label" }, "Browsers, from which version on"),
          h("div", { class: "browsers" }, ...browsers),
        ),
        h(
          "div",
          { class: "go" },
          h("button", { class: "primary", type: "submit", id: "start" }, "Start the scout"),
          this.#error,
        ),
        h(
          "footer",
          {},
          `Runs in this page: no network, no key. Looks through ${countText(data.features.length, "feature")} of web-features ${data.version}, ` +
            "by the W3C WebDX Community Group, Apache-2.0. ",
          h("a", { href: "./kit/" }, "Does the store keep its promises in this browser?"),
        ),
      ),
    );
  }

  #example(name: string, goal: string): HTMLElement {
    return h("button", { type: "button", onclick: () => (this.#goal.value = goal) }, name);
  }

  #browser(id: BrowserId, data: BaselineData): HTMLElement {
    const { name, releases } = data.browsers[id];
    const newest = Date.parse(releases.at(-1)![1]);
    const ageDays = (day: string) => (newest - Date.parse(day)) / 86_400_000;
    const recent = releases.filter(([, day]) => ageDays(day) <= OLDEST_DAYS).reverse();
    const chosen = recent.find(([, day]) => ageDays(day) >= CHOSEN_DAYS) ?? recent.at(-1)!;
    const checkbox = h("input", { type: "checkbox", name: id, checked: CHECKED.includes(id) });
    const select = h(
      "select",
      { name: `${id}-version`, "aria-label": `${name}, from version` },
      ...recent.map(([version, day]) =>
        h("option", { value: version, title: `released ${day}`, selected: version === chosen[0] }, version),
      ),
    );
    this.#rows.set(id, { checkbox, select, name });
    return h("div", { class: "browser" }, h("label", {}, checkbox, name), select);
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const goal = this.#goal.value.trim();
    const targets = [...this.#rows]
      .filter(([, { checkbox }]) => checkbox.checked)
      .map(([browser, { name, select }]): Target => ({ browser, name, version: select.value }));
    this.#error.textContent = !goal
      ? "Say what the app must do."
      : targets.length === 0
        ? "Choose at least one browser."
        : "";
    if (this.#error.textContent) return;
    this.dispatchEvent(
      new CustomEvent<Goal>("run-start", { detail: { goal, targets }, bubbles: true, composed: true }),
    );
  }
}

define("goal-form", GoalForm);
