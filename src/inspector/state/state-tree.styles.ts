import { css } from "lit";

/** The look of `<waystone-state-tree>`. */
export const styles = css`
  :host { display: flex; flex-direction: column; block-size: 100%; min-block-size: 240px; }
  [role="tree"] {
    flex: 1 1 auto; min-block-size: 120px; overflow: auto; position: relative; outline: none;
    border-block: 1px solid var(--waystone-line); background: var(--waystone-surface);
    font: 12px/22px var(--waystone-mono);
  }
  [role="treeitem"] {
    position: absolute; inset: 0 0 auto 0; block-size: 22px; display: flex; gap: 6px; white-space: nowrap;
    padding-inline: calc(6px + min(var(--depth), 20) * 14px) 8px; cursor: default;
  }
  [role="treeitem"]:hover { background: var(--waystone-hover); }
  [role="treeitem"][aria-selected="true"] { background: var(--waystone-accent-soft); }
  [role="tree"]:focus-visible [role="treeitem"].active {
    outline: 2px solid var(--waystone-focus); outline-offset: -2px; border-radius: 3px;
  }
  .hit .key, .hit .value { text-decoration: underline 2px var(--waystone-warn); text-underline-offset: 3px; }
  .twist { flex: none; inline-size: 10px; color: var(--waystone-muted); font-size: 9px; text-align: center; }
  [aria-expanded="true"] > .twist { rotate: 90deg; }
  .key { flex: none; max-inline-size: 50%; overflow: hidden; text-overflow: ellipsis; }
  .key::after { content: ":"; color: var(--waystone-muted); }
  .value { flex: 0 1 auto; min-inline-size: 4ch; overflow: hidden; text-overflow: ellipsis; }
  .measure, .same { flex: none; color: var(--waystone-muted); }
  .same { font-style: italic; max-inline-size: 45%; overflow: hidden; text-overflow: ellipsis; }
  .string { color: var(--waystone-string); }
  .number, .bigint { color: var(--waystone-number); }
  .boolean, .nothing { color: var(--waystone-keyword); }
  .date, .regexp, .url, .blob, .bytes { color: var(--waystone-date); }
  .error { color: var(--waystone-bad); }
  .array, .object, .map, .set, .more { color: var(--waystone-muted); }
  waystone-value-detail { flex: none; max-block-size: 50%; overflow: auto; }
`;
