import type { TraceId } from "waystone";
import { singleFlight } from "../ui/single-flight.ts";

const PACE = "paceMs";
const DEFAULT_PACE_MS = 500;
const PAUSED = "paused.";
const FAILED = "failed.";

/** What is known of the runs beside their checkpoints, alike in the worker and in every page. Fires `change`. */
export class Settings extends EventTarget {
  #values: Record<string, unknown> = {};
  /** Resolves when the settings were read. Until then, everything has its default. */
  readonly ready: Promise<void>;

  constructor() {
    super();
    chrome.storage.onChanged.addListener(() => void this.#read());
    this.ready = this.#read();
  }

  get paceMs(): number {
    return Number(this.#values[PACE] ?? DEFAULT_PACE_MS);
  }

  async setPace(ms: number): Promise<void> {
    await chrome.storage.local.set({ [PACE]: ms });
  }

  isPaused(traceId: TraceId): boolean {
    return this.#values[PAUSED + traceId] === true;
  }

  async pause(traceId: TraceId): Promise<void> {
    await chrome.storage.local.set({ [PAUSED + traceId]: true });
  }

  /** Why a run stopped, until it is resumed or the browser starts anew. */
  failure(traceId: TraceId): string | undefined {
    return this.#values[FAILED + traceId] as string | undefined;
  }

  async fail(traceId: TraceId, reason: string): Promise<void> {
    this.#values = { ...this.#values, [FAILED + traceId]: reason };
    await chrome.storage.session.set({ [FAILED + traceId]: reason });
  }

  /** Takes back a pause and a failure. */
  async clear(traceId: TraceId): Promise<void> {
    await chrome.storage.session.remove(FAILED + traceId);
    await chrome.storage.local.remove(PAUSED + traceId);
  }

  readonly #read = singleFlight(async () => {
    const [local, session] = await Promise.all([chrome.storage.local.get(), chrome.storage.session.get()]);
    this.#values = { ...local, ...session };
    this.dispatchEvent(new Event("change"));
  });
}
