import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import type { Store } from "../core/store.ts";
import type { ArchiveFunctions, ForkMade, InspectorSelection, ResumeRequest } from "./contract.ts";
import { inspectorStyles } from "./checkpoint-inspector.styles.ts";
import { checkpointPane, type CheckpointPaneListeners } from "./detail/checkpoint-pane.ts";
import type { DetailTab } from "./detail/detail-pane.ts";
import { StateLoader } from "./detail/state-loader.ts";
import "./help-sheet.ts";
import type { HelpSheet } from "./help-sheet.ts";
import { commandOf } from "./keyboard.ts";
import { paneSwitch, type Pane } from "./pane-switch.ts";
import { PendingDelete } from "./runs/pending-delete.ts";
import "./runs/runs-view.ts";
import type { RunsView } from "./runs/runs-view.ts";
import { undoToast } from "./runs/undo-toast.ts";
import { Session } from "./session.ts";
import { base, theme } from "./theme.ts";
import { runPane, type RunPaneListeners } from "./timeline/run-pane.ts";
import "./travel/fork-dialog.ts";
import type { ForkDialog } from "./travel/fork-dialog.ts";
import { freeName, repeatsAfter } from "./travel/forking.ts";
import { troubleWith } from "./trouble/session-trouble.ts";
import { define } from "./define.ts";

/**
 * `<checkpoint-inspector>`; see `CheckpointInspectorElement`. It draws what a {@link Session} has, at most once a frame, and
 * not at all while the page is hidden.
 */
