import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { StoredHead, TraceId } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { countText } from "../figures.ts";
import { base } from "../theme.ts";
import { nodeOf } from "../timeline/label.ts";
import { troubleOf } from "../trouble/trouble.ts";
import { dialogStyles } from "./dialog.styles.ts";
import { makeFork, type Repeats } from "./forking.ts";
import { define } from "../define.ts";

/** What the dialog is opened for. */
export interface ForkWish {
  readonly head: StoredHead;
  readonly name: TraceId;
  readonly repeats: Repeats;
  /** Whether the fork is wanted to go on at once. */
  readonly isToResume: boolean;
}

/** How many names of steps a warning tells. */
const NAMED_STEPS = 6;

/**
 * `<waystone-fork-dialog>`: asks what a fork is to be called and whether its state is to be edited first, and makes it.
 * Fires `forked` with what was made and whether it is to go on.
 */
export class ForkDialog extends LitElement {
  static override properties = {
    store: { attribute: false },
    wish: { state: true },
    original: { state: true },
    edited: { state: true },
    error: { state: true },
    isBusy: { state: true },
  };
  static override styles = [
    base,
    dialogStyles,
    css`
      .warning { padding: 8px 10px; border: 1px solid var(--waystone-warn-line); border-radius: var(--waystone-radius);
        background: var(--waystone-warn-soft); }
      .warning b { color: var(--waystone-warn); }
      label { display: grid; gap: 4px; font-weight: 550; }
      input[type="text"] { inline-size: 100%; font-weight: 400; }
      .editor { max-block-size: 40vh; overflow: auto; border: 1px solid var(--waystone-line); border-radius: var(--waystone-radius); }
      .error { color: var(--waystone-bad); }
    `,
  ];
  declare store: Store | undefined;
  declare wish: ForkWish | undefined;
  /** The state as it is, once it is being edited. */
  declare original: { readonly state: unknown } | undefined;
  declare edited: { readonly state: unknown } | undefined;
  declare error: unknown;
  declare isBusy: boolean;
  #copyId = "";

  async open(wish: ForkWish): Promise<void> {
    this.wish = wish;
    this.#copyId = crypto.randomUUID();
    this.original = this.edited = undefined;
    this.error = undefined;
    this.isBusy = false;
    await this.updateComplete;
    this.#dialog.showModal();
    this.#name.select();
  }

  get #dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector("dialog")!;
  }

  get #name(): HTMLInputElement {
    return this.renderRoot.querySelector("input[type=text]")!;
  }

  override render(): TemplateResult | typeof nothing {
    const { wish, original, error, isBusy } = this;
    if (wish === undefined) return nothing;
    const { head, name, repeats, isToResume } = wish;
    const fork = (resume: boolean) => () => void this.#fork(resume);
    return html`<dialog aria-labelledby="title">
      <form method="dialog" @submit=${(event: Event) => event.preventDefault()}>
        <h2 id="title">${isToResume ? "Go on from" : "Fork"} ${nodeOf(head)} #${head.seq}</h2>
        <p class="muted">A new run begins with a copy of this checkpoint. The run “${head.traceId}” stays as it is.</p>
        <label>Name of the new run <input type="text" required .value=${name} /></label>
        ${repeats.checkpoints > 0 ? warningOf(repeats) : nothing}
        ${
          original === undefined
            ? html`<div><button type="button" @click=${() => void this.#edit()}>Edit the state first</button></div>`
            : html`<div class="editor">
              <waystone-state-editor
                .value=${original.state}
                @state-edited=${(event: CustomEvent<{ readonly value: unknown }>) =>
                  (this.edited = { state: event.detail.value })}
              ></waystone-state-editor>
            </div>`
        }
        ${error === undefined ? nothing : html`<p class="error" role="alert">${errorText(error)}</p>`}
        <footer>
          <button type="button" @click=${() => this.#dialog.close()}>Cancel</button>
          <button type="button" class=${isToResume ? "" : "primary"} ?disabled=${isBusy} @click=${fork(false)}>Fork</button>
          <button type="button" class=${isToResume ? "primary" : ""} ?disabled=${isBusy} @click=${fork(true)}>
            Fork and resume
          </button>
        </footer>
      </form>
    </dialog>`;
  }

  async #edit(): Promise<void> {
    void import("../detail/further-views.ts");
    const { id } = this.wish!.head;
    try {
      const checkpoint = await this.store!.load(id);
      if (checkpoint !== undefined && this.wish?.head.id === id) this.original = { state: checkpoint.state };
    } catch (error) {
      this.error = error;
    }
  }

  async #fork(isToResume: boolean): Promise<void> {
    if (!this.#name.reportValidity()) return;
    this.isBusy = true;
    this.error = undefined;
    // What is written in a field counts, even if nobody has pressed its button.
    const editor = this.renderRoot.querySelector("waystone-state-editor");
    if ((await editor?.settle?.()) === false) {
      this.isBusy = false;
      return;
    }
    const { edited } = this;
    try {
      const made = await makeFork(this.store!, {
        head: this.wish!.head,
        traceId: this.#name.value,
        copyId: this.#copyId,
        ...(edited !== undefined && { edited }),
      });
      this.#dialog.close();
      this.dispatchEvent(new CustomEvent("forked", { detail: { made, isToResume } }));
    } catch (error) {
      this.error = error;
    }
    this.isBusy = false;
  }
}

function errorText(error: unknown): string {
  const { title, text, message } = troubleOf(error);
  return `${title}. ${message ?? text}`;
}

function warningOf({ checkpoints, steps }: Repeats): TemplateResult {
  const named = steps.slice(0, NAMED_STEPS).join(", ");
  const more = steps.length > NAMED_STEPS ? `, and ${steps.length - NAMED_STEPS} more` : "";
  return html`<p class="warning">
    <b>What followed runs again</b>
    ${
      steps.length > 0
        ? html`in the new run: ${named}${more}. What these steps did outside, such as a payment, they do once more, and with
          other idempotency keys.`
        : html`in the new run: ${countText(checkpoints, "checkpoint")} came after this one. Whatever made them and acted
          outside, acts once more.`
    }
  </p>`;
}

define("waystone-fork-dialog", ForkDialog);
