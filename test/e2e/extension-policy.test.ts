import type { Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BuiltExtension } from "./extension-chromium.ts";
import { ExtensionChromium, buildExtension } from "./extension-chromium.ts";
import { PopupPage } from "./extension-popup.ts";
import { noteViolations, PLANTED, plantViolations, violationsIn } from "./policy-violations.ts";

let built: BuiltExtension;
let chromium: ExtensionChromium;

beforeAll(async () => {
  built = await buildExtension();
  chromium = await ExtensionChromium.start(built);
  await noteViolations(chromium.context);
});

afterAll(async () => {
  await chromium?.close();
  await built?.remove();
});

async function expectKeptOut(page: Page): Promise<void> {
  const title = await page.title();
  expect(await violationsIn(page)).toEqual([]);
  await plantViolations(page);
  await expect.poll(() => violationsIn(page)).toEqual(PLANTED);
  expect(await page.title()).toBe(title);
}

test("the popup and the report need nothing that their policy keeps out, and what is planted does nothing", async () => {
  const popup = await PopupPage.open(chromium, 0);
  await popup.start();
  await popup.finish();
  const [report] = await Promise.all([chromium.context.waitForEvent("page"), popup.reportLink.click()]);
  await report.getByRole("article").waitFor();
  expect(chromium.complaints).toEqual([]);
  await expectKeptOut(popup.page);
  await expectKeptOut(report);
});
