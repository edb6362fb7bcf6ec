import { expect, test } from "vitest";
import { demoInChromium } from "./demo-in-chromium.ts";
import { ScoutPage } from "./scout-page.ts";

/** Slow enough for the run to be in the middle. */
const PACE_MS = 200;

const served = demoInChromium();

test("a tab that is crashed is dead at once, and the next one takes its run over", async () => {
  const context = await served.browser.newContext();
  const first = await ScoutPage.open(context, served.demo.url, PACE_MS);
  await first.start();
  const second = await ScoutPage.open(context, served.demo.url, PACE_MS);
  await second.status.filter({ hasText: "Running in another tab" }).waitFor();
  const seen = await second.checkpoints(3);
  const crashed = first.page.waitForEvent("crash");
  // The click never ends: the page that it was for is gone.
  first.page
    .getByRole("button", { name: "Crash this tab" })
    .click()
    .catch(() => undefined);
  await crashed;
  await second.status
    .filter({ hasText: /^Running$/ })
    .or(second.question)
    .first()
    .waitFor();
  await second.finish();
  expect((await second.checkpoints(20)).slice(0, seen.length)).toEqual(seen);
  expect(await second.reportText()).toContain("What the app needs of browsers");
  second.assertQuiet();
  await context.close();
});

test("an address leads to a checkpoint, and going back to what was looked at before", async () => {
  const context = await served.browser.newContext();
  const scout = await ScoutPage.open(context, served.demo.url, 0);
  const { page } = scout;
  const selected = page.locator("waystone-timeline").getByRole("option", { selected: true });
  await scout.start();
  await scout.question.waitFor();
  await page.locator("waystone-timeline").getByRole("option").filter({ hasText: "split" }).click();
  await selected.filter({ hasText: "split" }).waitFor();
  const address = page.url();
  expect(address).toMatch(/#run\/scout-[\w-]+\/[\w-]+$/);

  const other = await context.newPage();
  await other.goto(address);
  await other
    .locator("waystone-timeline")
    .getByRole("option", { selected: true })
    .filter({ hasText: "split" })
    .waitFor();

  await page.goBack();
  await selected.filter({ hasText: "waits for an answer" }).waitFor();
  expect(page.url()).toMatch(/#run\/scout-[\w-]+$/);
  await page.goForward();
  await selected.filter({ hasText: "split" }).waitFor();
  await page.getByRole("button", { name: "New run" }).click();
  await page.getByRole("button", { name: "Start the scout" }).waitFor();
  await page.goBack();
  await selected.filter({ hasText: "split" }).waitFor();
  scout.assertQuiet();
  await context.close();
});

test("a fork rests until it is resumed, and then comes to a report of its own", async () => {
  const context = await served.browser.newContext();
  const scout = await ScoutPage.open(context, served.demo.url, 0);
  const { page } = scout;
  await scout.start();
  await scout.finish();
  const all = await scout.checkpoints(20);
  await page
    .locator("waystone-timeline")
    .getByRole("option")
    .filter({ hasText: "waits for an answer" })
    .first()
    .click();
  await page.getByRole("button", { name: "Fork …" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Fork", exact: true }).click();
  await scout.status.filter({ hasText: "Waits for your answer" }).waitFor();
  expect((await scout.checkpoints(1)).length).toBeLessThan(all.length);
  await page.getByRole("button", { name: "Resume from here" }).click();
  await scout.finish(1);
  expect(await scout.reportText()).not.toContain("Drop a browser");
  expect(page.url()).toContain(encodeURIComponent(" fork 1"));
  scout.assertQuiet();
  await context.close();
});
