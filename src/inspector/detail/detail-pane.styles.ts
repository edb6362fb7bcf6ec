import { css } from "lit";

export const detailStyles = css`
  :host { display: grid; grid-template-rows: auto auto minmax(0, 1fr); block-size: 100%; background: var(--waystone-surface); }
  header { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: start; padding: 10px 14px 8px; background: var(--waystone-raised); }
  .name { flex: 1 1 12em; min-inline-size: 0; }
  h2 { font-size: 15px; line-height: 1.35; }
  h2 small { font-weight: 400; font-size: 12px; color: var(--waystone-muted); }
  .name p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .actions { display: flex; flex-wrap: wrap; gap: 6px; }
  dl { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 16px; inline-size: 100%; font-size: 12px; }
  dl div { display: flex; gap: 6px; min-inline-size: 0; align-items: baseline; }
  dt { color: var(--waystone-muted); }
  dd { min-inline-size: 0; font-variant-numeric: tabular-nums; }
  dd code { display: inline-block; max-inline-size: 12ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }
  dd.warn { color: var(--waystone-warn); }
  .link { all: unset; cursor: pointer; color: var(--waystone-accent); text-decoration: underline; text-underline-offset: 2px; }
  .link:focus-visible { outline: 2px solid var(--waystone-focus); outline-offset: 2px; border-radius: 2px; }
  [role="tablist"] { display: flex; gap: 2px; padding: 0 8px; border-block: 1px solid var(--waystone-line); background: var(--waystone-raised); overflow-x: auto; scrollbar-width: none; }
  [role="tab"] { border: none; border-radius: 0; background: none; padding: 6px 10px; min-block-size: 34px; color: var(--waystone-muted); box-shadow: none; }
  [role="tab"]:focus-visible { outline-offset: -3px; }
  [role="tab"][aria-selected="true"] { color: var(--waystone-text); font-weight: 600; box-shadow: inset 0 -2px var(--waystone-accent); }
  [role="tabpanel"] { overflow: auto; min-block-size: 0; display: grid; grid-template-columns: minmax(0, 1fr); }
  [aria-busy="true"] > :not(waystone-trouble) { opacity: 0.6; transition: opacity 0.2s 0.3s; }
`;
