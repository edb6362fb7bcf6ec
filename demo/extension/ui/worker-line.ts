import { timeText } from "../../ui/figures.ts";
import { css, h } from "../../ui/h.ts";
import { ShadowElement, define } from "../../ui/shadow-element.ts";

const styles = css`
  :host {
    display: flex; align-items: center; gap: 8px; min-block-size: 40px; padding: 0 16px;
    border-block-start: 1px solid var(--line); background: var(--surface); font-size: 12px;
  }
  i { flex: none; inline-size: 8px; block-size: 8px; border-radius: 50%; border: 2px solid var(--tone); }
  .awake { --tone: var(--good); }
  .awake i { background: var(--tone); }
  .asleep { --tone: var(--muted); }
  p { display: flex; align-items: center; gap: 8px; flex: 1; min-inline-size: 0; }
  b { font-weight: 600; white-space: nowrap; }
  span { color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  button { min-block-size: 26px; padding: 2px 10px; font-size: 12px; }
`;

/** `<worker-line>`: whether the worker is awake, and what will wake it. Fires `wake` when the user wants it awake. */
export class WorkerLine extends ShadowElement {
  readonly #name = h("b");
  readonly #text = h("span");
  readonly #line = h("p", { role: "status", hidden: true }, h("i", { "aria-hidden": "true" }), this.#name, this.#text);
  readonly #button = h("button", { type: "button", hidden: true, onclick: () => this.#wake() }, "Wake it now");

  constructor() {
    super(styles);
    this.root.append(this.#line, this.#button);
  }

  /** `alarmAt`: when an alarm will wake it, in ms since the epoch, if one is set. */
  show(isAwake: boolean, alarmAt: number | undefined): void {
    this.#line.hidden = false;
    this.#line.className = isAwake ? "awake" : "asleep";
    this.#name.textContent = isAwake ? "Worker awake" : "Worker asleep";
    this.#text.textContent = isAwake
      ? "stopped after 30 idle seconds"
      : alarmAt === undefined
        ? "nothing to do"
        : `an alarm wakes it at ${timeText(alarmAt)}`;
    const hadFocus = this.root.activeElement === this.#button;
    this.#button.hidden = isAwake || alarmAt === undefined;
    if (hadFocus && this.#button.hidden) this.dispatchEvent(new Event("focus-lost"));
  }

  #wake(): void {
    this.dispatchEvent(new Event("wake", { bubbles: true, composed: true }));
  }
}

define("worker-line", WorkerLine);
