import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { StoredHead } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { sendEvent } from "../../steps/events.ts";
import { runStatus, type AwaitedEvent } from "../../steps/status.ts";
import type { AnswerGiven } from "../contract.ts";
import { base } from "../theme.ts";
import { troubleOf } from "../trouble/trouble.ts";
import { define } from "../define.ts";

/**
 * `<waystone-waiting>`: what a run of `waystone/steps` waits for, and a field to send it. It reads the run's newest state,
 * but only when somebody asks what the run waits for. Fires `sent` with what was sent.
 */
export class WaitingView extends LitElement {
  static override properties = {
    store: { attribute: false },
    latest: { attribute: false },
    events: { state: true },
    error: { state: true },
  };
  static override styles = [
    base,
    css`
      :host { padding: 8px 14px; border-block-end: 1px solid var(--waystone-warn-line); background: var(--waystone-warn-soft);
        max-block-size: 40cqb; overflow: auto; }
      .line { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; }
      b { color: var(--waystone-warn); font-weight: 600; }
      form { display: grid; gap: 6px; padding-block-start: 6px; }
      pre { margin: 0; font-family: var(--waystone-mono); font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
      textarea { inline-size: 100%; min-block-size: 34px; resize: vertical; }
      .error { color: var(--waystone-bad); }
    `,
  ];
  declare store: Store | undefined;
  /** The newest head of the run that waits. */
  declare latest: StoredHead | undefined;
  declare events: readonly AwaitedEvent[] | undefined;
  declare error: unknown;

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("latest");
    if (changed.has("latest") && before?.id !== this.latest?.id) this.events = this.error = undefined;
  }

  override render(): TemplateResult | typeof nothing {
    if (this.latest === undefined) return nothing;
    return html`<div class="line">
        <span role="status"><b>This run waits.</b> ${this.#known}</span>
        ${this.events === undefined ? html`<button type="button" @click=${() => void this.#ask()}>What for?</button>` : nothing}
      </div>
      ${this.events?.map((event) => this.#form(event))}
      ${this.error === undefined ? nothing : html`<p class="error" role="alert">${troubleOf(this.error).message}</p>`}`;
  }

  get #known(): string {
    if (this.events === undefined) return "";
    return this.events.length === 0
      ? "It needs nothing from you: its time will come, or somebody has to drive it."
      : "";
  }

  #form({ name, question }: AwaitedEvent): TemplateResult {
    const send = (event: SubmitEvent): void => {
      event.preventDefault();
      void this.#send(name, (event.target as HTMLFormElement).querySelector("textarea")!.value);
    };
    return html`<form @submit=${send}>
      <label for="value-${name}">The event <code>${name}</code>${question === undefined ? nothing : ":"}</label>
      ${question === undefined ? nothing : html`<pre>${textOf(question)}</pre>`}
      <textarea id="value-${name}" rows="1" placeholder="A text, or JSON: true, 7, { &quot;choice&quot;: 1 }"></textarea>
      <div><button class="primary">Send</button></div>
    </form>`;
  }

  async #ask(): Promise<void> {
    await this.#try(async (store, { traceId }) => {
      this.events = (await runStatus(store.trace(traceId))).events;
    });
  }

  async #send(name: string, text: string): Promise<void> {
    await this.#try(async (store, { traceId }) => {
      const value = valueOf(text);
      await sendEvent(store.trace(traceId), name, value);
      this.events = undefined;
      const detail: AnswerGiven = { traceId, name, value };
      this.dispatchEvent(new CustomEvent("sent", { detail }));
    });
  }

  async #try(work: (store: Store, latest: StoredHead) => Promise<void>): Promise<void> {
    try {
      await work(this.store!, this.latest!);
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
  }
}

function textOf(question: unknown): string {
  return typeof question === "string" ? question : (JSON.stringify(question, undefined, 2) ?? String(question));
}

/** Returns what a text says as JSON; otherwise the text. */
export function valueOf(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

define("waystone-waiting", WaitingView);
