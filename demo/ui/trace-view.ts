import type { CheckpointId, CheckpointStore, StoredHead, TraceId } from "waystone";
import { CheckpointCache } from "./checkpoint-cache.ts";
import { CheckpointDetail } from "./checkpoint-detail.ts";
import type { Activity } from "./checkpoint-timeline.ts";
import { CheckpointTimeline } from "./checkpoint-timeline.ts";
import { h } from "./h.ts";
import { ShadowElement, define } from "./shadow-element.ts";
import type { Tab } from "./tabs.ts";
import { Tabs } from "./tabs.ts";
import type { FeedSource } from "./trace-feed.ts";
import { TraceFeed } from "./trace-feed.ts";
import { styles } from "./trace-view.styles.ts";

/** What the view needs of a store. */
export type TraceSource<S> = FeedSource & Pick<CheckpointStore<S>, "load">;

/**
 * `<trace-view>`: the checkpoints of one trace as they come, and the one selected among them. While it follows, that
 * is the newest.
 *
 * Fires `trace-change` when the trace has changed, and `trace-error` with what went wrong in showing it. `more` is a
 * tab beside the checkpoint's; it is for the owner to enable.
 */
export class TraceView<S = unknown> extends ShadowElement {
  readonly #source: TraceSource<S>;
  readonly #checkpoints: CheckpointCache<S>;
  readonly #timeline = new CheckpointTimeline();
  readonly #detail = new CheckpointDetail();
  readonly #count = h("small");
  readonly #follow = h("button", {
    type: "button",
    id: "follow",
    title: "Keep the newest checkpoint selected",
    onclick: () => this.#setFollowing(!this.#isFollowing),
  });
  readonly #tabs: Tabs;
  readonly #more: Tab;
  #feed: TraceFeed | undefined;
  #selectedId: CheckpointId | undefined;
  #isFollowing = true;

  constructor(source: TraceSource<S>, more: Tab) {
    super(styles);
    this.#source = source;
    this.#checkpoints = new CheckpointCache(source);
    this.#more = more;
    this.#tabs = new Tabs("Views", [{ id: "checkpoint", label: "Checkpoint", panel: this.#detail }, more]);
    this.#follow.append("Follow");
    this.root.append(
      h(
        "section",
        { class: "timeline", "aria-label": "Checkpoints" },
        h("header", {}, h("h2", {}, "Checkpoints", this.#count), this.#follow),
        this.#timeline,
      ),
      h(
        "section",
        { class: "detail", "aria-label": "Detail" },
        h("div", { class: "tabbar" }, this.#tabs.strip),
        this.#detail,
        more.panel,
      ),
    );
    this.root.addEventListener("checkpoint-select", (event) => {
      const { detail: id } = event as CustomEvent<CheckpointId>;
      this.#setFollowing(id === this.latest?.id);
      this.#tabs.select("checkpoint");
      void this.#select(id);
    });
    // Whatever takes room from the list, its end is what is being followed.
    new ResizeObserver(() => this.#isFollowing && this.#timeline.reveal("end")).observe(this.#timeline);
  }

  get traceId(): TraceId | undefined {
    return this.#feed?.traceId;
  }

  /** Oldest first. */
  get heads(): readonly StoredHead[] {
    return this.#feed?.heads ?? [];
  }

  get latest(): StoredHead | undefined {
    return this.#feed?.latest;
  }

  /** Shows another trace, or none. */
  open(traceId: TraceId | undefined): void {
    if (traceId === this.traceId) return;
    this.#feed?.close();
    this.#feed = undefined;
    this.#selectedId = undefined;
    this.#timeline.heads = [];
    this.activity = undefined;
    this.offerMore(false);
    this.#setFollowing(true);
    if (!traceId) return;
    this.#feed = new TraceFeed(this.#source, traceId);
    this.#feed.addEventListener("change", () => this.#feedChanged());
  }

  /** The state of a checkpoint; what was shown last is at hand. */
  async stateOf(id: CheckpointId): Promise<S | undefined> {
    return (await this.#checkpoints.load(id))?.state;
  }

  /** What comes next in the trace, if anything does. */
  set activity(activity: Activity | undefined) {
    this.#timeline.activity = activity;
  }

  /** Enables the further tab, and turns to it if the newest checkpoint is being followed. */
  offerMore(isOffered: boolean): void {
    this.#tabs.enable(this.#more.id, isOffered);
    if (isOffered && this.#isFollowing) this.#tabs.select(this.#more.id);
  }

  override focus(options?: FocusOptions): void {
    this.#timeline.focus(options);
  }

  #feedChanged(): void {
    this.#timeline.heads = this.heads;
    this.#count.textContent = this.heads.length > 0 ? String(this.heads.length) : "";
    if (this.#isFollowing) this.#followLatest();
    this.dispatchEvent(new Event("trace-change", { bubbles: true, composed: true }));
  }

  #setFollowing(isFollowing: boolean): void {
    this.#isFollowing = isFollowing;
    this.#follow.setAttribute("aria-pressed", String(isFollowing));
    if (isFollowing) this.#followLatest();
  }

  #followLatest(): void {
    if (!this.latest) return;
    void this.#select(this.latest.id);
    this.#timeline.reveal("end");
  }

  async #select(id: CheckpointId): Promise<void> {
    this.#selectedId = id;
    this.#timeline.selectedId = id;
    const at = this.heads.findIndex((head) => head.id === id);
    const head = this.heads[at];
    if (!head) return;
    try {
      const [checkpoint, before] = await Promise.all([
        this.#checkpoints.load(id),
        head.parentId ? this.#checkpoints.load(head.parentId) : undefined,
      ]);
      if (this.#selectedId !== id || !checkpoint) return;
      this.#detail.show({ head, place: at + 1, state: checkpoint.state, ...(before && { before }) });
    } catch (error) {
      if (this.#selectedId !== id) return;
      this.dispatchEvent(new CustomEvent("trace-error", { detail: error, bubbles: true, composed: true }));
    }
  }
}

define("trace-view", TraceView);
