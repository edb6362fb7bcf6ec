import type { BrowserContext, Page } from "playwright";
import { expect } from "vitest";
import type { StoredRun } from "./read-run.ts";

/** How the questions of a run are answered, one after the other. */
export const CHOICES = ["enhance", "replace", "drop"] as const;

/** The demo in a tab, as a user works it. */
export class ScoutPage {
  readonly page: Page;
  /** What the console and the page complained about. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
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
    await this.page.getByRole("button", { name: "Start the scout" }).click();
    await this.page.getByRole("option").first().waitFor();
  }

  /** Waits until the timeline shows at least this many checkpoints. Returns their ids, oldest first. */
  async checkpoints(atLeast: number): Promise<string[]> {
    await this.page
      .getByRole("option")
      .nth(atLeast - 1)
      .waitFor({ state: "attached" });
    return this.page
      .getByRole("option")
      .evaluateAll((options) => options.map(({ id }) => id.replace(/^checkpoint-/, "")));
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
    const reached = this.page.getByRole("option").nth(checkpoints - 1);
    for (let count = answered; ; count++) {
      await reached.or(this.question).first().waitFor({ state: "attached" });
      if ((await reached.count()) > 0) return count;
      await this.answer(count);
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
    await this.page.getByRole("tab", { name: "Report" }).click();
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
