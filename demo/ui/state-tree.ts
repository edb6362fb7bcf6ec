import type { StateChange } from "./diff.ts";
import { css, h, styled } from "./h.ts";
import type { Part } from "./parts.ts";
import { kindOf, partsOf, preview } from "./parts.ts";
import { ShadowElement, define } from "./shadow-element.ts";

const styles = css`
  [role="tree"] { font-family: var(--mono); font-size: 12px; line-height: 1.6; }
  [role="treeitem"] {
    display: flex; align-items: baseline; gap: 6px; min-inline-size: 0;
    padding: 0 10px 0 calc(8px + var(--depth) * 16px); border-inline-start: 2px solid transparent; border-radius: 3px;
    cursor: default;
    background-image: repeating-linear-gradient(to right, transparent 0 15px, var(--line) 15px 16px);
    background-repeat: no-repeat; background-origin: content-box;
    background-position: calc(2px - var(--depth) * 16px) 0;
    background-size: calc(var(--depth) * 16px) 100%;
  }
  [role="treeitem"]:hover { background-color: var(--hover); }
  [role="treeitem"]:focus-visible { outline-offset: -2px; }
  .twist {
    flex: none; inline-size: 10px; color: var(--muted); font-size: 9px; text-align: center; transition: rotate 0.1s;
  }
  [aria-expanded="true"] > .twist { rotate: 90deg; }
  .key { flex: none; color: var(--text); }
  .key::after { content: ":"; color: var(--muted); }
  .value { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-inline-size: 0; }
  [role="treeitem"]:focus > .value { white-space: pre-wrap; overflow-wrap: anywhere; }
  .string { color: var(--string); }
  .number { color: var(--number); }
  .boolean, .nothing { color: var(--keyword); }
  .date, .other { color: var(--date); }
  .group { color: var(--muted); }
  .added, .changed { border-inline-start-color: var(--good); background-color: var(--good-soft); }
  .changed { border-inline-start-color: var(--warn); background-color: var(--warn-soft); }
  .within > .key { text-decoration: underline dotted var(--warn); text-underline-offset: 3px; }
  .more { color: var(--muted); font-style: italic; }
`;

const PAGE = 100;

interface Row extends Part {
  readonly path: string;
  readonly parentPath: string | undefined;
  readonly depth: number;
  readonly isGroup: boolean;
  /** Set on the row that stands for the parts not shown yet. */
  readonly rest?: number;
}

