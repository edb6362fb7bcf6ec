import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { CheckpointId, StoredHead } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { bytesText, dateText, timeText } from "../figures.ts";
import type { ArchiveFunctions } from "../contract.ts";
import "../state/state-tree.ts";
import { base } from "../theme.ts";
import { nodeOf, noteOf } from "../timeline/label.ts";
import { calmly, troubleOf } from "../trouble/trouble.ts";
import "../trouble/trouble-view.ts";
import type { Path } from "../values/path.ts";
import { detailStyles } from "./detail-pane.styles.ts";
import type { LoadedState } from "./state-loader.ts";
import { define } from "../define.ts";

/** What can be seen of a checkpoint. */
export type DetailTab = "state" | "changes" | "blame" | "storage";

const TABS: Readonly<Record<DetailTab, string>> = {
  state: "State",
  changes: "Changes",
  blame: "Blame",
  storage: "Storage",
};
const NAMES = Object.keys(TABS) as DetailTab[];

/**
 * `<waystone-detail>`: one checkpoint, under tabs. Fires `tab-selected` with a tab, `checkpoint-selected` with an id,
 * `marked`, `fork-wanted` and `resume-wanted`.
 */
export class DetailPane extends LitElement {
  static override properties = {
    store: { attribute: false },
    archive: { attribute: false },
    head: { attribute: false },
    loaded: { attribute: false },
    compared: { attribute: false },
    comparedId: { attribute: false },
    isAtEnd: { attribute: false },
    isMarked: { attribute: false },
    tab: { attribute: false },
    path: { state: true },
  };
  static override styles = [base, detailStyles];
  declare store: Store | undefined;
  declare archive: ArchiveFunctions | undefined;
  declare head: StoredHead | undefined;
  /** The state of the checkpoint, once it is there. */
  declare loaded: LoadedState | undefined;
  /** The checkpoint that it is compared with, and its state, once that is there. */
  declare comparedId: CheckpointId | undefined;
  declare compared: LoadedState | undefined;
  /** Whether the run ends with this checkpoint: there is nothing to resume. */
  declare isAtEnd: boolean;
  declare isMarked: boolean;
  declare tab: DetailTab;
  /** The value that is selected in the state. */
  declare path: Path;
  /** What was shown before: it stays in sight until the next state is there. */
  #shown: LoadedState | undefined;

  constructor() {
    super();
    this.tab = "state";
    this.path = [];
    this.isAtEnd = false;
    this.isMarked = false;
  }

  /** Goes to the field that searches the state. */
  search(): boolean {
    const tree = this.renderRoot.querySelector("waystone-state-tree");
    const search = tree?.shadowRoot?.querySelector("waystone-state-search");
    const field = search?.shadowRoot?.querySelector("input");
    field?.focus();
    return field != null;
  }

  override willUpdate(): void {
    this.#shown = this.loaded ?? this.#shown;
    if (this.tab !== "state") void import("./further-views.ts");
  }

