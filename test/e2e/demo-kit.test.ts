import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page } from "playwright";
import { beforeAll, expect, test } from "vitest";
import { demoInChromium } from "./demo-in-chromium.ts";

const shots = fileURLToPath(new URL("../../.cache/screenshots/", import.meta.url));

const served = demoInChromium();

beforeAll(async () => {
  await mkdir(shots, { recursive: true });
});

async function openKit(context: BrowserContext): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(new URL("kit/", served.demo.url).href);
  return { page, complaints };
}

test("the kit and the benchmark run in the visitor's browser, and what they find can be copied", async () => {
  const context = await served.browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page, complaints } = await openKit(context);
  await page.getByRole("button", { name: "Run the kit" }).click();
  await page.getByRole("progressbar", { name: "Cases" }).waitFor();
  await page.getByText(/^All \d{3} promises are kept\.$/).waitFor({ timeout: 110_000 });
  await page.getByRole("button", { name: "Run the benchmark" }).click();
  await page.getByRole("table").waitFor({ timeout: 60_000 });
  await page.screenshot({ path: `${shots}kit.png`, fullPage: true });
  await page.getByRole("button", { name: "Copy the results" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain("Chrome/");
  expect(copied).toMatch(/All \d{3} promises are kept\./);
  expect(copied).toMatch(/\| one save \| \d+\.\d \| \d+\.\d \| \d+\.\d \|/);
  const left = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(left.filter((name) => /^(speed|conformance)-/.test(name ?? ""))).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
}, 240_000);

test("a promise that this browser breaks is named", async () => {
  const context = await served.browser.newContext({ viewport: { width: 360, height: 740 } });
  await context.addInitScript(() => {
    // Deletes no ranges, as no browser does.
    const { delete: remove } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.delete = function (query) {
      return remove.call(this, query instanceof IDBKeyRange ? IDBKeyRange.only("nothing") : query);
    };
  });
  const { page } = await openKit(context);
  await page.getByRole("button", { name: "Run the kit" }).click();
  await page.getByText(/^\d+ of \d{3} promises are not kept\.$/).waitFor({ timeout: 110_000 });
  const failures = page.getByRole("list", { name: "Promises that are not kept" });
  expect(await failures.getByRole("listitem").allTextContents()).toContainEqual(
    expect.stringMatching(/^prune: .+: .+/),
  );
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.screenshot({ path: `${shots}kit-failing.png` });
  await context.close();
}, 240_000);
