import { h } from "./h.ts";

const CAIRN =
  '<svg viewBox="0 0 32 32" aria-hidden="true"><ellipse cx="16" cy="26" rx="13" ry="5"/>' +
  '<ellipse cx="17" cy="16.5" rx="9" ry="4.4" opacity=".75"/><ellipse cx="15.5" cy="8" rx="6" ry="3.8" opacity=".5"/></svg>';

/** The page's mark and name. */
export function brand(): HTMLElement {
  const element = h(
    "div",
    { class: "brand" },
    h("div", {}, h("h1", {}, "Baseline scout"), h("p", {}, "An agent whose every step is a checkpoint")),
  );
  element.insertAdjacentHTML("afterbegin", CAIRN);
  return element;
}
