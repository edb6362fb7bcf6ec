import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { Slices } from "../slices.ts";
import { define } from "../define.ts";
import { base } from "../theme.ts";
import { classOf, kindOf } from "../values/kinds.ts";
import { formatPath, valueAt, type Path } from "../values/path.ts";
import { canEdit, editState, isOpenToEdits, type Edit } from "./edit.ts";
import type { PathSelected } from "./state-tree.ts";
import { readField, WRITTEN, writeField, writtenAs, type Written } from "./written-values.ts";
import "./state-tree.ts";

const MOST_UNDONE = 20;

/**
 * `<waystone-state-editor>`: a state to be changed. Each change is told as `state-edited`, with a state of its own: the
 * one that was handed in, and those that were told before, stay as they are.
 */
export class StateEditor extends LitElement {
  static override properties = {
    value: { attribute: false },
    edited: { state: true },
    path: { state: true },
    as: { state: true },
    problem: { state: true },
  };
  static override styles = [
    base,
    css`
      :host { display: flex; flex-direction: column; block-size: 100%; min-block-size: 320px; }
      waystone-state-tree { flex: 1 1 auto; min-block-size: 0; block-size: auto; }
      form { display: grid; gap: 8px; padding: 10px; background: var(--waystone-raised); }
      .bar { display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: center; }
      .path { flex: 1 1 10ch; font-weight: 600; overflow-wrap: anywhere; }
      .field { flex: 1 1 16ch; min-inline-size: 0; font-family: var(--waystone-mono); font-size: 12px; }
      textarea { resize: vertical; field-sizing: content; min-block-size: 32px; max-block-size: 30vh; }
      [aria-invalid="true"] { border-color: var(--waystone-bad); }
      .problem { color: var(--waystone-bad); }
      .problem:empty { display: none; }
    `,
  ];

  /** The state to edit: a value of its own, which nobody changes. */
  declare value: unknown;
  declare edited: unknown;
  declare path: Path;
  declare as: Written | undefined;
  declare problem: string;
  #past: unknown[] = [];
  #underWay = Promise.resolve();
  /** What was in the field when its type was changed. */
  #written = "";

  constructor() {
    super();
    this.path = [];
    this.problem = "";
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // A page may hand back what it was told.
    if (!changed.has("value") || this.value === this.edited) return;
    this.edited = this.value;
    this.#past = [];
    this.#select(this.path);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const field = this.renderRoot.querySelector<HTMLInputElement>("[name=text]");
    if (changed.has("edited") || changed.has("path")) {
      const value = valueAt(this.edited, this.path)?.value;
      this.renderRoot.querySelector("form")!.reset();
      if (field) field.value = isOpenToEdits(value) ? "" : writeField(value);
    } else if (changed.has("as") && field) {
      field.value = this.#written;
    }
  }

  protected override render() {
    const found = valueAt(this.edited, this.path);
    return html`
      <waystone-state-tree
        .value=${this.edited}
        .selectedPath=${this.path}
        .hasDetail=${false}
        @path-selected=${this.#onSelected}
      ></waystone-state-tree>
      <form @submit=${this.#onSubmit} novalidate>
        <div class="bar">
          <code class="path">${formatPath(this.path) || "state"}</code>
          <button type="button" ?disabled=${this.#past.length === 0} @click=${this.#undo}>Undo</button>
          ${
            this.path.length > 0 && canEdit(this.edited, this.path)
              ? html`<button type="button" @click=${() => this.#edit({ kind: "remove", path: this.path })}>Remove</button>`
              : nothing
          }
        </div>
        ${found ? this.#form(found.value) : nothing}
        <p class="problem" id="problem" role="alert">${this.problem}</p>
      </form>
    `;
  }

  #form(value: unknown) {
    if (!canEdit(this.edited, this.path)) {
      return html`<p class="muted">It is inside of what only code can change.</p>`;
    }
    if (isOpenToEdits(value)) return this.#adding(value);
    if (this.as === undefined) {
      return html`<p class="muted">
        ${kindOf(value) === "object" ? `An instance of ${classOf(value as object)}` : `A value of this kind`} stays as it is:
        it can be removed, and only code can change it.
      </p>`;
    }
    return html`<div class="bar">${this.#typeSelect("Type")} ${this.#field(() => this.#set())}<button>Set</button></div>`;
  }

  #adding(value: object) {
    return html`<div class="bar">
      ${isNamed(value) ? html`<input class="field" name="name" aria-label="Name of what is added" placeholder="name" />` : nothing}
      ${this.#typeSelect("Type of what is added")} ${this.#field()}
      <button>Add</button>
    </div>`;
  }

  #typeSelect(label: string) {
    return html`<select aria-label=${label} .value=${this.as ?? "string"} @change=${this.#onType}>
      ${WRITTEN.map((name) => html`<option ?selected=${name === (this.as ?? "string")}>${name}</option>`)}
    </select>`;
  }

