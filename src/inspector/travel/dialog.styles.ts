import { css } from "lit";

/** What the dialogs of the inspector have in common. */
export const dialogStyles = css`
  :host { display: contents; }
  dialog {
    color: inherit; font: inherit; background: var(--waystone-surface); border: 1px solid var(--waystone-line-strong);
    border-radius: 10px; padding: 18px 20px; inline-size: min(560px, calc(100vw - 32px)); max-block-size: calc(100dvh - 48px);
    box-shadow: 0 12px 40px rgb(0 0 0 / 0.28); overflow: auto;
  }
  dialog::backdrop { background: rgb(0 0 0 / 0.42); }
  form, .content { display: grid; gap: 12px; }
  h2 { font-size: 16px; }
  footer { display: flex; flex-wrap: wrap; justify-content: end; gap: 8px; }
`;
