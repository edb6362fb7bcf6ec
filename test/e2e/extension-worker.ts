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

  /** Lets the alarm that it set go off now, and waits until it runs. */
  async wakeByAlarm(): Promise<void> {
    const failures = await this.#page.evaluate(async (name) => {
      if (!(await chrome.alarms.get(name))) return await chrome.storage.session.get();
      return void (await chrome.alarms.create(name, { when: Date.now(), periodInMinutes: 1 }));
    }, WAKE_ALARM);
    if (failures) throw new Error(`The worker has set no alarm in the middle of a run: ${JSON.stringify(failures)}`);
    for (const end = Date.now() + START_TIMEOUT_MS; !this.isRunning; ) {
      if (Date.now() > end) throw new Error("The alarm did not wake the worker.");
      await wait(2);
    }
  }
}