  #field(onChange?: () => void) {
    const as = this.as ?? "string";
    if (as === "null" || as === "undefined") return nothing;
    const isInvalid = this.problem !== "";
    return as === "string"
      ? html`<textarea class="field" name="text" rows="1" aria-label="Value" aria-describedby="problem" @change=${onChange}></textarea>`
      : html`<input
          class="field"
          name="text"
          aria-label="Value"
          aria-describedby="problem"
          aria-invalid=${isInvalid}
          autocomplete="off"
          spellcheck="false"
          @change=${onChange}
        />`;
  }

  #onSelected(event: CustomEvent<PathSelected>): void {
    // The tree inside is no business of the page's.
    event.stopPropagation();
    this.#select(event.detail.path);
  }

  #select(path: Path): void {
    this.path = path;
    this.problem = "";
    this.as = writtenAs(valueAt(this.edited, path)?.value);
  }

  #onType(event: Event): void {
    this.#written = this.#textOf("text");
    this.as = (event.target as HTMLSelectElement).value as Written;
    this.problem = "";
  }

  /**
   * Takes over what is written in the fields.
   *
   * @returns Whether that is done: `state-edited` has told of it. If not, it says at the field what is wrong.
   */
  async settle(): Promise<boolean> {
    const value = valueAt(this.edited, this.path)?.value;
    if (!isOpenToEdits(value)) this.#set();
    else if (this.#textOf("name") !== "" || this.#textOf("text") !== "")
      this.problem = "Add it first, or empty the fields.";
    await this.#underWay;
    return this.problem === "";
  }

  #textOf(name: string): string {
    return this.renderRoot.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? "";
  }

  /** Reads the field. Says what is wrong with it, and returns `undefined` then. */
  #read(): { readonly value: unknown } | undefined {
    const read = readField(this.#textOf("text"), this.as ?? "string");
    this.problem = "problem" in read ? read.problem : "";
    return "problem" in read ? undefined : read;
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    const container = valueAt(this.edited, this.path)?.value;
    if (isOpenToEdits(container)) this.#add(container);
    else this.#set();
  }

  /** Sets the selected value to what is written, if that is something else. */
  #set(): void {
    const value = valueAt(this.edited, this.path)?.value;
    if (this.as === undefined || !canEdit(this.edited, this.path)) return;
    const isText = this.as !== "null" && this.as !== "undefined";
    if (writtenAs(value) === this.as && (!isText || writeField(value) === this.#textOf("text"))) return;
    const read = this.#read();
    if (read) this.#edit({ kind: "set", path: this.path, ...read });
  }

  #add(container: object): void {
    const read = this.#read();
    const name = this.#textOf("name");
    if (!read) return;
    if (isNamed(container) && isTaken(container, name)) this.problem = "There is something of that name already.";
    else this.#edit({ kind: "add", path: this.path, name, ...read });
  }

  #edit(edit: Edit): void {
    this.#underWay = this.#apply(edit, this.#underWay);
  }

  async #apply(edit: Edit, before: Promise<void>): Promise<void> {
    await before;
    const { edited } = this;
    // An edit before it may have removed its place.
    if (!canEdit(edited, edit.path)) return;
    const after = await editState(edited, edit, new Slices());
    this.#past = [...this.#past.slice(1 - MOST_UNDONE), edited];
    this.#take(after);
  }

  #undo(): void {
    this.#take(this.#past.pop());
  }

  #take(value: unknown): void {
    this.edited = value;
    let { path } = this;
    while (valueAt(value, path) === undefined) path = path.slice(0, -1);
    this.#select(path);
    this.dispatchEvent(new CustomEvent("state-edited", { detail: { value }, bubbles: true, composed: true }));
  }
}

function isNamed(container: object): boolean {
  return kindOf(container) === "object" || kindOf(container) === "map";
}

function isTaken(container: object, name: string): boolean {
  return container instanceof Map ? container.has(name) : Object.hasOwn(container, name);
}

define("waystone-state-editor", StateEditor);

declare global {
  interface HTMLElementTagNameMap {
    "waystone-state-editor": StateEditor;
  }
}
