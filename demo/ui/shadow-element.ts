import { css } from "./h.ts";

const base = css`
  :host { display: block; min-width: 0; }
  :host([hidden]), [hidden] { display: none !important; }
  *, ::before, ::after { box-sizing: border-box; }
  h1, h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  code, .mono { font-family: var(--mono); font-size: 0.923em; }
  a { color: var(--accent); text-underline-offset: 2px; }
  .muted { color: var(--muted); }
  .visually-hidden {
    position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  }
  button, input, select, textarea { font: inherit; color: inherit; }
  :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  button {
    display: inline-flex; align-items: center; justify-content: center; gap: 6px;
    min-block-size: 30px; padding: 4px 12px; border: 1px solid var(--line-strong); border-radius: var(--radius);
    background: var(--surface); cursor: pointer; white-space: nowrap;
    transition: background 0.12s, border-color 0.12s;
  }
  button:hover:not(:disabled) { background: var(--hover); }
  button:active:not(:disabled) { background: var(--pressed); }
  button:disabled { cursor: default; opacity: 0.55; }
  button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
  button.primary:hover:not(:disabled) { background: var(--accent-strong); border-color: var(--accent-strong); }
  button.quiet { border-color: transparent; background: none; color: var(--muted); padding-inline: 8px; }
  button.quiet:hover:not(:disabled) { background: var(--hover); color: var(--text); }
  button[aria-pressed="true"] {
    background: var(--accent-soft); border-color: var(--accent-line); color: var(--accent);
  }
  @media (pointer: coarse) { button { min-block-size: 40px; } }
`;

/** A custom element with a shadow root that knows the page's look. */
export class ShadowElement extends HTMLElement {
  protected readonly root: ShadowRoot;

  constructor(...sheets: CSSStyleSheet[]) {
    super();
    this.root = this.attachShadow({ mode: "open" });
    this.root.adoptedStyleSheets = [base, ...sheets];
  }
}

/** Names an element once, however often its module is loaded. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
