import type { Page } from "playwright";
import type { ExtensionChromium } from "./extension-chromium.ts";
import type { startProbe } from "./extension-probe.ts";
import { CHOICES } from "./scout-page.ts";

declare global {
  /** In the pages that {@link withProbe} was given. */
  var probe: Awaited<ReturnType<typeof startProbe>>;
}

/** Starts the probe in a page. As a string: the test runner rewrites a dynamic import that it can see. */
export const WITH_PROBE = `import("/probe.js").then(async ({ startProbe }) => { globalThis.probe = await startProbe(); })`;

/** The extension's popup, open in a tab, as a user works it. */
export class PopupPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(chromium: ExtensionChromium, paceMs: number): Promise<PopupPage> {
    const page = await chromium.context.newPage();
    await page.goto(chromium.url("popup.html"));
    await page.evaluate(WITH_PROBE);
    await page
      .getByRole("status")
      .filter({ hasText: /^Worker/ })
      .waitFor();
    const popup = new PopupPage(page);
    await popup.setPace(paceMs);
    return popup;
  }

  get question() {
    return this.page.getByRole("region", { name: "The agent asks" });
  }

  get reportLink() {
    return this.page.getByRole("link", { name: "Open the report" });
  }

  setPace(paceMs: number): Promise<void> {
    return this.page.evaluate((ms) => chrome.storage.local.set({ paceMs: ms }), paceMs);
  }

  latest() {
    return this.page.evaluate(() => probe.latest());
  }

  /** Starts a run from the form, on the first of its examples, and returns its trace's id. */
  async start(): Promise<string> {
    const before = (await this.latest())?.traceId;
    const start = this.page.getByRole("button", { name: "Start the scout" });
    const anew = this.page.getByRole("button", { name: "New run" });
    await start.or(anew).first().waitFor();
    if (!(await start.isVisible())) await anew.click();
    await start.click();
    await this.page.getByRole("region", { name: "Checkpoints" }).getByText("goal and browsers").waitFor();
    const traceId = (await this.latest())?.traceId;
    if (traceId === undefined || traceId === before) throw new Error("No run was started.");
    return traceId;
  }

  /** Answers the open question, in the way that its place among the questions says. */
  async answer(count: number): Promise<void> {
    await this.question.waitFor();
    const wish = this.question.locator(`#${CHOICES[count % CHOICES.length]}`);
    const text = await this.question.getByRole("heading").textContent();
    await ((await wish.isEnabled()) ? wish : this.question.locator("#enhance")).click();
    await this.question.getByRole("heading", { name: text ?? "", exact: true }).waitFor({ state: "detached" });
  }

  /** Answers whatever is asked until the run is complete; the next question is number `answered`. */
  async finish(answered = 0): Promise<void> {
    for (let count = answered; ; count++) {
      await this.reportLink.or(this.question).first().waitFor();
      if (await this.reportLink.isVisible()) return;
      await this.answer(count);
    }
  }

  /** The report as its page shows it. */
  async reportText(): Promise<string> {
    const [report] = await Promise.all([this.page.context().waitForEvent("page"), this.reportLink.click()]);
    const text = await report.getByRole("article").innerText();
    await report.close();
    return text;
  }
}
