import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BuiltExtension } from "./extension-chromium.ts";
import { ExtensionChromium, buildExtension } from "./extension-chromium.ts";
import { PopupPage } from "./extension-popup.ts";
import { ExtensionWorker } from "./extension-worker.ts";
import { textContrasts } from "./text-contrasts.ts";

const POPUP_WIDTH = 440;
/** Longer than a colour takes to change. */
const TRANSITION_MS = 200;

describe("the extension's popup", () => {
  let built: BuiltExtension;
  let chromium: ExtensionChromium;
  let popup: PopupPage;

  beforeAll(async () => {
    built = await buildExtension();
    chromium = await ExtensionChromium.start(built);
    popup = await PopupPage.open(chromium, 0);
  });

  afterAll(async () => {
    await chromium?.close();
    await built?.remove();
  });

  async function look(page: Page, view: string): Promise<void> {
    for (const [colorScheme, from, to] of [
      ["light", 0.7, 1],
      ["dark", 0, 0.1],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(TRANSITION_MS);
      const contrasts = await textContrasts(page);
      const name = `${view}, ${colorScheme}`;
      expect(contrasts.length, name).toBeGreaterThan(3);
      expect(
        contrasts.filter(({ ratio }) => ratio < 4.5),
        name,
      ).toEqual([]);
      const mean = contrasts.reduce((sum, { behind }) => sum + behind, 0) / contrasts.length;
      expect(mean, name).toBeGreaterThanOrEqual(from);
      expect(mean, name).toBeLessThanOrEqual(to);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBe(page.viewportSize()!.width);
    }
  }

  test("every text stands out from what is behind it, in light and in dark, and nothing sticks out", async () => {
    const { page } = popup;
    expect(page.viewportSize()!.width).toBe(POPUP_WIDTH);
    await page.getByRole("button", { name: "Start the scout" }).waitFor();
    await look(page, "the form");
    await popup.start();
    await popup.question.waitFor();
    await look(page, "the question");
    const worker = await ExtensionWorker.of(page);
    await worker.stop();
    await page.getByText("Worker asleep").waitFor();
    await look(page, "asleep");
    await popup.finish();
    await look(page, "complete");
    const [report] = await Promise.all([chromium.context.waitForEvent("page"), popup.reportLink.click()]);
    await report.getByRole("article").waitFor();
    await look(report, "the report");
    await report.close();
    await page.getByRole("button", { name: "Runs" }).click();
    await page.getByRole("button", { name: /^A field notebook/ }).waitFor();
    await look(page, "the runs");
    expect(chromium.complaints).toEqual([]);
  });

  test("a run that is paused rests, in whichever worker, until it is resumed; one that is deleted is gone", async () => {
    const { page } = popup;
    await popup.setPace(300);
    const traceId = await popup.start();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused", { exact: true }).waitFor();
    // What was under way when it was pressed is done by then.
    await page.waitForTimeout(600);
    const paused = await popup.latest();
    const worker = await ExtensionWorker.of(page);
    await worker.stop();
    await page.reload();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    await expect.poll(() => worker.isRunning).toBe(true);
    await page.waitForTimeout(900);
    const again = await PopupPage.open(chromium, 300);
    expect(await again.latest()).toEqual(paused);
    await again.page.getByRole("button", { name: "Resume" }).click();
    await expect.poll(async () => (await again.latest())?.id).not.toBe(paused?.id);

    await again.page.getByRole("button", { name: "Runs" }).click();
    const run = again.page.locator("run-list li").filter({ hasText: "running" });
    await run.hover();
    await run.getByRole("button", { name: /^Delete/ }).click();
    await run.getByRole("button", { name: /^Really delete/ }).click();
    await run.waitFor({ state: "detached" });
    // The worker may not bring it back with a step that was under way.
    await again.page.waitForTimeout(600);
    expect(await again.page.evaluate((id) => probe.checkpoints(id), traceId)).toEqual([]);
    expect(chromium.complaints).toEqual([]);
    await again.page.close();
  });

  test("the keyboard alone does it all, and shows where it is", async () => {
    const { page } = await PopupPage.open(chromium, 0);
    const press = async (key: string) => {
      await page.keyboard.press(key);
      const at = await focused(page);
      expect(at.isMarked, `${key} leads to ${at.name} unmarked`).toBe(true);
      return at.name;
    };
    const tabTo = async (name: RegExp, key = "Tab") => {
      for (let presses = 0; presses < 40; presses++) if (name.test(await press(key))) return;
      throw new Error(`${key} does not lead to ${name}.`);
    };
    const question = page.getByRole("region", { name: "The agent asks" });
    const link = page.getByRole("link", { name: "Open the report" });

    await tabTo(/^New run/);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Start the scout" }).waitFor();
    await tabTo(/^Start the scout/);
    await page.keyboard.press("Enter");
    // At first from the head of the popup, then back from the checkpoints.
    for (let key = "Tab"; ; key = "Shift+Tab") {
      await question.or(link).first().waitFor();
      if (await link.isVisible()) break;
      const text = (await question.getByRole("heading").textContent()) ?? "";
      await tabTo(/^Ship as an enhancement/, key);
      await page.keyboard.press("Enter");
      await question.getByRole("heading", { name: text, exact: true }).waitFor({ state: "detached" });
    }
    expect((await focused(page)).name).toBe("Checkpoints");
    await tabTo(/^Open the report/, "Shift+Tab");
    const [report] = await Promise.all([chromium.context.waitForEvent("page"), page.keyboard.press("Enter")]);
    await report.getByRole("article").waitFor();
    await report.close();
    await tabTo(/Runs/, "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("list", { name: "Runs" }).waitFor();
    // The focus follows the list a moment later.
    await expect.poll(async () => (await focused(page)).name).toBe("New run");
    await tabTo(/^A field notebook/);
    await page.keyboard.press("Enter");
    await link.waitFor();
    expect(chromium.complaints).toEqual([]);
  });
});

/** What has the focus, however deep in shadow roots, and whether one can see that it has. */
function focused(page: Page): Promise<{ name: string; isMarked: boolean }> {
  return page.evaluate(() => {
    let element = document.activeElement!;
    while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const name = element.ariaLabel ?? element.textContent ?? "";
    return { name, isMarked: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 };
  });
}
