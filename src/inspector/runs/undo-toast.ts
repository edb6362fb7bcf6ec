import { html, nothing, type TemplateResult } from "lit";
import type { TraceId } from "../../core/checkpoint.ts";

/** Draws what says that a run was deleted, and takes it back. */
export function undoToast(hidden: TraceId | undefined, undo: () => void): TemplateResult {
  return html`<div class="toast" role="status" part="toast">
    ${
      hidden === undefined
        ? nothing
        : html`<p>Deleted <b>${hidden}</b><button type="button" @click=${undo}>Undo</button></p>`
    }
  </div>`;
}
