import type { Browser, BrowserContext } from "playwright";
import { chromium } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { findChromium } from "../engines/chromium.mjs";
import { serveDemo } from "./demo-server.mjs";
import type { StoredRun } from "./read-run.ts";
import { ScoutPage, expectOneChain } from "./scout-page.ts";

/** Slow enough to step in between two steps. */
export const PACE_MS = 200;

/** The demo, served, in a browser with a fresh profile for each test. A page that complained fails its test. */
export class ScoutDemo {
  /** A run that nobody disturbed. */
  undisturbed!: { readonly text: string; readonly stored: StoredRun };
  #demo: Awaited<ReturnType<typeof serveDemo>> | undefined;
  #browser: Browser | undefined;
  #context!: BrowserContext;
  #pages: ScoutPage[] = [];

  /** To be called once, at the top of a test file. */
  static forThisFile(): ScoutDemo {
    const scoutDemo = new ScoutDemo();
    beforeAll(() => scoutDemo.#start());
    beforeEach(async () => {
      scoutDemo.#context = await scoutDemo.#browser!.newContext();
    });
    afterEach(async () => {
      await scoutDemo.#context.close();
      for (const scout of scoutDemo.#pages.splice(0)) scout.assertQuiet();
    });
    afterAll(async () => {
      await scoutDemo.#browser?.close();
      await scoutDemo.#demo?.close();
    });
    return scoutDemo;
  }

  async #start(): Promise<void> {
    const { executablePath, args } = await findChromium();
    [this.#demo, this.#browser] = await Promise.all([serveDemo(), chromium.launch({ executablePath, args })]);
    this.#context = await this.#browser.newContext();
    const scout = await this.open({ paceMs: 0 });
    await scout.start();
    await scout.finish();
    this.undisturbed = { text: await scout.reportText(), stored: await this.stored(scout) };
    scout.assertQuiet();
    await this.#context.close();
  }

  async open({ paceMs = PACE_MS, context = this.#context } = {}): Promise<ScoutPage> {
    const scout = await ScoutPage.open(context, this.#demo!.url, paceMs);
    this.#pages.push(scout);
    return scout;
  }

  /** What the store holds of the one run, read anew from the database. */
  stored(scout: ScoutPage): Promise<StoredRun> {
    return scout.stored(this.#demo!.moduleUrl("read-run.ts"));
  }
}

/** Fails unless the run took the steps, and came to the report, that the undisturbed one did. */
export async function expectUndisturbed(scout: ScoutPage, demo: ScoutDemo): Promise<void> {
  const { text, stored } = demo.undisturbed;
  const { heads, report } = await demo.stored(scout);
  expectOneChain({ heads, report });
  expect(heads.map(({ node }) => node)).toEqual(stored.heads.map(({ node }) => node));
  expect(report).toEqual(stored.report);
  expect(await scout.reportText()).toBe(text);
}

/** Waits until the run asks again, or has gone on by itself, and answers the first `count` checkpoints. */
export async function firstOnceGoingOn(
  scout: ScoutPage,
  { count, isAsking }: { count: number; isAsking: boolean },
): Promise<string[]> {
  if (isAsking) await scout.question.waitFor();
  return (await scout.checkpoints(isAsking ? count : count + 1)).slice(0, count);
}
