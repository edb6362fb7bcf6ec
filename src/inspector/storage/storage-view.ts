import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { StoredHead, TraceId } from "../../core/checkpoint.ts";
import type { StorageUsage, Store } from "../../core/store.ts";
import { bytesText } from "../figures.ts";
import { singleFlight } from "../single-flight.ts";
import { base } from "../theme.ts";
import { nodeOf } from "../timeline/label.ts";
import { savingText, shareOf, type Share } from "./shares.ts";
import { styles } from "./storage-view.styles.ts";
import type { ArchiveFunctions } from "../contract.ts";
import "./prune-panel.ts";
import "./transfer-panel.ts";
import { define } from "../define.ts";

/** So many checkpoints are shown at first, the newest. */
const PAGE = 50;
/** How long what was saved may go unseen. Less would be felt by who saves often. */
const PAUSE_MS = 1_000;

/**
 * `<waystone-storage>`: what a store takes, what its checkpoints share, and how to make it take less. It reads heads, and
 * no state. While others save, it reads them anew once a second at most.
 */
export class StorageView extends LitElement {
  static override properties = {
    store: { attribute: false },
    traceId: { attribute: false },
    archive: { attribute: false },
    usage: { state: true },
    heads: { state: true },
    hasMore: { state: true },
    message: { state: true },
    failure: { state: true },
  };
  static override styles = [base, styles];

  /** The store to show. */
  declare store: Store | undefined;
  /** The trace whose checkpoints are shown and pruned. Default is none: then the store's sums are shown alone. */
  declare traceId: TraceId | undefined;
  /** What exports and imports. Default is nothing: then neither is offered. */
  declare archive: ArchiveFunctions | undefined;
  declare usage: StorageUsage | undefined;
  declare heads: readonly StoredHead[];
  declare hasMore: boolean;
  declare message: string;
  declare failure: string | undefined;
  #count = PAGE;
  #unwatch: (() => void) | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.heads = [];
    this.hasMore = false;
    this.message = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch?.();
    clearTimeout(this.#pause);
  }

  /** Reads the figures anew. Calls that come while it reads lead to one more reading. */
  readonly refresh = singleFlight(() => this.#read());

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("store") && !changed.has("traceId")) return;
    if (changed.has("store")) this.#watch();
    this.#count = PAGE;
    this.message = "";
    void this.refresh();
  }

  #watch(): void {
    this.#unwatch?.();
    clearTimeout(this.#pause);
    this.#pause = undefined;
    try {
      this.#unwatch = this.store?.watch(() => this.#refreshSoon());
    } catch (error) {
      this.failure = messageOf(error);
    }
  }

  #refreshSoon(): void {
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      // Nobody looks.
      if (document.hidden) this.#refreshSoon();
      else void this.refresh();
    }, PAUSE_MS);
  }

  async #read(): Promise<void> {
    const { store, traceId } = this;
    if (!store) return;
    try {
      const heads: StoredHead[] = [];
      if (traceId !== undefined) {
        for await (const head of store.history(traceId, { limit: this.#count + 1 })) heads.push(head);
      }
      const usage = await store.usage();
      if (store !== this.store || traceId !== this.traceId) return;
      this.usage = usage;
      this.hasMore = heads.length > this.#count;
      this.heads = heads.slice(0, this.#count);
      this.failure = undefined;
    } catch (error) {
      this.failure = messageOf(error);
    }
  }

  protected override render() {
    const { usage } = this;
    return html`
      ${this.failure === undefined ? nothing : html`<p class="failure" role="alert">${this.failure}</p>`}
      ${usage ? html`${this.#sums(usage)} ${this.#origin(usage)}` : html`<p class="muted">reading …</p>`}
      ${
        this.traceId === undefined || this.heads.length === 0
          ? nothing
          : html`${this.#shares()}
            <section>
              <h3>Prune this trace</h3>
              <waystone-prune
                .store=${this.store}
                .traceId=${this.traceId}
                @changed=${() => void this.refresh()}
              ></waystone-prune>
            </section>`
      }
      ${
        this.archive && this.store
          ? html`<section>
            <h3>Export and import</h3>
            <waystone-transfer
              .store=${this.store}
              .traceId=${this.traceId}
              .archive=${this.archive}
              @changed=${() => void this.refresh()}
            ></waystone-transfer>
          </section>`
          : nothing
      }
    `;
  }

  #sums({ storedBytes, wholeStateBytes }: StorageUsage) {
    const most = Math.max(storedBytes, wholeStateBytes, 1);
    const row = (name: string, bytes: number, kind: string) =>
      html`<span>${name}</span>
        <span class="track"><i class=${kind} .style=${`inline-size: ${(100 * bytes) / most}%`}></i></span>
        <b>${bytesText(bytes)}</b>`;
    return html`<section>
      <h3>This store <span class="saving">${savingText(storedBytes, wholeStateBytes)}</span></h3>
      <div class="sums">${row("stored", storedBytes, "added")} ${row("as whole states", wholeStateBytes, "whole")}</div>
    </section>`;
  }

  #origin({ originBytes, quotaBytes, persisted }: StorageUsage) {
    const isKnown = originBytes !== undefined && quotaBytes !== undefined;
    if (!isKnown && persisted === undefined) return nothing;
    return html`<section>
      <h3>This site in this browser</h3>
      ${
        isKnown
          ? html`<div class="origin">
            <meter aria-label="Share of what the site may store" min="0" max=${quotaBytes} high=${quotaBytes * 0.8} .value=${originBytes}></meter>
            <span>${bytesText(originBytes)} of ${bytesText(quotaBytes)}</span>
          </div>`
          : nothing
      }
      ${
        persisted === undefined
          ? nothing
          : html`<div class="origin">
            <span>${persisted ? "The browser keeps it until you clear it." : "The browser may clear it when space is short."}</span>
            ${persisted ? nothing : html`<button @click=${this.#persist}>Ask to keep it</button>`}
            <span class="muted" role="status">${this.message}</span>
          </div>`
      }
    </section>`;
  }

  async #persist(): Promise<void> {
    try {
      const answer = await this.store!.persist();
      this.message = answer === undefined ? "This browser can't be asked." : answer ? "" : "The browser did not agree.";
      await this.refresh();
    } catch (error) {
      this.failure = messageOf(error);
    }
  }

  #shares() {
    const shares = this.heads.map(shareOf);
    const most = Math.max(...shares.map(({ added, shared }) => added + shared), 1);
    return html`<section>
      <h3>What each checkpoint added, newest first</h3>
      <p class="legend muted"><i class="added"></i> added by its save <i class="shared"></i> shared with those before</p>
      <ol class="shares">
        ${shares.map((share) => this.#share(share, most))}
      </ol>
      ${this.hasMore ? html`<button class="quiet" @click=${this.#showMore}>Show ${PAGE} more</button>` : nothing}
    </section>`;
  }

  #share({ head, added, shared }: Share, most: number) {
    const width = (bytes: number) => `inline-size: ${(100 * bytes) / most}%`;
    return html`<li>
      <span class="name">${nodeOf(head)}</span>
      <span class="track"><i class="added" .style=${width(added)}></i><i class="shared" .style=${width(shared)}></i></span>
      <span class="figures">+${bytesText(added)}<span class="muted"> of ${bytesText(added + shared)}</span></span>
    </li>`;
  }

  #showMore(): void {
    this.#count += PAGE;
    void this.refresh();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

define("waystone-storage", StorageView);

declare global {
  interface HTMLElementTagNameMap {
    "waystone-storage": StorageView;
  }
}