export class CheckpointInspector extends LitElement {
  static override properties = {
    store: { attribute: false },
    archive: { attribute: false },
    failure: { attribute: false },
    traceId: { attribute: "trace-id", reflect: true },
    checkpointId: { attribute: "checkpoint-id", reflect: true },
    tab: { state: true },
    pane: { state: true },
    markedId: { state: true },
  };
  static override styles = [theme, base, inspectorStyles];
  declare store: Store | undefined;
  declare archive: ArchiveFunctions | undefined;
  declare failure: unknown;
  declare traceId: TraceId | undefined;
  declare checkpointId: CheckpointId | undefined;
  declare tab: DetailTab;
  declare pane: Pane;
  /** The checkpoint that others are compared with, instead of their parents. */
  declare markedId: CheckpointId | undefined;
  #session: Session | undefined;
  #loader: StateLoader | undefined;
  #told = "";
  #isToBeDrawn = false;
  readonly #deleting = new PendingDelete(async (traceId) => {
    await this.store?.deleteTrace(traceId).catch((error: unknown) => (this.failure = error));
    this.#fire("run-deleted", { traceId });
  });

  readonly #listeners: RunPaneListeners & CheckpointPaneListeners = {
    selected: (id) => this.#selectCheckpoint(id),
    sent: (detail) => this.#fire("answer-given", detail),
    helpWanted: () => this.#help(),
    tabSelected: (tab) => (this.tab = tab),
    marked: () => this.#mark(),
    forkWanted: () => this.#wantFork(false),
    resumeWanted: () => this.#resume(),
  };

  constructor() {
    super();
    this.tab = "state";
    this.pane = "timeline";
    this.addEventListener("keydown", (event) => this.#keydown(event));
  }

  get isFollowing(): boolean {
    return this.#session?.isFollowing ?? true;
  }

  set isFollowing(isFollowing: boolean) {
    if (isFollowing) this.#session?.follow();
    else this.#session?.hold();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.#deleting.finish();
    this.#end();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("store")) this.#begin();
    const session = this.#session;
    if (session === undefined) return;
    if (changed.has("traceId") && this.traceId !== session.traceId) session.open(this.traceId ?? undefined);
    const { checkpointId } = this;
    if (changed.has("checkpointId") && checkpointId != null && checkpointId !== session.selectedId) {
      void session.select(checkpointId);
    }
  }

  #begin(): void {
    this.#end();
    const { store } = this;
    if (store === undefined) return;
    try {
      this.#session = new Session(store);
    } catch (error) {
      this.failure = error;
      return;
    }
    this.#session.addEventListener("change", () => this.#draw());
    this.#loader = new StateLoader(store, () => this.#draw());
    if (this.traceId != null) this.#session.open(this.traceId);
    if (this.checkpointId != null) void this.#session.select(this.checkpointId);
  }

  #end(): void {
    this.#session?.close();
    this.#loader?.close();
    this.#session = this.#loader = undefined;
  }

  /** Draws with the next frame what has changed until then. */
  #draw(): void {
    if (this.#isToBeDrawn) return;
    this.#isToBeDrawn = true;
    requestAnimationFrame(() => {
      this.#isToBeDrawn = false;
      this.#follow();
      this.requestUpdate();
    });
  }

  /** Takes over what the session has come to. */
  #follow(): void {
    const session = this.#session;
    if (session === undefined) return;
    if (session.traceId === undefined) session.open(this.#listed[0]?.traceId);
    this.traceId = session.traceId;
    if (session.selectedId !== undefined || session.family?.isLoaded === true) this.checkpointId = session.selectedId;
    const { traceId, checkpointId } = this;
    const { isFollowing } = session;
    const told = JSON.stringify([traceId, checkpointId, isFollowing]);
    if (told === this.#told) return;
    this.#told = told;
    this.#fire("selection-changed", { traceId, checkpointId, isFollowing } satisfies InspectorSelection);
  }

  get #listed(): Session["runs"]["runs"] {
    const hidden = this.#deleting.traceId;
    const runs = this.#session?.runs.runs ?? [];
    return hidden === undefined ? runs : runs.filter(({ traceId }) => traceId !== hidden);
  }

  override render(): TemplateResult {
    const trouble = troubleWith(this.#session, this.failure);
    const toast = undoToast(this.#deleting.traceId, () => this.#undo());
    if (trouble !== undefined) {
      return html`<waystone-trouble .trouble=${trouble} part="trouble" @retry=${this.#retry}></waystone-trouble>${toast}`;
    }
    const session = this.#session!;
    return html`<div class="shell" data-pane=${this.pane}>
        ${paneSwitch(this.pane, (pane) => (this.pane = pane))}
        <waystone-runs
          part="runs"
          class="runs"
          .runs=${this.#listed}
          .stateOf=${(traceId: TraceId) => session.stateOf(traceId)}
          .traceId=${this.traceId}
          @run-selected=${(event: CustomEvent<TraceId>) => this.#openRun(event.detail)}
          @run-removed=${(event: CustomEvent<TraceId>) => this.#hideRun(event.detail)}
        ></waystone-runs>
        <section class="timeline" part="timeline" aria-label="Timeline">
          ${runPane(session, { markedId: this.markedId, on: this.#listeners })}
        </section>
        <section class="detail" part="detail" aria-label="Checkpoint">
          ${checkpointPane(session, {
            tab: this.tab,
            markedId: this.markedId,
            archive: this.archive,
            loader: this.#loader!,
            isInSight: this.checkVisibility(),
            on: this.#listeners,
          })}
        </section>
      </div>
      ${toast}
      <waystone-fork-dialog .store=${this.store} @forked=${this.#forked}></waystone-fork-dialog>
      <waystone-help></waystone-help>`;
  }

  #openRun(traceId: TraceId): void {
    this.#session?.open(traceId);
    this.pane = "timeline";
  }

  #selectCheckpoint(id: CheckpointId): void {
    void this.#session?.select(id);
    this.pane = "detail";
  }

  #hideRun(traceId: TraceId): void {
    this.#deleting.hide(traceId);
    if (traceId === this.traceId) this.#session?.open(this.#listed[0]?.traceId);
    this.#draw();
  }

  #undo(): void {
    this.#deleting.undo();
    this.requestUpdate();
  }

  #mark(): void {
    const id = this.#session?.selectedId;
    this.markedId = id === this.markedId ? undefined : id;
  }

  #resume(): void {
    const { selected } = this.#session!;
    if (selected === undefined) return;
    const { traceId, id: checkpointId } = selected.head;
    if (!selected.isLatest) this.#wantFork(true);
    else this.#fire("resume-requested", { traceId, checkpointId } satisfies ResumeRequest);
  }

  #wantFork(isToResume: boolean): void {
    const session = this.#session!;
    const head = session.selected?.head;
    if (head === undefined) return;
    const name = freeName(head.traceId, (traceId) => session.runs.get(traceId) !== undefined);
    const repeats = repeatsAfter(head, session.family?.get(head.traceId)?.heads ?? []);
    void this.#part<ForkDialog>("waystone-fork-dialog").open({ head, name, repeats, isToResume });
  }

  #forked({
    detail: { made, isToResume },
  }: CustomEvent<{ readonly made: ForkMade; readonly isToResume: boolean }>): void {
    this.#session?.open(made.traceId);
    this.#fire("fork-requested", made);
    const { traceId, checkpointId } = made;
    if (isToResume) this.#fire("resume-requested", { traceId, checkpointId } satisfies ResumeRequest);
  }

  #retry(): void {
    this.failure = undefined;
    if (this.store === undefined) this.#fire("retry-requested", undefined);
    else if (this.#session === undefined) this.#begin();
    else void this.#session.runs.read();
  }

  #help(): void {
    this.#part<HelpSheet>("waystone-help").open();
  }

  #search(): void {
    const isInDetail = this.shadowRoot?.activeElement?.localName === "waystone-detail";
    if (isInDetail && this.#part<HTMLElement & { search(): boolean }>("waystone-detail").search()) return;
    this.#part<RunsView>("waystone-runs").search();
  }

  #part<T extends Element>(name: string): T {
    return this.renderRoot.querySelector<T>(name)!;
  }

  #keydown(event: KeyboardEvent): void {
    const session = this.#session;
    const command = commandOf(event);
    if (session === undefined || command === undefined || troubleWith(session, this.failure)) return;
    event.preventDefault();
    switch (command.do) {
      case "step":
        return session.step(command.by);
      case "newest":
        return session.follow();
      case "follow":
        return session.isFollowing ? session.hold() : session.follow();
      case "tab":
        this.tab = command.tab;
        return undefined;
      case "mark":
        return this.#mark();
      case "search":
        return this.#search();
      case "help":
        return this.#help();
    }
  }

  #fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

define("checkpoint-inspector", CheckpointInspector);
