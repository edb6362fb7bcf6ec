import { h } from "./h.ts";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly panel: HTMLElement;
}

/** A strip of tabs for panels of the same shadow root, with the keys that tabs have. */
export class Tabs {
  readonly strip: HTMLElement;
  readonly #tabs: readonly Tab[];
  readonly #buttons: ReadonlyMap<string, HTMLButtonElement>;
  #selected = "";

  constructor(label: string, tabs: readonly Tab[]) {
    this.#tabs = tabs;
    this.#buttons = new Map(tabs.map((tab) => [tab.id, this.#button(tab)]));
    this.strip = h(
      "div",
      { role: "tablist", "aria-label": label, onkeydown: (event: KeyboardEvent) => this.#onKey(event) },
      ...this.#buttons.values(),
    );
    for (const { id, panel } of tabs) {
      panel.id = `panel-${id}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `tab-${id}`);
    }
    this.select(tabs[0]!.id);
  }

  get selected(): string {
    return this.#selected;
  }

  select(id: string): void {
    this.#selected = id;
    for (const { id: one, panel } of this.#tabs) {
      panel.hidden = one !== id;
      const button = this.#buttons.get(one)!;
      button.setAttribute("aria-selected", String(one === id));
      button.tabIndex = one === id ? 0 : -1;
    }
  }

  enable(id: string, isEnabled: boolean): void {
    this.#buttons.get(id)!.disabled = !isEnabled;
    if (!isEnabled && this.#selected === id) this.select(this.#tabs[0]!.id);
  }

  #button({ id, label }: Tab): HTMLButtonElement {
    const onclick = () => this.select(id);
    return h(
      "button",
      { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, onclick },
      label,
    );
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const enabled = this.#tabs.filter(({ id }) => !this.#buttons.get(id)!.disabled);
    const at = enabled.findIndex(({ id }) => id === this.#selected);
    const { id } = enabled[(at + step + enabled.length) % enabled.length]!;
    this.select(id);
    this.#buttons.get(id)!.focus();
  }
}
