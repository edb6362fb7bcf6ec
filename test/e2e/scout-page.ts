import type { BrowserContext, Page } from "playwright";
import { expect } from "vitest";
import type { CheckpointInspectorElement } from "waystone/inspector";
import type { StoredRun } from "./read-run.ts";

const POLLING = { timeout: 30_000, interval: 50 };

/** How the questions of a run are answered, one after the other. */
export const CHOICES = ["enhance", "replace", "drop"] as const;

/** What Chromium says where it has the interface of a language model, and no model. */
const NO_MODEL = /^Unable to create a text session/;

/** The demo in a tab, as a user works it. */
export class ScoutPage {
  readonly page: Page;
  /** What the console and the page complained about. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      if (NO_MODEL.test(message.text())) return;
      if (["error", "warning"].includes(message.type())) this.complaints.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${error.message}`));
  }

  /** Opens the demo in a new tab; the agent takes `paceMs` before each step. */
  static async open(context: BrowserContext, url: string, paceMs: number): Promise<ScoutPage> {
    const scout = new ScoutPage(await context.newPage());
    await scout.page.addInitScript((ms) => localStorage.setItem("baseline-scout.paceMs", String(ms)), paceMs);
    await scout.page.goto(url);
    await scout.page.locator("scout-app").waitFor();
    return scout;
  }

  /** Throws if anything was complained about. */
  assertQuiet(): void {
    if (this.complaints.length > 0) throw new Error(`The page complained: ${this.complaints.join("\n")}`);
  }

  async start(): Promise<void> {
    const button = this.page.getByRole("button", { name: "Start the scout" });
    await button.click();
    await button.waitFor({ state: "hidden" });
    await this.checkpoints(1);
  }

  /** Waits until the run that is shown has at least this many checkpoints. Returns their ids, oldest first. */
  async checkpoints(atLeast: number): Promise<string[]> {
    let ids: string[] = [];
    await expect.poll(async () => (ids = await this.ids()).length, POLLING).toBeGreaterThanOrEqual(atLeast);
    return ids;
  }

  /** The checkpoints of the run that is shown, oldest first. The inspector draws those in sight alone. */
  private ids(): Promise<string[]> {
    return this.page.locator("checkpoint-inspector").evaluate(async (element) => {
      const { store, traceId } = element as CheckpointInspectorElement;
      return traceId === undefined ? [] : (await store!.list(traceId)).reverse();
    });
  }

  get question() {
    return this.page.getByRole("region", { name: "The agent asks" });
  }

  get status() {
    return this.page.locator("run-bar").locator("[role=status]");
  }

  /** Answers the open question, in the way that its place among the questions says. */
  async answer(count: number): Promise<void> {
    await this.question.waitFor();
    const wish = this.question.locator(`#${CHOICES[count % CHOICES.length]}`);
    const choice = (await wish.isEnabled()) ? wish : this.question.locator("#enhance");
    const text = await this.question.getByRole("heading").textContent();
    await choice.click();
    await this.question.getByRole("heading", { name: text ?? "", exact: true }).waitFor({ state: "detached" });
  }

  /** Waits for so many checkpoints, giving answers on the way; says how many questions there were by then. */
  async reach(checkpoints: number, answered: number): Promise<number> {
    for (let count = answered; ;) {
      if ((await this.ids()).length >= checkpoints) return count;
      if (await this.question.isVisible()) await this.answer(count++);
      else await this.page.waitForTimeout(20);
    }
  }

  /** Goes on without a wait between steps until the run is complete; the next question is number `answered`. */
  async finish(answered = 0): Promise<void> {
    await this.page.getByLabel("Pace").fill("0");
    const complete = this.status.filter({ hasText: "Complete" });
    for (let count = answered; ; count++) {
      await complete.or(this.question).first().waitFor();
      if (await complete.isVisible()) return;
      await this.answer(count);
    }
  }

  /** The report as the page shows it. */
  async reportText(): Promise<string> {
    return this.page.getByRole("article").innerText();
  }

  /** What the store holds of the one run, read anew from the database. */
  async stored(readRunModule: string): Promise<StoredRun> {
    // As a string: the test runner rewrites a dynamic import that it can see.
    return this.page.evaluate<StoredRun>(`import(${JSON.stringify(readRunModule)}).then(({ readRun }) => readRun())`);
  }
}

/** Whether each checkpoint grew from the one before it: no step was taken twice. */
export function expectOneChain({ heads }: StoredRun): void {
  expect(heads.map(({ parentId }) => parentId)).toEqual([undefined, ...heads.slice(0, -1).map(({ id }) => id)]);
}
