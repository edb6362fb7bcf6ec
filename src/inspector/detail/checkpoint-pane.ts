import { html, type TemplateResult } from "lit";
import type { CheckpointId } from "../../core/checkpoint.ts";
import type { ArchiveFunctions } from "../contract.ts";
import type { Session } from "../session.ts";
import "./detail-pane.ts";
import type { DetailTab } from "./detail-pane.ts";
import type { StateLoader } from "./state-loader.ts";

/** What the pane of a checkpoint tells the element that it is in. */
export interface CheckpointPaneListeners {
  tabSelected(tab: DetailTab): void;
  selected(id: CheckpointId): void;
  marked(): void;
  forkWanted(): void;
  resumeWanted(): void;
}

/** How a checkpoint is shown. */
export interface CheckpointPane {
  readonly tab: DetailTab;
  /** The checkpoint that others are compared with, instead of their parents. */
  readonly markedId: CheckpointId | undefined;
  readonly archive: ArchiveFunctions | undefined;
  readonly loader: StateLoader;
  /** Whether anybody can see it: otherwise no state is loaded for it. */
  readonly isInSight: boolean;
  readonly on: CheckpointPaneListeners;
}

/** Draws the checkpoint that a session shows, and has loaded what that takes. */
export function checkpointPane(
  session: Session,
  { tab, markedId, archive, loader, isInSight, on }: CheckpointPane,
): TemplateResult {
  const { selected, isFollowing } = session;
  const head = selected?.head;
  const comparedId = markedId !== undefined && markedId !== head?.id ? markedId : head?.parentId;
  if (isInSight) {
    const wanted = { state: [head?.id], changes: [head?.id, comparedId], blame: [], storage: [] }[tab];
    loader.want(
      wanted.flatMap((id) => id ?? []),
      { isPatient: isFollowing },
    );
  }
  return html`<waystone-detail
    .store=${session.store}
    .archive=${archive}
    .head=${head}
    .isAtEnd=${selected?.isLatest === true && head?.nextNode === undefined}
    .loaded=${head && loader.get(head.id)}
    .comparedId=${comparedId}
    .compared=${comparedId === undefined ? undefined : loader.get(comparedId)}
    .isMarked=${head !== undefined && head.id === markedId}
    .tab=${tab}
    @tab-selected=${(event: CustomEvent<DetailTab>) => on.tabSelected(event.detail)}
    @checkpoint-selected=${(event: CustomEvent<CheckpointId>) => on.selected(event.detail)}
    @marked=${() => on.marked()}
    @fork-wanted=${() => on.forkWanted()}
    @resume-wanted=${() => on.resumeWanted()}
  ></waystone-detail>`;
}
