import type { CheckpointId, StoredHead, TraceId } from "../core/checkpoint.ts";
import type { Store } from "../core/store.ts";
import { RunFeed } from "./runs/run-feed.ts";
import { readOwnership, runStateOf, type Ownership, type RunState } from "./runs/run-state.ts";
import { Family } from "./timeline/family.ts";
import { afterChange, follow, FOLLOWING, select, type Following } from "./timeline/following.ts";
import { layOut, type TimelineLayout, type TimelineRow } from "./timeline/lanes.ts";

/** How often to find out who owns which run: nothing reports that. */
const OWNERS_MS = 4_000;

/** Of the time that passes while a run saves, laying out its timeline takes this part at most. */
const LAYOUT_SHARE = 1 / 12;

const EMPTY: TimelineLayout = { rows: [], tracks: [], lanes: 1 };

/**
 * What an inspector shows of one store: its runs, the timeline of one of them, and which checkpoint is selected. Has no
 * interface, and reads no state. Fires `change`.
 */
export class Session extends EventTarget {
  readonly store: Store;
  readonly runs: RunFeed;
  #family: Family | undefined;
  #following: Following = FOLLOWING;
  #traceId: TraceId | undefined;
  #layout: TimelineLayout = EMPTY;
  #isStale = false;
  /** Until when a stale layout does, and what looks again then. */
  #restUntil = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #isOwned: Ownership = () => false;
  readonly #asking: ReturnType<typeof setInterval>;
  #isClosed = false;

  /** @throws `closed`. */
  constructor(store: Store) {
    super();
    this.store = store;
    this.runs = new RunFeed(store);
    this.runs.addEventListener("change", () => this.#changed());
    void this.#lookForOwners();
    this.#asking = setInterval(() => {
      if (globalThis.document?.hidden !== true) void this.#lookForOwners();
    }, OWNERS_MS);
  }

  /** The run that is shown. */
  get traceId(): TraceId | undefined {
    return this.#traceId;
  }

  get family(): Family | undefined {
    return this.#family;
  }

  get isFollowing(): boolean {
    return this.#following.isFollowing;
  }

  get selectedId(): CheckpointId | undefined {
    this.#lookAgain();
    return this.#following.selectedId;
  }

  get layout(): TimelineLayout {
    this.#lookAgain();
    return this.#layout;
  }

  get selected(): TimelineRow | undefined {
    const { selectedId } = this;
    return selectedId === undefined ? undefined : this.#layout.rows.find(({ head }) => head.id === selectedId);
  }

  /** Where a run stands. */
  stateOf(traceId: TraceId): RunState | undefined {
    const summary = this.runs.get(traceId);
    return summary && runStateOf(summary, { isOwned: this.#isOwned(traceId), now: Date.now() });
  }

  async #lookForOwners(): Promise<void> {
    this.#isOwned = await readOwnership();
    this.#changed();
  }

  /** Shows a run, from its newest checkpoint on. */
  open(traceId: TraceId | undefined): void {
    if (traceId === this.#traceId) return;
    this.#following = FOLLOWING;
    this.#show(traceId);
  }

  /** Shows a checkpoint, of whichever run. */
  async select(id: CheckpointId): Promise<void> {
    const known = this.layout.rows.find(({ head }) => head.id === id)?.head;
    this.#following = select(id);
    this.#changed();
    const head = known ?? (await this.store.head(id).catch(() => undefined));
    if (this.#following.selectedId !== id || this.#isClosed) return;
    if (head !== undefined) this.#show(head.traceId);
    else if (this.#family?.isLoaded !== false) this.follow();
    this.#changed();
  }

  /** Shows the newest checkpoint, and those to come. */
  follow(): void {
    this.#following = follow(this.#latest?.id);
    this.#changed();
  }

  /** Stays with the checkpoint that is shown. */
  hold(): void {
    const { selectedId } = this;
    if (selectedId !== undefined) this.#following = select(selectedId);
    this.#changed();
  }

  /** Selects the checkpoint so many rows further down. */
  step(by: number): void {
    const { rows } = this.layout;
    const at = rows.findIndex(({ head }) => head.id === this.selectedId);
    const row = rows[Math.max(0, Math.min(rows.length - 1, (at < 0 ? rows.length : at) + by))];
    if (row !== undefined) void this.select(row.head.id);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#asking);
    clearTimeout(this.#waiting);
    this.runs.close();
    this.#family?.close();
  }

  get #latest(): StoredHead | undefined {
    return this.#traceId === undefined ? undefined : this.#family?.get(this.#traceId)?.latest;
  }

  #show(traceId: TraceId | undefined): void {
    this.#traceId = traceId;
    if (traceId === undefined || this.#family?.get(traceId) === undefined) {
      this.#family?.close();
      this.#family = traceId === undefined ? undefined : new Family(this.store, traceId);
      this.#family?.addEventListener("change", () => this.#familyChanged());
      this.#restUntil = 0;
    }
    this.#familyChanged();
  }

  #familyChanged(): void {
    this.#isStale = true;
    this.#changed();
  }

  /** Lays out anew what has changed since somebody last looked, however many changes that were. */
  #lookAgain(): void {
    if (!this.#isStale) return;
    const began = performance.now();
    if (began < this.#restUntil) {
      this.#waiting ??= setTimeout(() => this.#restEnded(), this.#restUntil - began);
      return;
    }
    this.#isStale = false;
    const before = this.#layout.rows.map(({ head }) => head.id);
    const family = this.#family;
    this.#layout = family === undefined ? EMPTY : layOut(family.members, (member) => family.originOf(member));
    const ended = performance.now();
    this.#restUntil = ended + (ended - began) / LAYOUT_SHARE;
    const isThere = family?.isLoaded === true || family?.error !== undefined;
    if (!isThere && !this.#following.isFollowing) return;
    const after = new Set(this.#layout.rows.map(({ head }) => head.id));
    this.#following = afterChange(this.#following, { before, after, latestId: this.#latest?.id });
  }

  #restEnded(): void {
    this.#waiting = undefined;
    this.#changed();
  }

  #changed(): void {
    if (!this.#isClosed) this.dispatchEvent(new Event("change"));
  }
}
