import { html, nothing, type TemplateResult } from "lit";
import type { CheckpointId } from "../../core/checkpoint.ts";
import type { AnswerGiven } from "../contract.ts";
import { RUN_STATES } from "../runs/runs-view.ts";
import type { Session } from "../session.ts";
import { calmly, troubleOf } from "../trouble/trouble.ts";
import "../travel/waiting-view.ts";
import "../trouble/trouble-view.ts";
import { titleOf } from "./label.ts";
import "./timeline-view.ts";

/** What the pane of a run tells the element that it is in. */
export interface RunPaneListeners {
  selected(id: CheckpointId): void;
  sent(event: AnswerGiven): void;
  helpWanted(): void;
}

/** Draws the run that a session shows: its name and state, what it waits for, and its timeline. */
export function runPane(
  session: Session,
  { markedId, on }: { readonly markedId: CheckpointId | undefined; readonly on: RunPaneListeners },
): TemplateResult {
  const { traceId, isFollowing } = session;
  const run = traceId === undefined ? undefined : session.runs.get(traceId);
  const state = traceId === undefined ? undefined : session.stateOf(traceId);
  return html`<header>
      <h2 title=${traceId ?? ""}>${run === undefined ? traceId : titleOf(run.latest)}</h2>
      ${state === undefined ? nothing : html`<span class="state ${state}">${RUN_STATES[state]}</span>`}
      <button
        type="button"
        aria-pressed=${isFollowing}
        title="Show the newest checkpoint, and those to come (f)"
        @click=${() => (isFollowing ? session.hold() : session.follow())}
      >
        Follow
      </button>
      <button type="button" class="quiet" aria-label="Keys" title="Keys (?)" @click=${() => on.helpWanted()}>?</button>
    </header>
    ${
      state === "waiting"
        ? html`<waystone-waiting
          part="waiting"
          .store=${session.store}
          .latest=${run?.latest}
          @sent=${(event: CustomEvent<AnswerGiven>) => on.sent(event.detail)}
        ></waystone-waiting>`
        : nothing
    }
    ${timeline(session, { markedId, on })}`;
}

function timeline(
  session: Session,
  { markedId, on }: { readonly markedId: CheckpointId | undefined; readonly on: RunPaneListeners },
): TemplateResult {
  const { family, layout } = session;
  if (layout.rows.length === 0) {
    const isLoading = family !== undefined && !family.isLoaded && family.error === undefined;
    const trouble =
      family?.error === undefined ? calmly(isLoading ? "loading" : "no-checkpoints") : troubleOf(family.error);
    return html`<waystone-trouble .trouble=${trouble}></waystone-trouble>`;
  }
  return html`<waystone-timeline
    .layout=${layout}
    .selectedId=${session.selectedId}
    .markedId=${markedId}
    .isFollowing=${session.isFollowing}
    @checkpoint-selected=${(event: CustomEvent<CheckpointId>) => on.selected(event.detail)}
    @stepped=${(event: CustomEvent<number>) => session.step(event.detail)}
    @followed=${() => session.follow()}
    @held=${() => session.hold()}
  ></waystone-timeline>`;
}
