import type { ReactiveController, ReactiveControllerHost } from "lit";

/** A row to be drawn, and how far from the top, in px. */
export interface WindowRow {
  readonly index: number;
  readonly start: number;
}

/** Rows beyond those in sight that are drawn, too, on each side. */
const MARGIN = 6;

/**
 * Says which rows of a long list are in sight. All rows have one height, so that this is a division; a library for lists of
 * any kind would take a sixth of all that the inspector may weigh.
 */
export class RowWindow implements ReactiveController {
  /** How many rows there are. To be set before the host renders. */
  count = 0;
  readonly #host: ReactiveControllerHost;
  readonly #rowHeight: number;
  readonly #findScroller: () => HTMLElement | null;
  readonly #resizes = new ResizeObserver(() => this.#look());
  #scroller: HTMLElement | null = null;
  #top = 0;
  #height = 0;

  /** @param findScroller - Finds the element that scrolls, once the host has rendered. */
  constructor(
    host: ReactiveControllerHost,
    { rowHeight, findScroller }: { readonly rowHeight: number; readonly findScroller: () => HTMLElement | null },
  ) {
    this.#host = host;
    this.#rowHeight = rowHeight;
    this.#findScroller = findScroller;
    host.addController(this);
  }

  /** The height of all rows, in px. */
  get totalHeight(): number {
    return this.count * this.#rowHeight;
  }

  /** How much of them is in sight, in px. */
  get height(): number {
    return this.#height;
  }

  /** The rows to be drawn. */
  get rows(): WindowRow[] {
    const first = Math.max(0, Math.floor(this.#top / this.#rowHeight) - MARGIN);
    const end = Math.min(this.count, Math.ceil((this.#top + this.#height) / this.#rowHeight) + MARGIN);
    return Array.from({ length: Math.max(0, end - first) }, (_, i) => ({
      index: first + i,
      start: (first + i) * this.#rowHeight,
    }));
  }

  /** Scrolls as far as it takes to have a row in sight. To be called once the host has rendered. */
  reveal(index: number): void {
    const scroller = this.#scroller;
    if (scroller === null) return;
    const start = index * this.#rowHeight;
    const lowest = start + this.#rowHeight - scroller.clientHeight;
    scroller.scrollTop = Math.max(lowest, Math.min(start, scroller.scrollTop));
    this.#look();
  }

  hostUpdated(): void {
    const scroller = this.#findScroller();
    if (scroller === this.#scroller) return;
    this.hostDisconnected();
    this.#scroller = scroller;
    if (scroller === null) return;
    scroller.addEventListener("scroll", this.#look, { passive: true });
    this.#resizes.observe(scroller);
    this.#look();
  }

  hostDisconnected(): void {
    this.#scroller?.removeEventListener("scroll", this.#look);
    this.#resizes.disconnect();
    this.#scroller = null;
  }

  readonly #look = (): void => {
    const { scrollTop = 0, clientHeight = 0 } = this.#scroller ?? {};
    const first = Math.floor(this.#top / this.#rowHeight);
    if (Math.floor(scrollTop / this.#rowHeight) === first && clientHeight === this.#height) return;
    this.#top = scrollTop;
    this.#height = clientHeight;
    // What is in sight is only known once the host has rendered, and it may still be at it.
    void this.#host.updateComplete.then(() => this.#host.requestUpdate());
  };
}
