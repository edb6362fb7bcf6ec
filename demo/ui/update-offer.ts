import { css, h } from "./h.ts";
import { ShadowElement, define } from "./shadow-element.ts";

const styles = css`
  :host {
    display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; position: fixed; z-index: 3;
    inset: auto 12px 12px auto; max-inline-size: calc(100vw - 24px); padding: 10px 12px 10px 16px;
    border: 1px solid var(--accent-line); border-radius: 10px; background: var(--surface); color: var(--text);
    box-shadow: 0 8px 30px rgb(0 0 0 / 0.2);
  }
`;

/** `<update-offer>`: says that a new version of the page is there. Nothing changes until it is asked for. */
export class UpdateOffer extends ShadowElement {
  constructor() {
    super(styles);
    this.setAttribute("role", "status");
    this.hidden = true;
  }

  /** Offers the new version; `use` changes over to it. */
  show(use: () => void): void {
    const later = () => (this.hidden = true);
    this.root.replaceChildren(
      h("span", {}, "A new version is here. Runs go on in it where they are."),
      h("button", { type: "button", class: "primary", onclick: use }, "Use it now"),
      h("button", { type: "button", class: "quiet", onclick: later }, "Later"),
    );
    this.hidden = false;
  }
}

define("update-offer", UpdateOffer);
