import { css, html, LitElement, nothing } from "lit";
import type { TraceId } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { bytesText, countText } from "../figures.ts";
import { base } from "../theme.ts";
import type { ArchiveFunctions, TransferProgress } from "../contract.ts";
import { archiveName, saveFile } from "./transfer.ts";
import { define } from "../define.ts";

/** `<waystone-transfer>`: exports traces to a file, and imports them from one, by button or by drag and drop. */
export class TransferPanel extends LitElement {
  static override properties = {
    store: { attribute: false },
    traceId: { attribute: false },
    archive: { attribute: false },
    running: { state: true },
    progress: { state: true },
    outcome: { state: true },
    isOver: { state: true },
  };
  static override styles = [
    base,
    css`
      .drop {
        display: grid; gap: 8px; padding: 12px; border: 1px dashed var(--waystone-line-strong);
        border-radius: var(--waystone-radius); background: var(--waystone-surface);
      }
      .drop.over { border-color: var(--waystone-accent); background: var(--waystone-accent-soft); }
      .bar { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
      progress { flex: 1 1 8ch; accent-color: var(--waystone-accent); min-inline-size: 0; }
      .failure { color: var(--waystone-bad); }
      p { overflow-wrap: anywhere; }
    `,
  ];

  declare store: Store;
  /** The trace to export. Default is all of them. */
  declare traceId: TraceId | undefined;
  declare archive: ArchiveFunctions;
  declare running: "export" | "import" | undefined;
  declare progress: TransferProgress | undefined;
  declare outcome: { readonly text: string; readonly isFailure: boolean } | undefined;
  declare isOver: boolean;
  #stopper = new AbortController();

  constructor() {
    super();
    this.isOver = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopper.abort();
  }

  protected override render() {
    const what = this.traceId === undefined ? "all traces" : "this trace";
    return html`
      <div
        class="drop ${this.isOver ? "over" : ""}"
        @dragover=${this.#onDragOver}
        @dragleave=${() => (this.isOver = false)}
        @drop=${this.#onDrop}
      >
        ${
          this.running === undefined
            ? html`<div class="bar">
                <button @click=${this.#export}>Export ${what}</button>
                <button @click=${() => this.#input.click()}>Import a file</button>
                <input type="file" hidden aria-label="An archive to import" @change=${this.#onPicked} />
              </div>
              <p class="muted">An archive can be dropped here, too. The export is plain text.</p>`
            : html`<div class="bar">
              <progress aria-label=${this.running}></progress>
              <span class="muted">${this.#progressText()}</span>
              <button @click=${() => this.#stopper.abort()}>Cancel</button>
            </div>`
        }
        <p role="status" class=${this.outcome?.isFailure ? "failure" : ""}>${this.outcome?.text ?? nothing}</p>
      </div>
    `;
  }

  get #input(): HTMLInputElement {
    return this.renderRoot.querySelector("input")!;
  }

  #progressText(): string {
    const { checkpoints, bytes } = this.progress ?? { checkpoints: 0, bytes: 0 };
    return `${countText(checkpoints, "checkpoint")}, ${bytesText(bytes)}`;
  }

  #onDragOver(event: DragEvent): void {
    if (this.running !== undefined || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.isOver = true;
  }

  #onDrop(event: DragEvent): void {
    event.preventDefault();
    this.isOver = false;
    const file = event.dataTransfer?.files[0];
    if (file && this.running === undefined) void this.#import(file);
  }

  #onPicked(): void {
    const file = this.#input.files?.[0];
    if (file) void this.#import(file);
  }

  #export(): Promise<void> {
    return this.#run("export", async (options) => {
      const traces = this.traceId === undefined ? {} : { traceIds: [this.traceId] };
      const stream = this.archive.exportTraces(this.store, { ...traces, ...options });
      const blob = await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
      saveFile(blob, archiveName(this.traceId));
      return `Exported ${bytesText(blob.size)}.`;
    });
  }

  #import(file: File): Promise<void> {
    return this.#run("import", async (options) => {
      const { importTraces } = this.archive;
      const done = await importTraces(this.store, file.stream(), { onConflict: "skip", ...options });
      this.dispatchEvent(new CustomEvent("changed", { bubbles: true, composed: true }));
      const added = `Imported ${countText(done.checkpoints, "checkpoint")} of ${countText(done.traces, "trace")}.`;
      const skipped = done.skipped.length === 0 ? "" : ` Left as they are: ${done.skipped.join(", ")}.`;
      return added + skipped;
    });
  }

  async #run(
    what: "export" | "import",
    work: (options: { signal: AbortSignal; onProgress: (progress: TransferProgress) => void }) => Promise<string>,
  ): Promise<void> {
    this.#stopper = new AbortController();
    const { signal } = this.#stopper;
    this.running = what;
    this.progress = undefined;
    this.outcome = undefined;
    try {
      const text = await work({ signal, onProgress: (progress) => (this.progress = progress) });
      this.outcome = { text, isFailure: false };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.outcome = signal.aborted
        ? { text: `The ${what} was cancelled.`, isFailure: false }
        : { text: `The ${what} failed: ${reason}`, isFailure: true };
    }
    this.running = undefined;
  }
}

define("waystone-transfer", TransferPanel);
