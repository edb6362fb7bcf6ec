import { css } from "./h.ts";

export const styles = css`
  :host { display: grid; grid-template-rows: auto minmax(0, 1fr); block-size: 100dvh; }
  .top {
    display: flex; align-items: center; gap: 8px 16px; min-block-size: 54px; padding: 8px 16px;
    border-block-end: 1px solid var(--line); background: var(--surface);
  }
  .brand { display: flex; align-items: center; gap: 10px; margin-inline-end: auto; min-inline-size: 0; }
  .brand svg { flex: none; inline-size: 26px; block-size: 26px; fill: var(--accent); }
  h1 { font-size: 15px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; white-space: nowrap; }
  .brand p {
    font-size: 11.5px; line-height: 1.3; color: var(--muted); white-space: nowrap; overflow: hidden;
    text-overflow: ellipsis;
  }
  .body { display: grid; grid-template-columns: 252px minmax(0, 1fr); min-block-size: 0; }
  .runs {
    display: grid; grid-template-rows: auto minmax(0, 1fr); border-inline-end: 1px solid var(--line);
    background: var(--bg);
  }
  .runs h2 { font-size: 12px; font-weight: 600; padding: 14px 16px 8px; }
  main {
    display: grid; grid-template-rows: auto auto auto minmax(0, 1fr); min-block-size: 0; min-inline-size: 0;
    background: var(--surface);
  }
  main > * { grid-column: 1; }
  .start, trace-view { grid-row: 4; }
  .start { overflow: auto; }
  .failure { padding: 10px 16px; background: var(--bad-soft); color: var(--bad); }

  @media (max-width: 1199px) {
    .body { grid-template-columns: minmax(0, 1fr); }
    .runs {
      position: fixed; inset: 58px 12px auto auto; inline-size: min(380px, calc(100vw - 24px)); max-block-size: 70dvh;
      margin: 0; padding: 0;
      border: 1px solid var(--line-strong); border-radius: 10px; background: var(--surface); color: inherit;
      box-shadow: 0 12px 40px rgb(0 0 0 / 0.25);
    }
    .runs:not(:popover-open) { display: none; }
  }
  @media (min-width: 1200px) { #runs-button { display: none; } }

  @media (max-width: 760px) {
    :host { display: block; block-size: auto; min-block-size: 100dvh; background: var(--surface); }
    .top { position: sticky; inset-block-start: 0; z-index: 2; flex-wrap: wrap; }
    .top storage-meter { order: 1; flex-basis: 100%; padding-block-end: 2px; }
    .brand p { display: none; }
    main { display: block; }
    .runs { inset-block-start: 92px; }
  }
`;
