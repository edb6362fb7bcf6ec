import { css } from "./h.ts";

export const styles = css`
  :host { display: grid; grid-template-rows: auto minmax(0, 1fr); block-size: 100dvh; }
  .top {
    display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; min-block-size: 54px; padding: 8px 16px;
    border-block-end: 1px solid var(--line); background: var(--surface);
  }
  .brand { display: flex; align-items: center; gap: 10px; margin-inline-end: auto; min-inline-size: 0; }
  .brand svg { flex: none; inline-size: 26px; block-size: 26px; fill: var(--accent); }
  h1 { font-size: 15px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; white-space: nowrap; }
  .brand p { font-size: 11.5px; line-height: 1.3; color: var(--muted); }
  .body { display: grid; grid-template-columns: minmax(340px, 30%) minmax(0, 1fr); min-block-size: 0; }
  .agent {
    display: flex; flex-direction: column; min-block-size: 0; min-inline-size: 0; overflow: auto;
    background: var(--surface); border-inline-end: 1px solid var(--line); scrollbar-width: thin;
    scrollbar-color: var(--line-strong) transparent;
  }
  .agent > * { flex: none; }
  checkpoint-inspector { min-inline-size: 0; --waystone-sans: var(--sans); --waystone-mono: var(--mono); }
  .failure { padding: 10px 16px; background: var(--bad-soft); color: var(--bad); }
  .hint { display: grid; justify-items: start; gap: 10px; padding: 14px 16px; color: var(--muted); text-wrap: pretty; }
  nav { display: none; gap: 6px; padding: 6px 12px; background: var(--surface); border-block-end: 1px solid var(--line); }
  nav button { flex: 1; }

  @media (max-width: 899px) {
    :host { grid-template-rows: auto auto minmax(0, 1fr); }
    .brand p { display: none; }
    nav { display: flex; }
    .body { grid-template-columns: minmax(0, 1fr); }
    .body[data-side="agent"] > checkpoint-inspector, .body[data-side="inspector"] > .agent { display: none; }
    .agent { border: none; }
  }
`;
