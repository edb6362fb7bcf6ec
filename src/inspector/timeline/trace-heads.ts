/**
 * The room `timeline` draws a run and its forks: `family.ts` finds them and keeps their heads (`trace-heads.ts`),
 * `lanes.ts` says where each is drawn, `following.ts` which checkpoint is shown, `label.ts` how a checkpoint is called,
 * and `timeline-view.ts` is what one sees.
 */
import type { StoredHead, TraceId } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import type { Change } from "../../core/trace.ts";
import { Slices } from "../slices.ts";

/** How many heads are read before the newest are shown, and then how many between two further looks. */
const FIRST_LOOK = 64;
const NEXT_LOOK = 1024;
/** How many heads are read before the page has its turn: a store in memory gives it none by itself. */
const SLICE = 128;

/**
 * The heads of one trace, oldest first. They are read once; afterwards, what the store reports is enough, and only where
 * a report was missed they are read again.
 */
export class TraceHeads {
  readonly traceId: TraceId;
  /** When the trace was begun, as far as that is known: a fork's first checkpoint has the time of the one it copies. */
  readonly begunAt: number | undefined;
  #heads: StoredHead[] = [];
  #version: number | undefined;
  /** What was reported while the heads are being read. */
  #missed: Change[] | undefined;

  constructor(traceId: TraceId, begunAt?: number) {
    this.traceId = traceId;
    this.begunAt = begunAt;
  }

  get heads(): readonly StoredHead[] {
    return this.#heads;
  }

  get first(): StoredHead | undefined {
    return this.#heads[0];
  }

  get latest(): StoredHead | undefined {
    return this.#heads.at(-1);
  }

  /**
   * Reads the heads, newest first.
   *
   * @param look - Called whenever there is something to show, before all of them have been read.
   */
  async read(store: Pick<Store, "history">, look: () => void, signal: AbortSignal): Promise<void> {
    this.#missed = [];
    this.#heads = [];
    let page: StoredHead[] = [];
    const take = (): void => {
      this.#heads = [...page.reverse(), ...this.#heads];
      page = [];
    };
    const slices = new Slices(signal);
    let read = 0;
    try {
      for await (const head of store.history(this.traceId, { signal })) {
        page.push(head);
        read += 1;
        if (read % SLICE === 0) await slices.pause();
        if (page.length < (this.#heads.length === 0 ? FIRST_LOOK : NEXT_LOOK)) continue;
        take();
        look();
      }
    } finally {
      take();
      const missed = this.#missed;
      this.#missed = undefined;
      for (const change of missed) this.#apply(change);
    }
  }

  /** Takes a change of the trace over. Returns whether it was one of several: then the heads have to be read again. */
  take(change: Change): boolean {
    const isNext = this.#version === undefined || change.version === this.#version + 1;
    this.#version = change.version;
    if (this.#missed !== undefined) this.#missed.push(change);
    else this.#apply(change);
    return !isNext;
  }

  #apply(change: Change): void {
    if (change.kind === "saved") {
      const { head } = change;
      if (head.seq > (this.latest?.seq ?? 0)) this.#heads.push(head);
    } else if (change.kind === "trace-deleted") {
      this.#heads = [];
    } else if (change.kind !== "noted") {
      const gone = new Set(change.ids);
      this.#heads = this.#heads.filter(({ id }) => !gone.has(id));
    }
  }
}
