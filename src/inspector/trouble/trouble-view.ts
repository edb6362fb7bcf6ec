import { css, html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { base } from "../theme.ts";
import type { Trouble } from "./trouble.ts";
import { define } from "../define.ts";

const CALM_SIGN = svg`<path d="M8 12h8" />`;
const ALARM_SIGN = svg`<path d="M12 7v6m0 3.6v.1" />`;

/** `<waystone-trouble>`: what is missing or has failed, in words. Fires `retry`. */
export class TroubleView extends LitElement {
  static override properties = { trouble: { attribute: false } };
  static override styles = [
    base,
    css`
      :host { display: grid; place-content: center; padding: 24px 20px; text-align: center; }
      div { max-inline-size: 46ch; margin-inline: auto; display: grid; justify-items: center; gap: 6px; }
      svg { inline-size: 34px; block-size: 34px; color: var(--waystone-muted); }
      .warn svg { color: var(--waystone-warn); }
      .bad svg { color: var(--waystone-bad); }
      h2 { font-size: 15px; }
      p { color: var(--waystone-muted); text-wrap: balance; }
      details { color: var(--waystone-muted); font-size: 12px; max-inline-size: 100%; }
      summary { cursor: pointer; padding: 4px; }
      code { display: block; overflow-wrap: anywhere; text-align: start; padding: 6px 8px; border-radius: 4px;
        background: var(--waystone-raised); border: 1px solid var(--waystone-line); }
      button { margin-block-start: 4px; }
      .loading circle { stroke-dasharray: 40 20; transform-origin: center; animation: turn 1.2s linear infinite; }
      @keyframes turn { to { transform: rotate(1turn); } }
    `,
  ];
  declare trouble: Trouble | undefined;

  override render(): TemplateResult | typeof nothing {
    if (this.trouble === undefined) return nothing;
    const { kind, tone, title, text, message, canRetry } = this.trouble;
    const retry = (): boolean => this.dispatchEvent(new Event("retry"));
    return html`<div class="${tone} ${kind}" role=${tone === "calm" ? "status" : "alert"}>
      <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" aria-hidden="true">
        <circle cx="12" cy="12" r="9.2" />
        ${kind === "loading" ? nothing : tone === "calm" ? CALM_SIGN : ALARM_SIGN}
      </svg>
      <h2>${title}</h2>
      <p>${text}</p>
      ${canRetry ? html`<button type="button" @click=${retry}>Try again</button>` : nothing}
      ${message ? html`<details><summary>What the store said</summary><code>${message}</code></details>` : nothing}
    </div>`;
  }
}

define("waystone-trouble", TroubleView);
