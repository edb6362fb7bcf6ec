import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BuiltExtension } from "./extension-chromium.ts";
import { ExtensionChromium, buildExtension } from "./extension-chromium.ts";
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
const STEP_TIMEOUT_MS = 15_000;
/** Long enough for several steps, were they taken. */
const HOLD_MS = 300;

describe("an agent in an extension's worker", () => {
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

  /** A run during which the worker is stopped `most` times in the middle, if it is long enough. Returns how often. */
  async function runThroughStops(most: number): Promise<number> {
    await popup.setPace(PACE_MS);
    const traceId = await popup.start();
    let stops = 0;
    let answered = 0;
    for (let round = 0; stops < most; round++) {
      // While it starts, or after one more step; then in the wait for the next one, or about when that is taken.
      const heard = await popup.page.evaluate(() => probe.saved().length);
      const expected = [heard + (round % 2), STEP_TIMEOUT_MS] as const;
      const goesOn = await popup.page.evaluate(([count, timeoutMs]) => probe.untilSaved(count, timeoutMs), expected);
      await wait((round % 4 < 2 ? 0 : PACE_MS) + ((round * 7) % 31));
      const wasRunning = worker.isRunning;
      await worker.stop();

      const latest = await popup.latest();
      expect(latest?.traceId).toBe(traceId);
      if (latest?.nextNode === undefined) break;
      // The last step before a question may have been saved, and the worker stopped before it could say so.
      expect(goesOn || latest.nextNode === "ask", "the worker went on once it was woken").toBe(true);
      if (latest.nextNode === "ask") {
        // The answer wakes the worker, which is stopped over it: the next one has to give it.
        const stopped = worker.stopOnceRunning(15 + 25 * answered);
        await Promise.all([popup.answer(answered++), stopped]);
      } else if (wasRunning) {
        stops++;
      }
      if ((await popup.latest())?.nextNode === "ask") continue;
      if (round % 4 < 2) await worker.wakeByAlarm();
      else await worker.wakeByMessage();
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

  test("taken away from the worker, the run rests; it goes on when it is free, and no step is taken twice", async () => {
    await popup.setPace(HOLD_MS / 10);
    const traceId = await popup.start();
    let answered = 0;
    for (let taken = 0; taken < 4;) {
      const run = await popup.page.evaluate(([id, ms]) => probe.steal(id, ms), [traceId, HOLD_MS] as const);
      expect(run.left).toEqual(run.taken);
      if (run.taken?.nextNode === "ask") await popup.answer(answered++);
      else taken++;
    }
    await popup.finish(answered);
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
