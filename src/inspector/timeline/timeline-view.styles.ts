import { css } from "lit";

export const timelineStyles = css`
  :host { background: var(--waystone-surface); block-size: 100%; min-block-size: 0; }
  [role="listbox"] {
    block-size: 100%; overflow: auto; overscroll-behavior: contain; scrollbar-width: thin;
    scrollbar-color: var(--waystone-line-strong) transparent; outline: none;
  }
  .room { position: relative; min-block-size: 1px; }
  [role="option"] {
    position: absolute; inset: 0 0 auto; block-size: 46px; cursor: default; contain: layout paint;
    display: grid; grid-template: 22px 18px / var(--graph) minmax(0, 1fr) auto; column-gap: 8px; align-items: center;
    padding-inline: 6px 12px; padding-block-start: 3px;
  }
  .graph { grid-row: 1 / 3; align-self: start; margin-block-start: -3px; overflow: visible; }
  path { fill: none; stroke: var(--lane); stroke-width: 2; }
  .faint { stroke-dasharray: 1.5 4; opacity: 0.75; }
  .dot { fill: var(--lane); }
  .ring { fill: var(--waystone-surface); stroke: var(--lane); stroke-width: 3; }
  .halo { fill: var(--waystone-surface); stroke: var(--waystone-accent); stroke-width: 1.5; }
  @media (hover: hover) { [role="option"]:hover { background: var(--waystone-hover); } }
  [aria-selected="true"], [aria-selected="true"]:hover { background: var(--waystone-accent-soft) !important; }
  [aria-selected="true"]::before {
    content: ""; position: absolute; inset-block: 0; inset-inline-start: 0; inline-size: 3px; background: var(--waystone-accent);
  }
  [role="listbox"]:focus-visible [aria-selected="true"] { outline: 2px solid var(--waystone-focus); outline-offset: -2px; }
  .node { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  small { margin-inline-start: 6px; font-weight: 400; font-size: 11px; color: var(--waystone-muted); font-variant-numeric: tabular-nums; }
  b { font-weight: 550; font-size: 10.5px; padding: 0 5px; border-radius: 8px; margin-inline-start: 4px; }
  .latest { background: var(--waystone-accent); color: var(--waystone-on-accent); }
  .marked { background: var(--waystone-warn-soft); color: var(--waystone-warn); box-shadow: inset 0 0 0 1px var(--waystone-warn-line); }
  .fork { padding: 0; margin: 0; font-size: 11.5px; color: var(--waystone-info); }
  .damaged .node, .damaged .note { color: var(--waystone-bad); }
  time, .bytes { color: var(--waystone-muted); font-size: 11.5px; font-variant-numeric: tabular-nums; text-align: end; white-space: nowrap; }
  .note { color: var(--waystone-muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12px; align-self: start; }
  .bytes { align-self: start; }
  [aria-selected="true"] .note, [aria-selected="true"] time, [aria-selected="true"] .bytes { color: var(--waystone-text); }
`;