/** `<state-tree>`: any value as a collapsible tree, with what was added or changed marked. */
export class StateTree extends ShadowElement {
  readonly #tree = h("div", {
    role: "tree",
    "aria-label": "State",
    onkeydown: (event: KeyboardEvent) => this.#onKey(event),
    onclick: (event: MouseEvent) => this.#onClick(event),
  });
  #value: unknown;
  #marks: ReadonlyMap<string, StateChange["kind"]> = new Map();
  #within: ReadonlySet<string> = new Set();
  readonly #opened = new Set([""]);
  readonly #closed = new Set<string>();
  readonly #shown = new Map<string, number>();
  #rows: Row[] = [];
  #current = "";

  constructor() {
    super(styles);
    this.root.append(this.#tree);
  }

  /** Shows `value`, with `changes` marked; all that contains one is opened. */
  show(value: unknown, changes: readonly StateChange[] = []): void {
    this.#value = value;
    this.#marks = new Map(changes.map(({ steps, kind }) => [steps.join(""), kind]));
    this.#within = new Set(changes.flatMap(({ steps }) => steps.map((_, count) => steps.slice(0, count).join(""))));
    this.#draw();
  }

  #isOpen(path: string): boolean {
    return !this.#closed.has(path) && (this.#opened.has(path) || this.#within.has(path));
  }

  #draw(hadFocus = this.root.activeElement !== null): void {
    this.#rows = this.#rowsOf({ step: "", label: "state", value: this.#value }, "", undefined, 0);
    if (!this.#rows.some(({ path }) => path === this.#current)) this.#current = "";
    this.#tree.replaceChildren(...this.#rows.map((row) => this.#element(row)));
    if (hadFocus) this.#focusCurrent();
  }

  #rowsOf(part: Part, path: string, parentPath: string | undefined, depth: number): Row[] {
    const parts = partsOf(part.value);
    const isGroup = parts !== undefined && parts.length > 0;
    const row: Row = { ...part, path, parentPath, depth, isGroup };
    if (!isGroup || !this.#isOpen(path)) return [row];
    const shown = this.#shown.get(path) ?? PAGE;
    const rows = parts.slice(0, shown).flatMap((child) => this.#rowsOf(child, path + child.step, path, depth + 1));
    const rest = parts.length - shown;
    if (rest <= 0) return [row, ...rows];
    const more: Row = {
      step: "",
      label: "",
      value: "",
      path: `${path}…`,
      parentPath: path,
      depth: depth + 1,
      isGroup: false,
      rest,
    };
    return [row, ...rows, more];
  }

  #element(row: Row): HTMLElement {
    const { path, depth, isGroup, label, value, rest } = row;
    const mark = this.#marks.get(path) ?? (this.#within.has(path) && path !== "" ? "within" : "");
    const item = h(
      "div",
      {
        role: "treeitem",
        class: mark || undefined,
        tabindex: path === this.#current ? 0 : -1,
        "data-path": path,
        "aria-level": depth + 1,
        "aria-expanded": isGroup ? String(this.#isOpen(path)) : undefined,
      },
      h("span", { class: "twist", "aria-hidden": "true" }, isGroup ? "▶" : ""),
      ...(rest
        ? [h("span", { class: "more" }, `show ${Math.min(PAGE, rest)} of ${rest} more`)]
        : [h("span", { class: "key" }, label), h("span", { class: `value ${kindOf(value)}` }, preview(value))]),
      (mark === "added" || mark === "changed") && h("span", { class: "visually-hidden" }, `, ${mark}`),
    );
    return styled(item, { "--depth": depth });
  }

  #toggle(row: Row, open = !this.#isOpen(row.path)): void {
    if (row.rest) this.#shown.set(row.parentPath ?? "", (this.#shown.get(row.parentPath ?? "") ?? PAGE) + PAGE);
    else if (row.isGroup) {
      (open ? this.#opened : this.#closed).add(row.path);
      (open ? this.#closed : this.#opened).delete(row.path);
    }
    this.#draw();
  }

  #onClick(event: MouseEvent): void {
    // What lies under the pointer now: the rows may have been drawn anew since it was pressed.
    const under = this.root.elementFromPoint(event.clientX, event.clientY);
    const path = under?.closest<HTMLElement>("[role=treeitem]")?.dataset.path;
    const row = this.#rows.find((one) => one.path === path);
    if (!row) return;
    this.#setCurrent(row.path);
    this.#toggle(row);
  }

  #onKey(event: KeyboardEvent): void {
    const at = this.#rows.findIndex(({ path }) => path === this.#current);
    const row = this.#rows[at];
    if (!row) return;
    const isOpen = row.isGroup && this.#isOpen(row.path);
    const go = (to: number) => this.#setCurrent(this.#rows[Math.max(0, Math.min(to, this.#rows.length - 1))]!.path);
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(this.#rows.length - 1),
      ArrowRight: () => (isOpen ? go(at + 1) : row.isGroup && this.#toggle(row, true)),
      ArrowLeft: () =>
        isOpen ? this.#toggle(row, false) : row.parentPath !== undefined && this.#setCurrent(row.parentPath),
      Enter: () => this.#toggle(row),
      " ": () => this.#toggle(row),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #setCurrent(path: string): void {
    this.#current = path;
    for (const item of this.#tree.children)
      (item as HTMLElement).tabIndex = (item as HTMLElement).dataset.path === path ? 0 : -1;
    this.#focusCurrent();
  }

  #focusCurrent(): void {
    this.#tree.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  }
}

define("state-tree", StateTree);
