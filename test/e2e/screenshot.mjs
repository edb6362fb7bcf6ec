// @ts-check
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { findChromium } from "../engines/chromium.mjs";
import { serveDemo } from "./demo-server.mjs";

// Makes docs/demo.png: a run that asks, with an earlier one in the list.

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
await mkdir(docs, { recursive: true });
const [demo, { executablePath, args }] = await Promise.all([serveDemo(), findChromium()]);
const browser = await chromium.launch({ executablePath, args });
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  const page = await context.newPage();
  await page.addInitScript(() => localStorage.setItem("baseline-scout.paceMs", "500"));
  await page.goto(demo.url);
  const question = page.getByRole("region", { name: "The agent asks" });
  const complete = page.locator("run-bar .status.complete");
  const start = async () => {
    await page.getByRole("button", { name: "Start the scout" }).click();
    await page.getByLabel("Pace").fill("0");
  };
  /** @param {string} choice */
  const answer = async (choice) => {
    const text = (await question.getByRole("heading").textContent()) ?? "";
    await question.locator(choice).click();
    await question.getByRole("heading", { name: text, exact: true }).waitFor({ state: "detached" });
  };

  await page.getByRole("button", { name: "Practice room" }).click();
  await start();
  for (;;) {
    await complete.or(question).first().waitFor();
    if (await complete.isVisible()) break;
    await answer("#enhance");
  }
  await page.getByRole("button", { name: "New run" }).click();
  await page.getByRole("button", { name: "Field notebook" }).click();
  await start();
  for (const choice of ["#enhance", "#replace"]) {
    await question.waitFor();
    await answer(choice);
  }
  await question.waitFor();
  await page.getByLabel("Pace").fill("500");
  await page.getByRole("option", { name: /judge#20/ }).click();
  await page.getByRole("treeitem", { name: /judgement.*added/ }).click();
  await page.mouse.move(720, 20);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${docs}demo.png` });
} finally {
  await browser.close();
  await demo.close();
}