  override render(): TemplateResult | typeof nothing {
    const { head } = this;
    if (head === undefined) return nothing;
    return html`${this.#facts(head)}
      <div role="tablist" aria-label="What to see of the checkpoint" @keydown=${this.#keydown}>
        ${NAMES.map(
          (name) =>
            html`<button
              type="button"
              role="tab"
              id="tab-${name}"
              aria-controls="panel"
              aria-selected=${name === this.tab}
              tabindex=${name === this.tab ? 0 : -1}
              @click=${() => this.#select(name)}
            >
              ${TABS[name]}
            </button>`,
        )}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby="tab-${this.tab}" aria-busy=${this.#isBusy}>
        ${this.#panel(head)}
      </div>`;
  }

  #facts(head: StoredHead): TemplateResult {
    const { parentId } = head;
    return html`<header>
      <div class="name">
        <h2>${nodeOf(head)} <small>#${head.seq}</small></h2>
        <p class="muted">${noteOf(head)}</p>
      </div>
      <div class="actions">
        <button type="button" aria-pressed=${this.isMarked} title="Compare others with this one (c)" @click=${() => this.#fire("marked")}>
          ${this.isMarked ? "Marked" : "Mark"}
        </button>
        <button type="button" ?disabled=${head.isDamaged} @click=${() => this.#fire("fork-wanted")}>Fork …</button>
        <button type="button" class="primary" ?disabled=${head.isDamaged || this.isAtEnd} @click=${() => this.#fire("resume-wanted")}>
          Resume from here
        </button>
      </div>
      <dl>
        <div><dt>saved</dt><dd title=${dateText(head.timestamp)}>${timeText(head.timestamp)}</dd></div>
        <div><dt>added</dt><dd>${bytesText(head.bytes)}</dd></div>
        <div><dt>state</dt><dd>${bytesText(head.stateBytes)}</dd></div>
        <div><dt>next</dt><dd>${head.nextNode ?? "complete"}</dd></div>
        <div><dt>id</dt><dd><code title=${head.id}>${head.id}</code></dd></div>
        ${
          parentId === undefined
            ? nothing
            : html`<div>
              <dt>parent</dt>
              <dd><button type="button" class="link" title=${parentId} @click=${() => this.#fire("checkpoint-selected", parentId)}><code>${parentId}</code></button></dd>
            </div>`
        }
        ${head.isUnverified ? html`<div><dt>verified</dt><dd class="warn">no: there is no key here that vouches for it</dd></div>` : nothing}
      </dl>
    </header>`;
  }

  get #isBusy(): boolean {
    return this.tab !== "storage" && this.tab !== "blame" && this.loaded === undefined;
  }

  #panel(head: StoredHead): TemplateResult {
    if (this.tab === "storage")
      return html`<waystone-storage .store=${this.store} .traceId=${head.traceId} .archive=${this.archive}></waystone-storage>`;
    if (this.tab === "blame") {
      return html`<waystone-blame
        .store=${this.store}
        .checkpointId=${head.id}
        .path=${this.path}
        @checkpoint-selected=${this.#selected}
      ></waystone-blame>`;
    }
    const shown = this.#shown;
    if (shown === undefined) return html`<waystone-trouble .trouble=${calmly("loading")}></waystone-trouble>`;
    if ("error" in shown) return html`<waystone-trouble .trouble=${troubleOf(shown.error)}></waystone-trouble>`;
    return this.tab === "state" ? this.#state(shown.state) : this.#changes(shown.state);
  }

  #state(state: unknown): TemplateResult {
    return html`<waystone-state-tree .value=${state} .selectedPath=${this.path} @path-selected=${this.#pathSelected}>
    </waystone-state-tree>`;
  }

  #changes(state: unknown): TemplateResult {
    const { compared, comparedId } = this;
    if (comparedId !== undefined && compared === undefined)
      return html`<waystone-trouble .trouble=${calmly("loading")}></waystone-trouble>`;
    if (compared !== undefined && "error" in compared)
      return html`<waystone-trouble .trouble=${troubleOf(compared.error)}></waystone-trouble>`;
    return html`<waystone-state-diff .valueBefore=${compared?.state} .valueAfter=${state} @path-selected=${this.#pathSelected}>
    </waystone-state-diff>`;
  }

  #selected(event: CustomEvent<{ readonly id: CheckpointId }>): void {
    event.stopPropagation();
    this.#fire("checkpoint-selected", event.detail.id);
  }

  #pathSelected(event: CustomEvent<{ readonly path: Path }>): void {
    event.stopPropagation();
    this.path = event.detail.path;
  }

  #select(tab: DetailTab): void {
    this.#fire("tab-selected", tab);
  }

  #keydown(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const name = NAMES[(NAMES.indexOf(this.tab) + by + NAMES.length) % NAMES.length]!;
    this.#select(name);
    this.renderRoot.querySelector<HTMLElement>(`#tab-${name}`)?.focus();
  }

  #fire(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

define("waystone-detail", DetailPane);
