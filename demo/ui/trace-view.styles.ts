import { css } from "./h.ts";

export const styles = css`
  :host { display: grid; grid-template-columns: minmax(290px, 352px) minmax(0, 1fr); min-block-size: 0; }
  .timeline {
    display: grid; grid-template-rows: auto minmax(0, 1fr); min-block-size: 0; border-inline-end: 1px solid var(--line);
  }
  .timeline header, .tabbar {
    display: flex; align-items: center; gap: 8px; block-size: 42px; padding-inline: 16px 10px;
    border-block-end: 1px solid var(--line);
  }
  .timeline h2 { margin-inline-end: auto; font-size: 12px; font-weight: 600; }
  .timeline h2 small {
    margin-inline-start: 6px; font-weight: 400; color: var(--muted); font-size: 12px;
    font-variant-numeric: tabular-nums;
  }
  .timeline header button { min-block-size: 26px; padding: 1px 10px; font-size: 12px; }
  .detail { display: grid; grid-template-rows: auto minmax(0, 1fr); min-block-size: 0; min-inline-size: 0; }
  .detail > [role="tabpanel"] { min-block-size: 0; min-inline-size: 0; }
  [role="tablist"] { display: flex; gap: 2px; align-self: stretch; margin-inline-start: -8px; }
  [role="tab"] {
    border: none; border-radius: 0; border-block-end: 2px solid transparent; background: none !important;
    color: var(--muted); padding: 2px 10px 0;
  }
  [role="tab"]:hover:not(:disabled) { color: var(--text); }
  [role="tab"][aria-selected="true"] { color: var(--text); font-weight: 600; border-block-end-color: var(--accent); }
  [role="tab"]:focus-visible { outline-offset: -3px; }

  @media (max-width: 760px) {
    :host, .detail { display: block; }
    .timeline { border-inline-end: none; border-block-end: 1px solid var(--line); }
    checkpoint-timeline { max-block-size: 40dvh; }
    .timeline header, .tabbar { block-size: 48px; }
    .timeline header button { min-block-size: 34px; }
  }
`;
