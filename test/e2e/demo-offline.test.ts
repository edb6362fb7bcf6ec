import type { Page } from "playwright";
import { expect, test } from "vitest";
import { demoInChromium } from "./demo-in-chromium.ts";
import { ScoutPage } from "./scout-page.ts";

/** Slow enough for the run to be in the middle whenever one looks. */
const PACE_MS = 150;

const served = demoInChromium();

const kept = (page: Page) => page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active !== null));

test("with the network off, the page opens and the scout comes to its report", async () => {
  const context = await served.browser.newContext();
  const scout = await ScoutPage.open(context, served.demo.url, 0);
  expect(await kept(scout.page)).toBe(true);
  await context.setOffline(true);
  await scout.page.reload();
  await scout.start();
  await scout.finish();
  expect(await scout.reportText()).toContain("What the app needs of browsers");
  scout.assertQuiet();
  await context.close();
});

test("Chromium finds nothing that keeps the page from being installed", async () => {
  const context = await served.browser.newContext();
  const scout = await ScoutPage.open(context, served.demo.url, 0);
  expect(await kept(scout.page)).toBe(true);
  const session = await context.newCDPSession(scout.page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // A context of a test counts as a private window, whatever the page is.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(["in-incognito"]);
  const { errors } = await session.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  await context.close();
});

test("a new version is offered in the middle of a run, which goes on until someone takes it, in that tab alone", async () => {
  const context = await served.browser.newContext();
  const scout = await ScoutPage.open(context, served.demo.url, PACE_MS);
  expect(await kept(scout.page)).toBe(true);
  await scout.page.reload();
  await scout.start();
  const other = await ScoutPage.open(context, served.demo.url, PACE_MS);
  await other.checkpoints(2);
  const offerIn = ({ page }: ScoutPage) => page.getByRole("status").filter({ hasText: "A new version is here" });
  await served.demo.publish("Another version");
  const marked = (page: Page) => page.evaluate(() => document.documentElement.dataset.isMarked);
  for (const { page } of [scout, other]) {
    await page.evaluate(async () => {
      document.documentElement.dataset.isMarked = "yes";
      await (await navigator.serviceWorker.ready).update();
    });
  }
  await offerIn(scout).waitFor();
  const seen = await scout.checkpoints(1);
  await scout.question.waitFor();
  expect((await scout.checkpoints(1)).slice(0, seen.length)).toEqual(seen);
  expect(await marked(scout.page)).toBe("yes");

  const asked = await scout.checkpoints(1);
  await offerIn(scout).getByRole("button", { name: "Use it now" }).click();
  await expect.poll(() => marked(scout.page)).toBeUndefined();
  expect(await scout.page.evaluate(() => fetch("./").then((page) => page.text()))).toContain("Another version");
  expect((await scout.checkpoints(asked.length)).slice(0, asked.length)).toEqual(asked);
  expect(await marked(other.page)).toBe("yes");
  await offerIn(other).waitFor();
  await scout.finish();
  scout.assertQuiet();
  other.assertQuiet();
  await context.close();
});
