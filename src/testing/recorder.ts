import type { WatchOptions } from "../core/store.ts";
import type { Change } from "../core/trace.ts";
import { ConformanceFailure, assert } from "./assertions.ts";

interface Watchable {
  watch(listener: (change: Change) => void, options?: WatchOptions): () => void;
}

const PATIENCE_MS = 10_000;
const QUIET_MS = 60;

/** Listens to a store or a trace and keeps what it hears. */
export class Recorder {
  readonly heard: Change[] = [];
  /** Ends the watch. */
  readonly end: () => void;

  constructor(store: Watchable, options?: WatchOptions) {
    this.end = store.watch((change) => void this.heard.push(change), options);
  }

  /** The changes heard, once there are `count`; fails if there are fewer after a good while, or more soon after. */
  async expect(count: number): Promise<Change[]> {
    await until(
      () => this.heard.length >= count,
      () => `${count} changes, but only ${this.heard.length} came`,
    );
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const kinds = this.heard.map(({ kind }) => kind).join(", ");
    const { length } = this.heard;
    assert(length === count, `${count} changes should have been heard, but ${length} were: ${kinds}`);
    return this.heard;
  }
}

/** Waits for something that happens by and by, in another tab for instance. */
export async function until(condition: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new ConformanceFailure(`waited in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
