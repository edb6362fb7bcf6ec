import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BuiltExtension } from "./extension-chromium.ts";
import { ExtensionChromium, buildExtension, loadsExtensions } from "./extension-chromium.ts";
import { PopupPage, WITH_PROBE } from "./extension-popup.ts";
import type { Heard, ProbedCheckpoint } from "./extension-probe.ts";
import type { UnwatchedPage } from "./extension-unwatched.ts";
import { openUnwatched } from "./extension-unwatched.ts";
import { ExtensionWorker } from "./extension-worker.ts";

const STOPS = 50;
/** Long enough for few steps to be taken while a stop is on its way. */
const PACE_MS = 150;
/** Slow enough for the run to be in the middle when the worker falls asleep. */
const SLEEPY_PACE_MS = 5000;
const STEP_TIMEOUT_MS = 1500;

describe.runIf(await loadsExtensions())("an agent in an extension's worker", () => {
  let built: BuiltExtension;
  let chromium: ExtensionChromium;
  let popup: PopupPage;
  let worker: ExtensionWorker;
  /** A run that nobody disturbed. */
  let undisturbed: { text: string; checkpoints: ProbedCheckpoint[] };
  /** A run in a Chromium of its own, which is left alone while the others are put to the test. */
  let sleepy: UnwatchedPage;

  beforeAll(async () => {
    built = await buildExtension();
    sleepy = await openUnwatched(built.dir, "report.html");
    await sleepy.evaluate(WITH_PROBE);
    await sleepy.evaluate(`chrome.storage.local.set({ paceMs: ${SLEEPY_PACE_MS} })`);
    const goal = "works offline, takes photos, records where I am, keeps the screen awake, drags and drops files";
    const targets = [{ browser: "chrome", name: "Chrome", version: "140" }];
    const start = { kind: "start", traceId: "sleepy", goal, targets };
    await sleepy.evaluate(`chrome.runtime.sendMessage(${JSON.stringify(start)})`);

    chromium = await ExtensionChromium.start(built);
    popup = await PopupPage.open(chromium, 0);
    worker = await ExtensionWorker.of(popup.page);
    const traceId = await popup.start();
    await popup.finish();
    undisturbed = { text: await popup.reportText(), checkpoints: await checkpointsOf(traceId) };
  });

  afterAll(async () => {
    await chromium?.close();
    await sleepy?.close();
    await built?.remove();
  });

  function checkpointsOf(traceId: string): Promise<ProbedCheckpoint[]> {
    return popup.page.evaluate((id) => probe.checkpoints(id), traceId);
  }

  test("goes from the goal to the report, a checkpoint for each step", () => {
    const { checkpoints, text } = undisturbed;
    expectOneChain(checkpoints);
    expect(checkpoints.length).toBeGreaterThanOrEqual(20);
    expect(checkpoints.at(-1)!.step).toMatchObject({ node: "report", nextNode: undefined });
    expect(checkpoints.filter(({ step }) => step.node === "ask")).toHaveLength(3);
    expect(text).toContain("What the app needs of browsers");
    expect(chromium.complaints).toEqual([]);
  });

  /** A run during which the worker is stopped `most` times in the middle, if it is long enough; answers how often. */
  async function runThroughStops(most: number): Promise<number> {
    await popup.setPace(PACE_MS);
    const traceId = await popup.start();
    let stops = 0;
    let answered = 0;
    for (let round = 0; stops < most; round++) {
      // While it starts, or after one more step; then in the wait for the next one, or about when that is taken.
      const heard = await popup.page.evaluate(() => probe.saved().length);
      await popup.page.evaluate(([count, ms]) => probe.untilSaved(count!, ms!), [heard + (round % 2), STEP_TIMEOUT_MS]);
      await wait((round % 4 < 2 ? 0 : PACE_MS) + ((round * 7) % 31));
      const wasRunning = worker.isRunning;
      await worker.stop();

      const latest = await popup.latest();
      expect(latest?.traceId).toBe(traceId);
      if (latest?.nextNode === undefined) break;
      if (latest.nextNode === "ask") {
        // The answer wakes the worker, which is stopped over it.
        const stopped = wait(25 * answered).then(() => worker.stop());
        await popup.answer(answered++);
        await stopped;
      } else if (wasRunning) {
        stops++;
      }
      if ((await popup.latest())?.nextNode !== "ask") await worker.wakeByAlarm();
    }
    await popup.setPace(0);
    await popup.finish(answered);
    await expectUndisturbed(traceId);
    return stops;
  }

  async function expectUndisturbed(traceId: string): Promise<void> {
    const checkpoints = await checkpointsOf(traceId);
    expectOneChain(checkpoints);
    expect(checkpoints.map(({ step }) => step)).toEqual(undisturbed.checkpoints.map(({ step }) => step));
    expect(await popup.reportText()).toBe(undisturbed.text);
    const saved = await popup.page.evaluate(() => probe.saved());
    const acknowledged = saved.filter((head) => head.traceId === traceId).map(({ id }) => id);
    expect(acknowledged.length).toBeGreaterThan(checkpoints.length / 2);
    const kept = new Set(checkpoints.map(({ id }) => id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  }

  test(`stopped ${STOPS} times in the middle, it comes to the same report by the same checkpoints`, async () => {
    let stops = 0;
    for (let runs = 0; stops < STOPS && runs < 5; runs++) stops += await runThroughStops(STOPS - stops);
    expect(stops).toBe(STOPS);
    expect(chromium.complaints).toEqual([]);
  }, 300_000);

  test("taken away from the worker in the middle of a step, the run goes on when it is free, and no step is taken twice", async () => {
    await popup.setPace(0);
    const traceId = await popup.start();
    for (let steals = 0; steals < 5; steals++) {
      await popup.page.evaluate((id) => probe.steal(id), traceId);
      await wait(7 * steals);
    }
    await popup.finish();
    await expectUndisturbed(traceId);
    expect(await popup.page.evaluate(() => chrome.storage.session.get())).toEqual({});
    expect(chromium.complaints).toEqual([]);
  });

  test("falls asleep after 30 idle seconds in the middle of a run, and goes on when the alarm wakes it", async () => {
    const read = () => sleepy.evaluate<Heard[]>("probe.heard");
    const story = async () => (await read()).map(({ kind }) => kind).join(" ");
    await expect.poll(story, { timeout: 100_000, interval: 500 }).toMatch(/ asleep awake saved/);
    // At first it sleeps if it had nothing to do before the run.
    expect(await story()).toMatch(/^(?:asleep )?awake(?: saved){4,} asleep awake saved/);

    const heard = await read();
    const asleepAt = heard.findIndex(({ kind }, at) => kind === "asleep" && at > 0);
    expect(heard[asleepAt + 1]!.atMs - heard[asleepAt]!.atMs).toBeGreaterThan(10_000);
    const checkpoints = await sleepy.evaluate<ProbedCheckpoint[]>(`probe.checkpoints("sleepy")`);
    expectOneChain(checkpoints);
    expect(checkpoints.map(({ id }) => id)).toEqual(
      expect.arrayContaining(heard.flatMap((one) => (one.kind === "saved" ? [one.head.id] : []))),
    );
  });
});

/** Whether each checkpoint grew from the one before it: no step was taken twice. */
function expectOneChain(checkpoints: readonly ProbedCheckpoint[]): void {
  expect(checkpoints.map(({ parentId }) => parentId)).toEqual([
    undefined,
    ...checkpoints.slice(0, -1).map(({ id }) => id),
  ]);
}
