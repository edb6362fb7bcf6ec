import { setTimeout as wait } from "node:timers/promises";
import type { CDPSession, Page } from "playwright";
import { WAKE_ALARM } from "../../demo/extension/wake-alarm.ts";

const START_TIMEOUT_MS = 10_000;

/** The extension's worker, as Chrome sees it: stops it and wakes it. */
export class ExtensionWorker {
  readonly #page: Page;
  readonly #session: CDPSession;
  #status = "stopped";

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
    session.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
      this.#status = versions.at(-1)?.runningStatus ?? this.#status;
    });
  }

  /** `page` is one of the extension's. */
  static async of(page: Page): Promise<ExtensionWorker> {
    const session = await page.context().newCDPSession(page);
    const worker = new ExtensionWorker(page, session);
    await session.send("ServiceWorker.enable");
    return worker;
  }

  get isRunning(): boolean {
    return this.#status === "running";
  }

  /** Stops it wherever it is; resolves once it is dead. */
  async stop(): Promise<void> {
    await this.#session.send("ServiceWorker.stopAllWorkers");
  }

  /** Waits until it runs, and for `delayMs`, and stops it. */
  async stopOnceRunning(delayMs: number): Promise<void> {
    await this.#started();
    await wait(delayMs);
    await this.stop();
  }

  /** Lets the alarm that it set go off now, and waits until it runs. Chrome lets alarms go off once a second at most. */
  async wakeByAlarm(): Promise<void> {
    await this.#assertAlarm();
    await this.#page.evaluate(
      (name) => chrome.alarms.create(name, { when: Date.now(), periodInMinutes: 1 }),
      WAKE_ALARM,
    );
    await this.#started();
  }

  /** Sends it a message, as the popup does, and waits until it runs. */
  async wakeByMessage(): Promise<void> {
    await this.#assertAlarm();
    // It may be stopped before it has answered.
    await this.#page.evaluate(() => void chrome.runtime.sendMessage({ kind: "wake" }).catch(() => {}));
    await this.#started();
  }

  /** Throws unless the worker has seen to being woken. */
  async #assertAlarm(): Promise<void> {
    const failures = await this.#page.evaluate(async (name) => {
      return (await chrome.alarms.get(name)) ? undefined : await chrome.storage.session.get();
    }, WAKE_ALARM);
    if (failures) throw new Error(`The worker has set no alarm in the middle of a run: ${JSON.stringify(failures)}`);
  }

  async #started(): Promise<void> {
    for (const end = Date.now() + START_TIMEOUT_MS; !this.isRunning;) {
      if (Date.now() > end) throw new Error("The worker was not woken.");
      await wait(2);
    }
  }
}
