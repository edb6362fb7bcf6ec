import type { StateChange } from "./diff.ts";
import { countText } from "./figures.ts";
import { css, h } from "./h.ts";
import { digest, kindOf } from "./parts.ts";
import { ShadowElement, define } from "./shadow-element.ts";

const styles = css`
  ul { display: grid; gap: 1px; }
  li {
    padding: 7px 12px 8px 10px; border-inline-start: 3px solid var(--tone); background: var(--raised);
    overflow-wrap: anywhere;
  }
  .added { --tone: var(--good); }
  .changed { --tone: var(--warn); }
  .removed { --tone: var(--bad); }
  .path {
    display: flex; gap: 8px; justify-content: space-between; font-family: var(--mono); font-size: 11.5px;
    font-weight: 600;
  }
  .path b { font: 500 10.5px/1.7 var(--sans); color: var(--tone); white-space: nowrap; }
  .value {
    display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden;
    font-family: var(--mono); font-size: 11.5px; color: var(--muted);
  }
  .before { text-decoration: line-through; text-decoration-color: var(--bad); }
  .string { color: var(--string); }
  .number { color: var(--number); }
  .boolean, .nothing { color: var(--keyword); }
  .date { color: var(--date); }
  p { padding: 10px 12px; color: var(--muted); }
`;

const MAX_SHOWN = 60;

/** `<state-changes>`: what became of a state, part by part. */
export class StateChanges extends ShadowElement {
  constructor() {
    super(styles);
  }

  show(changes: readonly StateChange[], nothing: string): void {
    if (changes.length === 0) return this.root.replaceChildren(h("p", {}, nothing));
    const rest = changes.length - MAX_SHOWN;
    this.root.replaceChildren(
      h("ul", { "aria-label": "Changes" }, ...changes.slice(0, MAX_SHOWN).map(row)),
      ...(rest > 0 ? [h("p", {}, `and ${countText(rest, "more change")}`)] : []),
    );
  }
}

function row({ kind, steps, before, after }: StateChange): HTMLElement {
  return h(
    "li",
    { class: kind },
    h("div", { class: "path" }, h("span", {}, steps.join("").replace(/^\./, "") || "state"), h("b", {}, kind)),
    kind !== "added" && h("div", { class: `value before ${kindOf(before)}` }, digest(before)),
    kind !== "removed" && h("div", { class: `value ${kindOf(after)}` }, digest(after)),
  );
}

define("state-changes", StateChanges);
