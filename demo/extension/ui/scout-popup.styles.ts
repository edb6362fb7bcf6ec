import { css } from "../../ui/h.ts";

export const styles = css`
  :host { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; block-size: 100%; background: var(--surface); }
  header {
    display: flex; align-items: center; gap: 6px; min-block-size: 52px; padding: 8px 12px 8px 16px;
    border-block-end: 1px solid var(--line);
  }
  .brand { display: flex; align-items: center; gap: 10px; margin-inline-end: auto; min-inline-size: 0; }
  .brand svg { flex: none; inline-size: 24px; block-size: 24px; fill: var(--accent); }
  h1 { font-size: 15px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; white-space: nowrap; }
  .brand p { display: none; }
  main { display: grid; grid-template-rows: auto minmax(0, 1fr); min-block-size: 0; }
  main > * { grid-column: 1; grid-row: 2; }
  main > .failure { grid-row: 1; padding: 10px 16px; background: var(--bad-soft); color: var(--bad); }
  run-list { padding-block-start: 8px; }
`;
