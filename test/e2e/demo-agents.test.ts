import { expect, test } from "vitest";
import { demoInChromium } from "./demo-in-chromium.ts";
import { ScoutPage } from "./scout-page.ts";

const served = demoInChromium();

test("a search that forks as it turns back is paused, its tab closed, and it comes to all solutions", async () => {
  const context = await served.browser.newContext();
  const first = await ScoutPage.open(context, served.demo.url, 0);
  await first.page.getByRole("button", { name: "8 queens" }).click();
  await first.page.getByRole("button", { name: "Pause" }).click();
  await first.status.filter({ hasText: "Paused" }).waitFor();
  await first.page.close();
  const second = await ScoutPage.open(context, served.demo.url, 0);
  await second.status.filter({ hasText: "Paused" }).waitFor();
  await second.page.getByRole("button", { name: "Resume", exact: true }).click();
  await second.status.filter({ hasText: "Complete" }).waitFor();
  await expect
    .poll(() => second.page.getByText("92 solutions among 2057 boards").count(), { timeout: 30_000 })
    .toBeGreaterThan(0);
  first.assertQuiet();
  second.assertQuiet();
  await context.close();
});

test("the LangGraph.js graph comes to its digest; its library is fetched when it starts, and not before", async () => {
  const context = await served.browser.newContext();
  const scripts: string[] = [];
  context.on("request", (request) => request.resourceType() === "script" && scripts.push(request.url()));
  const scout = await ScoutPage.open(context, served.demo.url, 0);
  await scout.page.getByRole("button", { name: "Start the scout" }).waitFor();
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter((url) => url.includes("digest"))).toEqual([]);
  await scout.page.getByRole("button", { name: "Read a text" }).click();
  await scout.status.filter({ hasText: "Complete" }).waitFor();
  expect(scripts.filter((url) => url.includes("digest"))).toHaveLength(1);
  await scout.page.getByText("Digest of a text").first().waitFor();
  scout.assertQuiet();
  await context.close();
});
