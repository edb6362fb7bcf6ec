import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { TraceId } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import type { PrunePreview } from "../../core/trace.ts";
import { define } from "../define.ts";
import { bytesText, countText } from "../figures.ts";
import { base } from "../theme.ts";

/** `<waystone-prune>`: removes the older checkpoints of a trace, once one has seen what would go. Fires `changed`. */
export class PrunePanel extends LitElement {
  static override properties = {
    store: { attribute: false },
    traceId: { attribute: false },
    keep: { state: true },
    preview: { state: true },
    message: { state: true },
  };
  static override styles = [
    base,
    css`
      :host { display: grid; gap: 6px; font-variant-numeric: tabular-nums; }
      form, .preview { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; }
      input { inline-size: 8ch; }
      .preview { padding: 8px 10px; border-radius: var(--waystone-radius); background: var(--waystone-warn-soft); }
      .danger { border-color: var(--waystone-bad); color: var(--waystone-bad); }
      p:empty { display: none; }
    `,
  ];

  declare store: Store;
  declare traceId: TraceId;
  declare keep: number;
  declare preview: PrunePreview | undefined;
  declare message: string;

  constructor() {
    super();
    this.keep = 10;
    this.message = "";
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("store") || changed.has("traceId")) this.#show(undefined);
  }

  protected override render() {
    const { preview } = this;
    return html`
      <form @submit=${this.#onSubmit}>
        <label>
          Keep the newest
          <input type="number" min="1" step="1" required .value=${String(this.keep)} @input=${this.#onKeep} />
        </label>
        <button>Preview</button>
      </form>
      ${preview ? html`<div class="preview" role="status">${this.#offer(preview)}</div>` : nothing}
      <p role="status" class="muted">${this.message}</p>
    `;
  }

  #offer({ ids, bytes }: PrunePreview) {
    if (ids.length === 0) return html`<span>Nothing would go: the trace has no more, or they are pinned.</span>`;
    const count = countText(ids.length, "checkpoint");
    return html`<span>${count} would go for good, and free ${bytesText(bytes)}.</span>
      <button class="danger" @click=${() => this.#run(() => this.#prune(ids))}>Remove ${count}</button>`;
  }

  #show(preview: PrunePreview | undefined, message = ""): void {
    this.preview = preview;
    this.message = message;
  }

  #onKeep(event: InputEvent): void {
    this.keep = (event.target as HTMLInputElement).valueAsNumber;
    this.#show(undefined);
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    void this.#run(async () => this.#show(await this.#foresee()));
  }

  #foresee(): Promise<PrunePreview> {
    return this.store.prune(this.traceId, this.keep, { dryRun: true });
  }

  async #prune(agreed: PrunePreview["ids"]): Promise<void> {
    const preview = await this.#foresee();
    if (preview.ids.join() !== agreed.join()) {
      return this.#show(preview, "The run has gone on meanwhile: this is what would go now.");
    }
    const count = await this.store.prune(this.traceId, this.keep);
    this.#show(undefined, `Removed ${countText(count, "checkpoint")}.`);
    this.dispatchEvent(new CustomEvent("changed", { bubbles: true, composed: true }));
  }

  async #run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#show(undefined, error instanceof Error ? error.message : String(error));
    }
  }
}

define("waystone-prune", PrunePanel);
