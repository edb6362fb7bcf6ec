import type { StoredHead } from "waystone";
import { diff } from "./diff.ts";
import { bytesText, countText, dateText, timeText } from "./figures.ts";
import { css, h, styled } from "./h.ts";
import { nodeTone } from "./node-tone.ts";
import { ShadowElement, define } from "./shadow-element.ts";
import { StateChanges } from "./state-changes.ts";
import { StateTree } from "./state-tree.ts";

const styles = css`
  :host { display: grid; grid-template-rows: auto minmax(0, 1fr); min-block-size: 0; container-type: inline-size; }
  .facts {
    display: flex; flex-wrap: wrap; gap: 4px 22px; padding: 10px 16px; border-block-end: 1px solid var(--line);
    background: var(--raised);
  }
  .facts div { display: flex; gap: 7px; align-items: baseline; min-inline-size: 0; }
  dt { color: var(--muted); font-size: 11.5px; }
  dd { font-variant-numeric: tabular-nums; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .go { font-weight: 600; }
  .go i {
    display: inline-block; inline-size: 8px; block-size: 8px; margin-inline-end: 5px; border-radius: 50%;
    background: var(--tone);
  }
  .panes { display: grid; grid-template-columns: minmax(0, 1fr) minmax(260px, 36%); min-block-size: 0; }
  .pane { display: grid; grid-template-rows: auto minmax(0, 1fr); min-inline-size: 0; min-block-size: 0; }
  .pane + .pane { border-inline-start: 1px solid var(--line); }
  h3 {
    display: flex; justify-content: space-between; padding: 9px 16px 5px; font-size: 11.5px; font-weight: 600;
    color: var(--muted);
  }
  h3 span { font-weight: 400; }
  .scroll {
    overflow: auto; padding-block-end: 16px; scrollbar-width: thin; scrollbar-color: var(--line-strong) transparent;
  }
  state-tree { padding-inline: 8px; }
  .scroll:has(state-changes) { padding-inline: 12px; }
  @container (inline-size < 640px) {
    .panes { grid-template-columns: minmax(0, 1fr); grid-template-rows: auto auto; }
    .pane:last-child { order: -1; }
    .pane + .pane { border-inline-start: none; border-block-end: 1px solid var(--line); }
    .scroll:has(state-changes) { max-block-size: 240px; }
  }
`;

/** What the detail shows of one checkpoint. */
export interface Shown {
  readonly head: StoredHead;
  /** Its place in the trace, from 1. */
  readonly place: number;
  readonly state: unknown;
  /** The state of the checkpoint before it; absent where there is none. */
  readonly before?: { readonly state: unknown };
}

/** `<checkpoint-detail>`: one checkpoint: its facts, its state as a tree, and what changed from the one before. */
export class CheckpointDetail extends ShadowElement {
  readonly #facts = h("dl", { class: "facts" });
  readonly #tree = new StateTree();
  readonly #changes = new StateChanges();
  readonly #count = h("span");

  constructor() {
    super(styles);
    this.root.append(
      this.#facts,
      h(
        "div",
        { class: "panes" },
        h(
          "section",
          { class: "pane", "aria-label": "State" },
          h("h3", {}, "State"),
          h("div", { class: "scroll" }, this.#tree),
        ),
        h(
          "section",
          { class: "pane", "aria-label": "Changes from the checkpoint before" },
          h("h3", {}, "Changed in this step", this.#count),
          h("div", { class: "scroll" }, this.#changes),
        ),
      ),
    );
  }

  show({ head, place, state, before }: Shown): void {
    const changes = before ? diff(before.state, state) : [];
    this.#facts.replaceChildren(...facts(head, place));
    this.#tree.show(state, changes);
    this.#count.textContent = before ? countText(changes.length, "change") : "";
    this.#changes.show(changes, before ? "Nothing but the step itself." : "This is where the run began.");
  }
}

function facts(head: StoredHead, place: number): HTMLElement[] {
  const node = String(head.metadata?.node ?? "checkpoint");
  const fact = (name: string, ...value: (Node | string)[]) => h("div", {}, h("dt", {}, name), h("dd", {}, ...value));
  const dot = (name: string) => styled(h("i", { "aria-hidden": "true" }), { "--tone": nodeTone(name) });
  return [
    fact(`#${place}`, h("span", { class: "go" }, dot(node), node)),
    fact("next", head.nextNode ? h("span", { class: "go" }, dot(head.nextNode), head.nextNode) : "none: complete"),
    fact(
      "saved",
      h(
        "time",
        { datetime: new Date(head.timestamp).toISOString(), title: dateText(head.timestamp) },
        timeText(head.timestamp),
      ),
    ),
    fact("stored", `${bytesText(head.bytes)} of ${bytesText(head.stateBytes)}`),
    fact("id", h("code", { title: head.id }, head.id.slice(0, 8))),
    ...(head.parentId ? [fact("parent", h("code", { title: head.parentId }, head.parentId.slice(0, 8)))] : []),
  ];
}

define("checkpoint-detail", CheckpointDetail);
