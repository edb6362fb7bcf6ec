import { setTimeout as wait } from "node:timers/promises";
import { Control } from "./control.ts";
import { makeProfile, type Engine, type RunningBrowser, type StartOptions } from "./engines/engine.ts";
import { pageCode } from "../engines/page-code.ts";

/** A browser that has the page open, as the client `tab`. */
export interface Session extends RunningBrowser {
  readonly control: Control;
}

/** Where faults are made: one server, so that all pages are of one origin, and one browser at a time. */
export class Bench {
  readonly #control: Control;

  private constructor(control: Control) {
    this.#control = control;
  }

  static async open(): Promise<Bench> {
    return new Bench(await Control.start(await pageCode(new URL("page/client.ts", import.meta.url))));
  }

  /** Starts a browser on the page, hands it to `work`, and kills what is left of it. */
  async browse<T>(
    engine: Engine,
    options: Omit<StartOptions, "url">,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const control = this.#control;
    const browser = await engine.start({ ...options, url: control.url("tab") });
    try {
      return await work({ ...browser, control });
    } finally {
      browser.processes.signal("SIGCONT");
      await browser.processes.kill();
      control.forgetClients();
    }
  }

  /** As {@link Bench.browse}, on a profile of its own, which goes with the browser. */
  async browseAnew<T>(engine: Engine, work: (session: Session) => Promise<T>): Promise<T> {
    const profile = makeProfile(engine.name);
    try {
      return await this.browse(engine, { profile: profile.folder }, work);
    } finally {
      profile.remove();
    }
  }

  /** Resolves once `holds` does. Rejects when that takes too long. */
  async until(holds: () => boolean, { timeoutMs = 30_000 }: { timeoutMs?: number } = {}): Promise<void> {
    for (const end = Date.now() + timeoutMs; !holds(); await wait(2)) {
      if (Date.now() > end) throw new Error(`it did not come to pass within ${timeoutMs} ms: ${holds}`);
    }
  }

  async close(): Promise<void> {
    await this.#control.close();
  }
}
