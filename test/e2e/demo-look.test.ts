import type { Browser, Page } from "playwright";
import { chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../engines/chromium.mjs";
import { serveDemo } from "./demo-server.mjs";
import { ScoutPage } from "./scout-page.ts";
import { textContrasts } from "./text-contrasts.ts";

let demo: Awaited<ReturnType<typeof serveDemo>>;
let browser: Browser;

beforeAll(async () => {
  const { executablePath, args } = await findChromium();
  [demo, browser] = await Promise.all([serveDemo(), chromium.launch({ executablePath, args })]);
});

afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

/** Shows the form, the question, a checkpoint's state and the report in turn. */
async function visit(scout: ScoutPage, look: (view: string) => Promise<void>): Promise<void> {
  await look("the form");
  await scout.start();
  await scout.question.waitFor();
  await look("the question");
  await scout.finish();
  await scout.page.getByRole("article").waitFor();
  await look("the report");
  await scout.page.getByRole("tab", { name: "Checkpoint" }).click();
  await look("a checkpoint");
}

describe.each([
  { colorScheme: "light" as const, from: 0.7, to: 1 },
  { colorScheme: "dark" as const, from: 0, to: 0.1 },
])("in $colorScheme", ({ colorScheme, from, to }) => {
  test("every text stands out from what is behind it", async () => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1440, height: 900 } });
    const scout = await ScoutPage.open(context, demo.url, 0);
    const luminances: number[] = [];
    await visit(scout, async (view) => {
      const contrasts = await textContrasts(scout.page);
      expect(contrasts.length, view).toBeGreaterThan(20);
      expect(
        contrasts.filter(({ ratio }) => ratio < 4.5),
        view,
      ).toEqual([]);
      luminances.push(...contrasts.map(({ behind }) => behind));
    });
    const mean = luminances.reduce((sum, one) => sum + one, 0) / luminances.length;
    expect(mean).toBeGreaterThanOrEqual(from);
    expect(mean).toBeLessThanOrEqual(to);
    expect(scout.complaints).toEqual([]);
    await context.close();
  });
});

test("what the report advises is as wide as its table", async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const scout = await ScoutPage.open(context, demo.url, 0);
  await scout.start();
  await scout.finish();
  await scout.page.getByRole("article").waitFor();
  const lines = await scout.page
    .locator("scout-report .advice")
    .evaluateAll((all) =>
      all.map((one) => Math.round(one.clientHeight / Number.parseFloat(getComputedStyle(one).lineHeight))),
    );
  expect(lines.length).toBeGreaterThan(5);
  expect(Math.max(...lines)).toBeLessThanOrEqual(2);
  await context.close();
});

test("on a phone nothing sticks out at the side", async () => {
  const context = await browser.newContext({ viewport: { width: 360, height: 720 }, hasTouch: true, isMobile: true });
  const scout = await ScoutPage.open(context, demo.url, 0);
  await visit(scout, async (view) => {
    expect(await scout.page.evaluate(() => document.documentElement.scrollWidth), view).toBe(360);
  });
  await scout.page.getByRole("button", { name: "Runs" }).tap();
  await scout.page
    .getByRole("complementary", { name: "Runs" })
    .getByRole("button", { name: /field notebook/ })
    .first()
    .waitFor();
  expect(scout.complaints).toEqual([]);
  await context.close();
});

/** The element that has the focus, however deep in shadow roots, and whether one can see that it has. */
function focused(page: Page): Promise<{ role: string | null; id: string; text: string; isMarked: boolean }> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (!element) throw new Error("Nothing has the focus.");
    const active = element.getAttribute("aria-activedescendant");
    const root = element.getRootNode() as ShadowRoot;
    const shown = (active && root.getElementById(active)) || element;
    const { outlineStyle, outlineWidth } = getComputedStyle(shown);
    return {
      role: element.getAttribute("role"),
      id: element.id,
      text: (shown.textContent ?? "").trim(),
      isMarked: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2,
    };
  });
}

test("the keyboard alone does it all, and shows where it is", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const scout = await ScoutPage.open(context, demo.url, 0);
  const { page } = scout;
  const press = async (key: string) => {
    await page.keyboard.press(key);
    const at = await focused(page);
    expect(at.isMarked, `${key} leads to ${at.id || at.role} unmarked`).toBe(true);
    return at;
  };
  const tabTo = async (isThere: (at: { role: string | null; id: string }) => boolean, key = "Tab") => {
    for (let presses = 0; presses < 40; presses++) if (isThere(await press(key))) return;
    throw new Error("Tab does not lead there.");
  };

  await tabTo(({ id }) => id === "start");
  await page.keyboard.press("Enter");
  await scout.question.waitFor();
  while (await scout.question.isVisible()) {
    const text = await scout.question.getByRole("heading").textContent();
    await tabTo(({ id }) => id === "enhance", "Shift+Tab");
    await page.keyboard.press("Enter");
    await scout.question.getByRole("heading", { name: text ?? "", exact: true }).waitFor({ state: "detached" });
    await scout.status.filter({ hasText: "Complete" }).or(scout.question).first().waitFor();
  }

  expect((await focused(page)).role).toBe("listbox");
  const selected = page.getByRole("option", { selected: true });
  const total = await page.getByRole("option").count();
  expect((await press("Home")).text).toContain("start#1");
  expect((await press("ArrowDown")).text).toContain("split#2");
  expect(await selected.textContent()).toContain("split#2");
  await press("End");
  await press("ArrowUp");
  expect(await selected.textContent()).toContain(`#${total - 1}`);
  await page
    .getByRole("region", { name: "Detail" })
    .getByText(`#${total - 1}`)
    .waitFor();

  await tabTo(({ role }) => role === "tab");
  expect((await press("ArrowRight")).text).toBe("Report");
  await page.getByRole("article").waitFor();
  await press("ArrowLeft");
  await tabTo(({ role }) => role === "treeitem");
  const item = (name: RegExp) => page.getByRole("treeitem", { name });
  while (!(await focused(page)).text.startsWith("▶targets")) await press("ArrowDown");
  expect(await item(/^▶?targets/).getAttribute("aria-expanded")).toBe("false");
  await press("ArrowRight");
  expect(await item(/^▶?targets/).getAttribute("aria-expanded")).toBe("true");
  expect((await press("ArrowRight")).text).toMatch(/^▶0/);
  expect((await press("ArrowLeft")).text).toMatch(/targets/);
  await press("ArrowLeft");
  expect(await item(/^▶?targets/).getAttribute("aria-expanded")).toBe("false");
  expect(scout.complaints).toEqual([]);
  await context.close();
});
