import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startChromium } from "./own-chromium.ts";
import { expectUndisturbed, firstOnceGoingOn, PACE_MS, ScoutDemo } from "./scout-demo.ts";
import { expectOneChain } from "./scout-page.ts";

/** Slow enough to do several things between two steps. */
const SLOW_PACE_MS = 1500;

const demo = ScoutDemo.forThisFile();

test("a run goes from the goal to the report, a checkpoint for each step", () => {
  const { heads, report } = demo.undisturbed.stored;
  const nodes = heads.map(({ node }) => node);
  expectOneChain(demo.undisturbed.stored);
  expect(nodes.slice(0, 2)).toEqual(["start", "split"]);
  expect(nodes.at(-1)).toBe("report");
  expect(nodes.filter((node) => node === "search")).toHaveLength(report!.sections.length);
  expect(nodes.filter((node) => node === "ask")).toHaveLength(3);
  expect(heads.length).toBeGreaterThanOrEqual(20);
  expect(new Set(report!.sections.map(({ outcome }) => outcome))).toEqual(new Set(["safe", "enhanced", "replaced"]));
  expect(report!.dropped).not.toEqual([]);
  for (const { need, feature } of report!.sections) {
    expect(demo.undisturbed.text).toContain(need);
    expect(demo.undisturbed.text).toContain(feature);
  }
});

test("the whole browser is killed in the middle and started again: the run goes on where it was", async () => {
  const cache = fileURLToPath(new URL("../../.cache", import.meta.url));
  await mkdir(cache, { recursive: true });
  const profile = await mkdtemp(`${cache}/e2e-profile-`);
  let own = await startChromium(profile);
  try {
    let scout = await demo.open({ context: own.context });
    await scout.start();
    for (const moment of [4, 8, "asking"] as const) {
      if (moment === "asking") await scout.question.waitFor();
      const seen = await scout.checkpoints(moment === "asking" ? 1 : moment);
      const isAsking = await scout.question.isVisible();
      await own.kill();
      own = await startChromium(profile);
      scout = await demo.open({ context: own.context });
      expect(await firstOnceGoingOn(scout, { count: seen.length, isAsking })).toEqual(seen);
    }
    await scout.finish();
    await expectUndisturbed(scout, demo);
  } finally {
    await own.kill();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

describe("two tabs on one run", () => {
  test("only one of them works, and the other takes over when it goes", async () => {
    const first = await demo.open();
    await first.start();
    const second = await demo.open();
    await second.checkpoints(2);
    await second.status.filter({ hasText: "Running in another tab" }).waitFor();
    await first.page.close();
    await second.status
      .filter({ hasText: /^Running$/ })
      .or(second.question)
      .first()
      .waitFor();
    const third = await demo.open();
    await third.checkpoints(2);
    // Questions are answered in one tab, the runner may sit in the other.
    await second.finish();
    await third.status.filter({ hasText: "Complete" }).waitFor();
    expect(await third.checkpoints(1)).toHaveLength(demo.undisturbed.stored.heads.length);
    await expectUndisturbed(third, demo);
  });

  test("a pause holds in both, and after both are closed, until one resumes", async () => {
    const [first, second] = [await demo.open(), await demo.open()];
    await first.start();
    await second.page.reload();
    await second.checkpoints(3);
    await second.page.getByRole("button", { name: "Pause" }).click();
    await first.status.filter({ hasText: "Paused" }).waitFor();
    await first.page.close();
    await second.page.close();

    const later = await demo.open();
    await later.status.filter({ hasText: "Paused" }).waitFor();
    const seen = await later.checkpoints(3);
    await later.page.waitForTimeout(3 * PACE_MS);
    expect(await later.checkpoints(3)).toEqual(seen);
    await later.page.getByRole("button", { name: "Resume", exact: true }).click();
    await later.checkpoints(seen.length + 1);
    await later.finish();
    await expectUndisturbed(later, demo);
  });
});

test("earlier runs are listed, can be shown again, and be deleted while they run", async () => {
  const scout = await demo.open();
  await scout.start();
  await scout.finish();
  const runs = scout.page.locator("waystone-runs li.run");
  await scout.page.getByRole("button", { name: "New run" }).click();
  await scout.page.getByRole("button", { name: "Whiteboard" }).click();
  const other = await demo.open({ paceMs: SLOW_PACE_MS });
  await scout.start();
  await expect.poll(() => runs.count()).toBe(2);
  await runs.filter({ hasText: "field notebook" }).click();
  await scout.status.filter({ hasText: "Complete" }).waitFor();
  expect(await scout.reportText()).toBe(demo.undisturbed.text);
  await scout.page.goBack();
  await scout.status.filter({ hasText: "Running" }).or(scout.question).first().waitFor();

  const whiteboard = runs.filter({ hasText: "whiteboard" });
  await whiteboard.hover();
  await whiteboard.getByRole("button", { name: /^Delete the run A whiteboard/ }).click();
  await expect.poll(() => other.page.locator("waystone-runs li.run").count(), { timeout: 15_000 }).toBe(1);
  // Neither tab may bring it back with a step that was under way.
  await scout.page.waitForTimeout(1.5 * SLOW_PACE_MS);
  expect(await other.page.locator("waystone-runs li.run").count()).toBe(1);
  expect(await runs.count()).toBe(1);
  await expectUndisturbed(scout, demo);
});
