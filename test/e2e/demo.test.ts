import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext } from "playwright";
import { chromium } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findChromium } from "../engines/chromium.mjs";
import { serveDemo } from "./demo-server.mjs";
import { startChromium } from "./own-chromium.ts";
import type { StoredRun } from "./read-run.ts";
import { ScoutPage, expectOneChain } from "./scout-page.ts";

/** Slow enough to step in between two steps. */
const PACE_MS = 200;
/** Slow enough to do several things between two steps. */
const SLOW_PACE_MS = 1500;

let demo: Awaited<ReturnType<typeof serveDemo>>;
let browser: Browser;
/** A run that nobody disturbed. */
let undisturbed: { text: string; stored: StoredRun };

let context: BrowserContext;
let pages: ScoutPage[];

beforeAll(async () => {
  const { executablePath, args } = await findChromium();
  [demo, browser] = await Promise.all([serveDemo(), chromium.launch({ executablePath, args })]);
  const own = await browser.newContext();
  const scout = await ScoutPage.open(own, demo.url, 0);
  await scout.start();
  await scout.finish();
  undisturbed = { text: await scout.reportText(), stored: await scout.stored(demo.readRunModule) };
  scout.assertQuiet();
  await own.close();
});

afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

beforeEach(async () => {
  context = await browser.newContext();
  pages = [];
});

afterEach(async () => {
  await context.close();
  for (const scout of pages) scout.assertQuiet();
});

async function openPage(paceMs = PACE_MS, on = context): Promise<ScoutPage> {
  const scout = await ScoutPage.open(on, demo.url, paceMs);
  pages.push(scout);
  return scout;
}

async function expectUndisturbed(scout: ScoutPage): Promise<void> {
  const stored = await scout.stored(demo.readRunModule);
  expectOneChain(stored);
  expect(stored.heads.map(({ node }) => node)).toEqual(undisturbed.stored.heads.map(({ node }) => node));
  expect(stored.report).toEqual(undisturbed.stored.report);
  expect(await scout.reportText()).toBe(undisturbed.text);
}

/** Waits until the run asks again, or has gone on by itself, and answers the first `count` checkpoints. */
async function firstOnceGoingOn(scout: ScoutPage, count: number, isAsking: boolean): Promise<string[]> {
  if (isAsking) await scout.question.waitFor();
  return (await scout.checkpoints(isAsking ? count : count + 1)).slice(0, count);
}

test("a run goes from the goal to the report, a checkpoint for each step", () => {
  const { heads, report } = undisturbed.stored;
  const nodes = heads.map(({ node }) => node);
  expectOneChain(undisturbed.stored);
  expect(nodes.slice(0, 2)).toEqual(["start", "split"]);
  expect(nodes.at(-1)).toBe("report");
  expect(nodes.filter((node) => node === "search")).toHaveLength(report!.sections.length);
  expect(nodes.filter((node) => node === "ask")).toHaveLength(3);
  expect(heads.length).toBeGreaterThanOrEqual(20);
  expect(new Set(report!.sections.map(({ outcome }) => outcome))).toEqual(new Set(["safe", "enhanced", "replaced"]));
  expect(report!.dropped).not.toEqual([]);
  for (const { need, feature } of report!.sections) {
    expect(undisturbed.text).toContain(need);
    expect(undisturbed.text).toContain(feature);
  }
});

test("the tab is closed in the middle and opened again: the run goes on where it was", async () => {
  let scout = await openPage();
  await scout.start();
  let answered = 0;
  // Between two steps, while a question is open, and near the end.
  for (const moment of [5, "asking", 20, 27] as const) {
    if (moment === "asking") await scout.question.waitFor();
    else answered = await scout.reach(moment, answered);
    const seen = await scout.checkpoints(1);
    const isAsking = await scout.question.isVisible();
    await scout.page.close();
    scout = await openPage();
    expect(await firstOnceGoingOn(scout, seen.length, isAsking)).toEqual(seen);
  }
  await scout.finish(answered);
  await expectUndisturbed(scout);
});

