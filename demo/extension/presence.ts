const NAME = "baseline-scout.worker";

/** Lets pages know that this worker is awake, for as long as it is. */
export function announcePresence(): void {
  // A lock is released however its holder ends. Nothing else lets a page notice that without waking a worker.
  void navigator.locks.request(NAME, () => {
    new BroadcastChannel(NAME).postMessage("awake");
    return new Promise<never>(() => {});
  });
}

/** Whether the worker is awake. Looking does not wake it. Fires `change`. */
export class WorkerPresence extends EventTarget {
  #isAwake: boolean | undefined;
  readonly #channel = new BroadcastChannel(NAME);

  constructor() {
    super();
    void this.#follow();
  }

  /** `undefined` until it is known. */
  get isAwake(): boolean | undefined {
    return this.#isAwake;
  }

  async #follow(): Promise<never> {
    for (;;) {
      const woke = new Promise((resolve) => (this.#channel.onmessage = resolve));
      const { held } = await navigator.locks.query();
      const isAwake = held?.some(({ name }) => name === NAME) ?? false;
      this.#become(isAwake);
      if (isAwake) await navigator.locks.request(NAME, { mode: "shared" }, () => {});
      else await woke;
    }
  }

  #become(isAwake: boolean): void {
    this.#isAwake = isAwake;
    this.dispatchEvent(new Event("change"));
  }
}
