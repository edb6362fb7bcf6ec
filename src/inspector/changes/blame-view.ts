import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import type { CheckpointId, StoredHead } from "../../core/checkpoint.ts";
import { countText, dateText } from "../figures.ts";
import { base } from "../theme.ts";
import { nodeOf, noteOf } from "../timeline/label.ts";
import { describe } from "../values/kinds.ts";
import { formatPath, type Path } from "../values/path.ts";
import { blame, type BlamedStore, type Finding } from "./blame.ts";
import { define } from "../define.ts";

type Shown = Exclude<Finding, { kind: "looked" }>;

const DOUBTS = {
  gone: "It may be older: the checkpoint before it is gone.",
  damaged: "It may be older: the checkpoint before it is damaged.",
};

/** `<waystone-blame>`: which checkpoint made a value, and which changed it later. */
export class BlameView extends LitElement {
  static override properties = {
    store: { attribute: false },
    checkpointId: { attribute: false },
    path: { attribute: false },
    findings: { state: true },
    looked: { state: true },
    stage: { state: true },
    failure: { state: true },
  };
  static override styles = [
    base,
    css`
      :host { display: grid; gap: 8px; padding: 10px; align-content: start; }
      .bar { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; }
      .path { font-weight: 600; overflow-wrap: anywhere; }
      .progress { margin-inline-start: auto; }
      ol { display: grid; gap: 6px; }
      li button {
        display: grid; inline-size: 100%; justify-items: start; justify-content: stretch; gap: 2px; padding: 7px 10px; white-space: normal;
        text-align: start; border-inline-start: 3px solid var(--tone);
      }
      .made { --tone: var(--waystone-accent); }
      .changed { --tone: var(--waystone-warn); }
      .what { font-weight: 600; color: var(--tone); }
      .values { font: 12px/1.5 var(--waystone-mono); overflow-wrap: anywhere; }
      ins { color: var(--waystone-good); text-decoration-thickness: 1px; }
      del { color: var(--waystone-bad); }
      .failure { color: var(--waystone-bad); }
    `,
  ];

  /** The store that the checkpoint is in. */
  declare store: BlamedStore | undefined;
  /** The checkpoint whose value it is. */
  declare checkpointId: CheckpointId | undefined;
  /** Where the value is in its state. */
  declare path: Path | undefined;
  declare findings: readonly Shown[];
  declare looked: number;
  declare stage: "idle" | "searching" | "done" | "stopped";
  declare failure: string | undefined;
  #running = new AbortController();

  constructor() {
    super();
    this.findings = [];
    this.looked = 0;
    this.stage = "idle";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#running.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("store") || changed.has("checkpointId") || changed.has("path")) void this.#search();
  }

  async #search(): Promise<void> {
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    const { store, checkpointId, path } = this;
    this.findings = [];
    this.looked = 0;
    this.failure = undefined;
    this.stage = "idle";
    if (!store || checkpointId === undefined || path === undefined) return;
    this.stage = "searching";
    try {
      for await (const finding of blame(store, checkpointId, path, { signal })) {
        signal.throwIfAborted();
        if (finding.kind === "looked") this.looked += 1;
        else this.findings = [...this.findings, finding];
      }
      if (!signal.aborted) this.stage = "done";
    } catch (error) {
      if (signal.aborted) return;
      this.stage = "done";
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  #stop(): void {
    this.#running.abort();
    this.stage = "stopped";
  }

  protected override render() {
    const { stage, path, findings } = this;
    if (stage === "idle" || path === undefined)
      return html`<p class="muted">Select a value to see where it comes from.</p>`;
    const isAbsent = stage === "done" && findings.length === 0 && this.failure === undefined;
    return html`
      <div class="bar">
        <code class="path">${formatPath(path) || "state"}</code>
        <span class="progress muted" role="status">${this.#progress()}</span>
        ${stage === "searching" ? html`<button @click=${this.#stop}>Stop</button>` : nothing}
      </div>
      ${this.failure === undefined ? nothing : html`<p class="failure" role="alert">${this.failure}</p>`}
      ${isAbsent ? html`<p class="muted">This checkpoint has nothing there.</p>` : nothing}
      <ol aria-label="Checkpoints that made or changed it">
        ${findings.map((finding) => this.#row(finding))}
      </ol>
    `;
  }

  #progress(): string {
    const count = countText(this.looked, "checkpoint");
    if (this.stage === "searching") return `reading, ${count} so far`;
    return this.stage === "stopped" ? `stopped after ${count}` : `${count} read`;
  }

  #row({ kind, head, before, after, ...rest }: Shown) {
    const doubt = "doubt" in rest && rest.doubt !== undefined ? DOUBTS[rest.doubt] : undefined;
    return html`<li class=${kind}>
      <button @click=${() => this.#select(head)}>
        <span><span class="what">${kind} by ${nodeOf(head)}</span> <span class="muted">${noteOf(head)}</span></span>
        <span class="values">
          ${before ? html`<del>${describe(before.value)}</del> → ` : nothing}
          <ins>${after ? describe(after.value) : "nothing"}</ins>
        </span>
        <span class="muted">${head.traceId}, ${dateText(head.createdAt)}</span>
        ${doubt === undefined ? nothing : html`<span class="muted">${doubt}</span>`}
      </button>
    </li>`;
  }

  #select({ id }: StoredHead): void {
    this.dispatchEvent(new CustomEvent("checkpoint-selected", { detail: { id }, bubbles: true, composed: true }));
  }
}

define("waystone-blame", BlameView);

declare global {
  interface HTMLElementTagNameMap {
    "waystone-blame": BlameView;
  }
}
