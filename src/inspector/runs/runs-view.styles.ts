import { css } from "lit";

export const runsStyles = css`
  :host { display: grid; grid-template-rows: auto minmax(0, 1fr); background: var(--waystone-bg); }
  header { display: grid; grid-template-columns: auto minmax(0, 1fr); align-items: center; gap: 10px; padding: 8px 12px; }
  h2 small { font-weight: 400; color: var(--waystone-muted); font-variant-numeric: tabular-nums; }
  input { inline-size: 100%; }
  ul { position: relative; overflow: auto; overscroll-behavior: contain; scrollbar-width: thin; outline-offset: -2px;
    scrollbar-color: var(--waystone-line-strong) transparent; grid-area: 2 / 1; }
  .none { grid-area: 2 / 1; padding: 12px 16px; color: var(--waystone-muted); }
  .run { position: absolute; inset: 0 8px auto; block-size: 58px; padding-block: 1px; }
  .open {
    display: grid; grid-template-columns: 9px minmax(0, 1fr); column-gap: 9px; align-items: center; justify-items: start;
    align-content: center; inline-size: 100%; block-size: 100%; padding: 4px 8px 4px 10px; border: 1px solid transparent;
    background: none; text-align: start;
  }
  .open[aria-current="true"], .open[aria-current="true"]:hover {
    background: var(--waystone-accent-soft) !important; border-color: var(--waystone-accent-line);
  }
  .open:focus-visible { outline-offset: -2px; }
  .title { font-weight: 550; inline-size: 100%; padding-inline-end: 22px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .facts {
    grid-column: 2; inline-size: 100%; color: var(--waystone-muted); font-size: 11.5px; overflow: hidden;
    text-overflow: ellipsis; white-space: nowrap; font-variant-numeric: tabular-nums;
  }
  .facts b { font-weight: 550; }
  b.running { color: var(--waystone-info); }
  b.waiting { color: var(--waystone-warn); }
  b.done { color: var(--waystone-good); }
  .dot { inline-size: 9px; block-size: 9px; border-radius: 50%; border: 2px solid var(--waystone-muted); }
  .dot.running { border-color: var(--waystone-info); background: var(--waystone-info); animation: pulse 1.4s ease-in-out infinite; }
  .dot.waiting { border-color: var(--waystone-warn); background: linear-gradient(90deg, var(--waystone-warn) 50%, transparent 50%); }
  .dot.done { border-color: var(--waystone-good); background: var(--waystone-good); }
  @keyframes pulse { 50% { opacity: 0.3; } }
  .delete { position: absolute; inset: 5px 4px auto auto; min-block-size: 24px; inline-size: 24px; padding: 0; font-size: 11px; }
  @media (hover: hover) { .run:not(:hover, :focus-within) .delete { opacity: 0; } }
`;
