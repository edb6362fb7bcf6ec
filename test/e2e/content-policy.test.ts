import type { Browser } from "playwright";
import { chromium } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../engines/chromium.mjs";
import { serveDemo } from "./demo-server.mjs";
import { noteViolations, PLANTED, plantViolations, violationsIn } from "./policy-violations.ts";
import { ScoutPage } from "./scout-page.ts";

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

async function openNoted() {
  const context = await browser.newContext();
  await noteViolations(context);
  const scout = await ScoutPage.open(context, demo.url, 0);
  return { context, scout, page: scout.page };
}

test("the page needs nothing that its policy keeps out, and what is planted in it does nothing", async () => {
  const { context, page, scout } = await openNoted();
  await scout.start();
  await scout.finish();
  await page.getByRole("article").waitFor();
  for (const name of ["Changes", "Blame", "Storage", "State"]) await page.getByRole("tab", { name }).click();
  expect(scout.complaints).toEqual([]);
  expect(await violationsIn(page)).toEqual([]);

  const title = await page.title();
  await plantViolations(page);
  await expect.poll(() => violationsIn(page)).toEqual(PLANTED);
  expect(await page.title()).toBe(title);
  expect(await page.evaluate(() => getComputedStyle(document.body).opacity)).toBe("1");
  await context.close();
});

test("a run by a stranger sets no style and no link but to the web", async () => {
  const { context, page, scout } = await openNoted();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.evaluate(`import(${JSON.stringify(demo.moduleUrl("forge-run.ts"))}).then(({ forgeRun }) => forgeRun())`);
  await page.locator("waystone-runs").getByRole("button", { name: "A forged run" }).first().click();
  await page.locator("waystone-timeline").getByRole("option").first().click();
  await page.getByRole("article").getByText("a feature").waitFor();
  const links = page.getByRole("article").getByRole("link");
  expect(await links.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href))).toEqual([
    "https://spec.example/",
  ]);
  expect(requests.filter((url) => url.includes("elsewhere"))).toEqual([]);
  expect(await violationsIn(page)).toEqual([]);
  expect(scout.complaints).toEqual([]);
  await context.close();
});
