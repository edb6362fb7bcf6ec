import { chromium } from "playwright";
import { expect, onTestFinished, test } from "vitest";
import { createServer } from "vite";
import { findChromium } from "../engines/chromium.mjs";

test("the example of steps goes on from page to page, however often its page is killed", async () => {
  const server = await createServer({ root: "examples/1-steps", configFile: "vite.config.ts", logLevel: "error" });
  onTestFinished(() => server.close());
  await server.listen(0);
  const { executablePath, args } = await findChromium();
  const browser = await chromium.launch({ executablePath, args });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(server.resolvedUrls!.local[0]!);
  const kept = page.getByLabel("What is kept");
  await kept.filter({ hasText: "ask the weather" }).waitFor();
  await page.getByRole("button", { name: "Kill the page" }).click();
  await page.getByText("Go to Delft?").waitFor();
  await page.getByRole("button", { name: "Kill the page" }).click();
  await page.getByRole("button", { name: "Yes" }).click();
  await kept.filter({ hasText: "answer" }).waitFor();
  await page.getByRole("button", { name: "Kill the page" }).click();
  await page.getByText("We go, with shoes (attempt 2)").waitFor();
  const lines = (await kept.textContent())!.split("\n");
  expect(lines.filter((line) => line === "ask the weather")).toHaveLength(1);
  expect(lines.at(-1)).toBe("end");
});
