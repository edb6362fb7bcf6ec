import { css } from "lit";

export const inspectorStyles = css`
  :host {
    position: relative; block-size: 100%; min-block-size: 320px; overflow: hidden; container-type: inline-size;
    background: var(--waystone-bg); -webkit-text-size-adjust: 100%;
  }
  .shell {
    display: grid; block-size: 100%; grid-template: minmax(0, 1fr) / 272px minmax(280px, 360px) minmax(0, 1fr);
    gap: 1px; background: var(--waystone-line);
  }
  .shell > * { min-inline-size: 0; min-block-size: 0; }
  nav { display: none; }
  section { background: var(--waystone-surface); display: grid; grid-template-columns: minmax(0, 1fr); }
  .timeline { grid-template-rows: auto minmax(0, 1fr); }
  .timeline:has(waystone-waiting) { grid-template-rows: auto auto minmax(0, 1fr); }
  .timeline header {
    display: flex; align-items: center; gap: 8px; padding: 8px 8px 8px 14px; background: var(--waystone-raised);
    border-block-end: 1px solid var(--waystone-line);
  }
  h2 { flex: 1; min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .state { font-size: 11.5px; font-weight: 550; padding: 1px 8px; border-radius: 10px; background: var(--waystone-hover); color: var(--waystone-muted); }
  .state.running { background: var(--waystone-info-soft); color: var(--waystone-info); }
  .state.waiting { background: var(--waystone-warn-soft); color: var(--waystone-warn); }
  .state.done { background: var(--waystone-good-soft); color: var(--waystone-good); }
  waystone-trouble[part] { block-size: 100%; }
  .toast { position: absolute; inset: auto 0 14px; display: grid; justify-content: center; pointer-events: none; }
  .toast p {
    pointer-events: auto; display: flex; align-items: center; gap: 12px; padding: 6px 8px 6px 14px; border-radius: 8px; max-inline-size: calc(100cqi - 32px);
    background: var(--waystone-text); color: var(--waystone-surface); box-shadow: 0 4px 16px rgb(0 0 0 / 0.3);
  }
  .toast b { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-inline-size: 24ch; font-weight: 600; }
  .toast button { background: none; color: inherit; border-color: currentColor; }
  .toast button:hover { background: rgb(128 128 128 / 0.35) !important; }

  @container (inline-size < 960px) {
    .shell { grid-template: minmax(120px, 30%) minmax(0, 1fr) / minmax(240px, 40%) minmax(0, 1fr); }
    .runs { grid-area: 1 / 1; }
    .timeline { grid-area: 2 / 1; }
    .detail { grid-area: 1 / 2 / 3; }
  }
  @container (inline-size < 620px) {
    .shell { grid-template: auto minmax(0, 1fr) / minmax(0, 1fr); }
    nav { display: flex; gap: 6px; padding: 6px 8px; background: var(--waystone-raised); }
    nav button { flex: 1; }
    .runs, .timeline, .detail { grid-area: 2 / 1; }
    .shell:not([data-pane="runs"]) > .runs,
    .shell:not([data-pane="timeline"]) > .timeline,
    .shell:not([data-pane="detail"]) > .detail { display: none; }
  }
`;