test("the whole browser is killed in the middle and started again: the run goes on where it was", async () => {
  const cache = fileURLToPath(new URL("../../.cache", import.meta.url));
  await mkdir(cache, { recursive: true });
  const profile = await mkdtemp(`${cache}/e2e-profile-`);
  let own = await startChromium(profile);
  try {
    let scout = await openPage(PACE_MS, own.context);
    await scout.start();
    for (const moment of [4, 8, "asking"] as const) {
      if (moment === "asking") await scout.question.waitFor();
      const seen = await scout.checkpoints(moment === "asking" ? 1 : moment);
      const isAsking = await scout.question.isVisible();
      await own.kill();
      own = await startChromium(profile);
      scout = await openPage(PACE_MS, own.context);
      expect(await firstOnceGoingOn(scout, seen.length, isAsking)).toEqual(seen);
    }
    await scout.finish();
    await expectUndisturbed(scout);
  } finally {
    await own.kill();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

describe("two tabs on one run", () => {
  test("only one of them works, and the other takes over when it goes", async () => {
    const first = await openPage();
    await first.start();
    const second = await openPage();
    await second.checkpoints(2);
    await second.status.filter({ hasText: "Running in another tab" }).waitFor();
    await first.page.close();
    await second.status
      .filter({ hasText: /^Running$/ })
      .or(second.question)
      .first()
      .waitFor();
    const third = await openPage();
    await third.checkpoints(2);
    // Questions are answered in one tab, the runner may sit in the other.
    await second.finish();
    await third.status.filter({ hasText: "Complete" }).waitFor();
    expect(await third.checkpoints(1)).toHaveLength(undisturbed.stored.heads.length);
    await expectUndisturbed(third);
  });

  test("a pause holds in both, and after both are closed, until one resumes", async () => {
    const [first, second] = [await openPage(), await openPage()];
    await first.start();
    await second.page.reload();
    await second.checkpoints(3);
    await second.page.getByRole("button", { name: "Pause" }).click();
    await first.status.filter({ hasText: "Paused" }).waitFor();
    await first.page.close();
    await second.page.close();

    const later = await openPage();
    await later.status.filter({ hasText: "Paused" }).waitFor();
    const seen = await later.checkpoints(3);
    await later.page.waitForTimeout(3 * PACE_MS);
    expect(await later.checkpoints(3)).toEqual(seen);
    await later.page.getByRole("button", { name: "Resume" }).click();
    await later.checkpoints(seen.length + 1);
    await later.finish();
    await expectUndisturbed(later);
  });
});

test("earlier runs are listed, can be shown again, and be deleted while they run", async () => {
  const scout = await openPage();
  await scout.start();
  await scout.finish();
  const runs = scout.page.locator("run-list li");
  await scout.page.getByRole("button", { name: "New run" }).click();
  await runs
    .getByRole("button", { name: /field notebook/ })
    .first()
    .click();
  await scout.status.filter({ hasText: "Complete" }).waitFor();
  expect(await scout.reportText()).toBe(undisturbed.text);

  await scout.page.getByRole("button", { name: "New run" }).click();
  await scout.page.getByRole("button", { name: "Whiteboard" }).click();
  const other = await openPage(SLOW_PACE_MS);
  await scout.start();
  await expect.poll(() => runs.count()).toBe(2);
  await runs.filter({ hasText: "whiteboard" }).filter({ hasText: "running" }).hover();
  await runs.getByRole("button", { name: /^Delete the run “A whiteboard/ }).click();
  await runs.getByRole("button", { name: /^Really delete/ }).click();
  await expect.poll(() => runs.count()).toBe(1);
  // Neither tab may bring it back with a step that was under way.
  await scout.page.waitForTimeout(1.5 * SLOW_PACE_MS);
  await expect.poll(() => other.page.locator("run-list li").count()).toBe(1);
  await expectUndisturbed(scout);
});
