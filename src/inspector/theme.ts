/**
 * The room `inspector` is `<checkpoint-inspector>`, a custom element that shows any store behind the public interfaces.
 *
 * - `contract.ts` is what pages know of it: its properties and events. `checkpoint-inspector.ts` is the element, and
 *   `session.ts` what it shows: which run, and which of its checkpoints.
 * - `runs/` lists the traces, `timeline/` draws a run and its forks, `travel/` forks, resumes and sends events.
 * - `detail/` shows one checkpoint. `state/`, `changes/` and `storage/` are its tabs, each an element of its own. `values/` is what they
 *   know of the values of a state.
 * - `trouble/` is what is shown where something is missing or has failed.
 *
 * `runs/` and `timeline/` have a side without any interface, which reads heads and never states.
 */
import { css } from "lit";

/**
 * The look of the inspector: custom properties, which a page sets on `<checkpoint-inspector>` to change them. The parts
 * inside inherit them. Light and dark go by the `color-scheme` of the page, or of the element.
 */
export const theme = css`
  :host {
    --waystone-bg: light-dark(#f3f1ed, #121417);
    --waystone-surface: light-dark(#ffffff, #191c20);
    --waystone-raised: light-dark(#faf8f5, #1f2328);
    --waystone-hover: light-dark(#f1eee9, #262b31);
    --waystone-pressed: light-dark(#e7e3dc, #2d333a);
    --waystone-line: light-dark(#e5e1da, #282d33);
    --waystone-line-strong: light-dark(#cfc9bf, #3b424a);
    --waystone-text: light-dark(#1c1e21, #e5e7ea);
    --waystone-muted: light-dark(#5c6067, #98a0aa);

    --waystone-accent: light-dark(#0f6a5b, #56c5ab);
    --waystone-accent-strong: light-dark(#0b5548, #74d6bf);
    --waystone-on-accent: light-dark(#ffffff, #08231d);
    --waystone-accent-soft: light-dark(#e1f0ec, #16302b);
    --waystone-accent-line: light-dark(#a9d2c8, #2b5a50);
    --waystone-focus: light-dark(#1c7fd6, #6cb4ff);

    --waystone-good: light-dark(#1a7440, #5cc98a);
    --waystone-good-soft: light-dark(#e2f3e8, #15301f);
    --waystone-warn: light-dark(#8a5000, #e8ae55);
    --waystone-warn-soft: light-dark(#fcf1dd, #2b2416);
    --waystone-warn-line: light-dark(#e8c98d, #66501f);
    --waystone-bad: light-dark(#b3261e, #f28b82);
    --waystone-bad-soft: light-dark(#fce8e6, #3a1a18);
    --waystone-info: light-dark(#1d5fa8, #7fb5f0);
    --waystone-info-soft: light-dark(#e4eefa, #172a40);

    --waystone-string: light-dark(#1a6b3c, #8fd3a8);
    --waystone-number: light-dark(#1d5fa8, #83b9f2);
    --waystone-keyword: light-dark(#8b3fa0, #d09be0);
    --waystone-date: light-dark(#8a5000, #e3b269);

    --waystone-lane-1: light-dark(#0f6a5b, #56c5ab);
    --waystone-lane-2: light-dark(#2774c4, #6aaef2);
    --waystone-lane-3: light-dark(#b06a00, #e0a04a);
    --waystone-lane-4: light-dark(#7d52b8, #b394e8);
    --waystone-lane-5: light-dark(#c8442f, #f08a72);
    --waystone-lane-6: light-dark(#7b8087, #8b939d);

    --waystone-radius: 7px;
    --waystone-sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    --waystone-mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  }
`;

/** What every element of the inspector begins with: text, focus, buttons and fields. */
export const base = css`
  :host {
    display: block;
    min-inline-size: 0;
    box-sizing: border-box;
    font: 13px/1.5 var(--waystone-sans);
    font-synthesis: none;
    color: var(--waystone-text);
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  h1,
  h2,
  h3 {
    font-size: inherit;
    font-weight: 600;
  }
  ul,
  ol {
    list-style: none;
  }
  code,
  .mono {
    font-family: var(--waystone-mono);
    font-size: 0.923em;
  }
  .muted {
    color: var(--waystone-muted);
  }
  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
  }
  :focus-visible {
    outline: 2px solid var(--waystone-focus);
    outline-offset: 2px;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-block-size: 28px;
    padding: 3px 11px;
    border: 1px solid var(--waystone-line-strong);
    border-radius: var(--waystone-radius);
    background: var(--waystone-surface);
    cursor: pointer;
    white-space: nowrap;
  }
  button:hover:not(:disabled) {
    background: var(--waystone-hover);
  }
  button:active:not(:disabled) {
    background: var(--waystone-pressed);
  }
  button:disabled {
    cursor: default;
    opacity: 0.55;
  }
  button.primary {
    background: var(--waystone-accent);
    border-color: var(--waystone-accent);
    color: var(--waystone-on-accent);
    font-weight: 600;
  }
  button.primary:hover:not(:disabled) {
    background: var(--waystone-accent-strong);
    border-color: var(--waystone-accent-strong);
  }
  button.quiet {
    border-color: transparent;
    background: none;
    color: var(--waystone-muted);
    padding-inline: 8px;
  }
  button.quiet:hover:not(:disabled) {
    background: var(--waystone-hover);
    color: var(--waystone-text);
  }
  button[aria-pressed="true"] {
    background: var(--waystone-accent-soft);
    border-color: var(--waystone-accent-line);
    color: var(--waystone-accent);
  }
  input,
  textarea,
  select {
    min-block-size: 28px;
    padding: 3px 8px;
    border: 1px solid var(--waystone-line-strong);
    border-radius: var(--waystone-radius);
    background: var(--waystone-surface);
  }
  ::placeholder {
    color: var(--waystone-muted);
    opacity: 1;
  }
  @media (pointer: coarse) {
    button,
    input,
    select {
      min-block-size: 40px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }
`;
