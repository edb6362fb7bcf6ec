import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions, Page } from "playwright";
import { beforeAll, describe, expect, test } from "vitest";
import { accessibilityFaults } from "./axe.ts";
import { demoInChromium } from "./demo-in-chromium.ts";
import { ScoutPage } from "./scout-page.ts";
import { textContrasts } from "./text-contrasts.ts";

/** Where a picture of each view is left, to be looked at. */
const shots = fileURLToPath(new URL("../../.cache/screenshots/", import.meta.url));

const LOOKS: Record<string, BrowserContextOptions> = {
  light: { colorScheme: "light", viewport: { width: 1440, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1440, height: 900 } },
  narrow: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  "zoomed to 200 %": { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
};
/** Longer than a colour takes to change, and a tab to draw its first content. */
const SETTLED_MS = 600;

const served = demoInChromium();

beforeAll(async () => {
  await mkdir(shots, { recursive: true });
});

/** Shows the form, the question, the report, and each tab of a checkpoint in turn. */
async function visit(scout: ScoutPage, look: (view: string) => Promise<void>): Promise<void> {
  const { page } = scout;
  const turnTo = async (name: string) => {
    const button = page.getByRole("button", { name, exact: true });
    if (await button.isVisible()) await button.click();
  };
  await look("form");
  await scout.start();
  await scout.question.waitFor();
  await look("question");
  await scout.finish();
  await page.getByRole("article").waitFor();
  await look("report");
  await turnTo("Inspector");
  await turnTo("Runs");
  await look("runs");
  await turnTo("Timeline");
  await page.locator("waystone-timeline").getByRole("option").filter({ hasText: "draft" }).first().click();
  for (const name of ["State", "Changes", "Blame", "Storage"]) {
    await page.getByRole("tab", { name }).click();
    await look(name.toLowerCase());
  }
}

describe.each(Object.entries(LOOKS))("%s", (name, options) => {
  test("every view is accessible, and nothing sticks out at the side", { timeout: 180_000 }, async () => {
    const context = await served.browser.newContext(options);
    const scout = await ScoutPage.open(context, served.demo.url, 0);
    const faults: Record<string, string[]> = {};
    await visit(scout, async (view) => {
      await scout.page.waitForTimeout(SETTLED_MS);
      await scout.page.screenshot({ path: `${shots}${name.replaceAll(/\W+/g, "-")}-${view}.png` });
      const found = await accessibilityFaults(scout.page);
      if (found.length > 0) faults[view] = found;
      const width = await scout.page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, view).toBe(options.viewport!.width);
    });
    expect(faults).toEqual({});
    scout.assertQuiet();
    await context.close();
  });
});

test.each([
  ["light", 0.7, 1],
  ["dark", 0, 0.1],
] as const)("in %s, what is behind every text is", async (colorScheme, from, to) => {
  const context = await served.browser.newContext({ colorScheme, viewport: { width: 1440, height: 900 } });
  const scout = await ScoutPage.open(context, served.demo.url, 0);
  await scout.start();
  await scout.question.waitFor();
  const contrasts = await textContrasts(scout.page);
  const mean = contrasts.reduce((sum, { behind }) => sum + behind, 0) / contrasts.length;
  expect(contrasts.length).toBeGreaterThan(20);
  expect(mean).toBeGreaterThanOrEqual(from);
  expect(mean).toBeLessThanOrEqual(to);
  await context.close();
});

/** The element that has the focus, however deep in shadow roots, and whether one can see that it has. */
function focused(page: Page): Promise<{ id: string; text: string; isMarked: boolean }> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (!element) throw new Error("Nothing has the focus.");
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const isMarked = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1;
    return { id: element.id, text: (element.textContent ?? "").trim(), isMarked };
  });
}

test("the keyboard alone does it all, and shows where it is", async () => {
  const context = await served.browser.newContext({ viewport: { width: 1440, height: 900 } });
  const scout = await ScoutPage.open(context, served.demo.url, 0);
  const { page } = scout;
  const tabTo = async (id: string, key = "Tab") => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press(key);
      const at = await focused(page);
      expect(at.isMarked, `${key} leads to ${at.id || at.text} unmarked`).toBe(true);
      if (at.id === id) return;
    }
    throw new Error(`${key} does not lead to #${id}.`);
  };
  const selected = page.locator("waystone-timeline").getByRole("option", { selected: true });

  await tabTo("start");
  await page.keyboard.press("Enter");
  for (;;) {
    await scout.status.filter({ hasText: "Complete" }).or(scout.question).first().waitFor();
    if (!(await scout.question.isVisible())) break;
    const text = (await scout.question.getByRole("heading").textContent()) ?? "";
    await tabTo("enhance", "Shift+Tab");
    await page.keyboard.press("Enter");
    await scout.question.getByRole("heading", { name: text, exact: true }).waitFor({ state: "detached" });
  }
  // The answer's buttons have gone, and the focus is in the inspector, where keys do what its help says.
  await page.keyboard.press("Home");
  await selected.filter({ hasText: "start" }).waitFor();
  await page.keyboard.press("j");
  await selected.filter({ hasText: "split" }).waitFor();
  await page.keyboard.press("End");
  await selected.filter({ hasText: "report" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  expect(scout.complaints).toEqual([]);
  await context.close();
});
