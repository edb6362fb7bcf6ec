import { css } from "lit";

/** The look of `<waystone-storage>`. */
export const styles = css`
  :host { display: grid; gap: 16px; padding: 12px; align-content: start; container-type: inline-size; }
  section { display: grid; gap: 6px; min-inline-size: 0; }
  h3 { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
  .saving:not(:empty) {
    padding: 0 8px; border-radius: 20px; background: var(--waystone-accent-soft); color: var(--waystone-accent);
  }
  .sums, .origin { font-variant-numeric: tabular-nums; }
  .sums { display: grid; grid-template-columns: max-content minmax(40px, 1fr) max-content; gap: 4px 10px; align-items: center; }
  .track { display: flex; block-size: 10px; border-radius: 3px; overflow: hidden; background: var(--waystone-line); }
  .track i { flex: none; min-inline-size: 1px; }
  i.added { background: var(--waystone-accent); }
  i.shared { background: var(--waystone-accent-line); }
  i.whole { background: var(--waystone-lane-6); }
  .origin { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; }
  meter { flex: 1 1 80px; min-inline-size: 0; block-size: 14px; }
  .legend i { display: inline-block; inline-size: 10px; block-size: 10px; border-radius: 2px; margin-inline: 8px 2px; }
  .legend i:first-child { margin-inline-start: 0; }
  .shares { display: grid; gap: 2px; }
  .shares li {
    display: grid; grid-template-columns: minmax(0, 10ch) minmax(40px, 1fr) 18ch; gap: 10px; align-items: center;
    font-variant-numeric: tabular-nums;
  }
  .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .figures { text-align: end; white-space: nowrap; }
  .failure { color: var(--waystone-bad); overflow-wrap: anywhere; }
  @container (width < 380px) {
    .shares li { grid-template-columns: minmax(0, 7ch) minmax(30px, 1fr) 9ch; }
    .figures .muted { display: none; }
  }
`;
