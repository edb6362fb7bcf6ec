import { runSteps, sendEvent, type StepsState } from "waystone/steps";
import { createMemoryStore } from "waystone/memory";
import { expect, onTestFinished, test } from "vitest";
import type { Answer } from "../../demo/agents/scout/graph.ts";
import { createGraph, graphHashOf } from "../../demo/agents/scout/graph.ts";
import { headOf, scout } from "../../demo/agents/scout/scout.ts";
import type { Wish } from "../../demo/extension/wishes.ts";
import type { Report } from "../../demo/agents/scout/state.ts";
import { readBaselineData } from "../../demo/vite-plugin-baseline-data.ts";
import { findFirefox } from "../engines/firefox.ts";
import { buildExtension } from "./extension-chromium.ts";
import { openInFirefox } from "./extension-firefox.ts";
import { WITH_PROBE } from "./extension-popup.ts";
import type { Heard, ProbedCheckpoint } from "./extension-probe.ts";

const STOPS = 20;
/** Time for a step or two, and then it is stopped over the next one. */
const IDLE_MS = 400;
const PACE_MS = 250;
const TURN_TIMEOUT_MS = 20_000;

const GOAL =
  "works offline, takes photos, records where I am, keeps the screen awake, scans barcodes, saves notes to files on disk, " +
  "shares them with other apps, signs in without a password, drags and drops files, vibrates on errors, pays quickly";
const TARGETS = [
  { browser: "chrome", name: "Chrome", version: "140" },
  { browser: "firefox", name: "Firefox", version: "140" },
] as const;

/** What a run comes to that nobody disturbs. */
async function undisturbed() {
  const data = await readBaselineData();
  const trace = createMemoryStore<StepsState>().trace("run");
  for (let answers = 0; answers < 20; answers++)
    await sendEvent(trace, "answer", { choice: "enhance", decidedAt: new Date() } satisfies Answer);
  const input = { goal: GOAL, targets: TARGETS, startedAt: new Date() };
  const agent = scout(createGraph(data), async () => {});
  return await runSteps(trace, agent, { graphHash: graphHashOf(data), head: headOf, input });
}

test(
  `Firefox stops the event page ${STOPS} times in the middle of a run, which comes to the same report`,
  { timeout: 300_000 },
  async () => {
    const expected = await undisturbed();
    const built = await buildExtension("firefox");
    onTestFinished(built.remove);
    const options = { executablePath: findFirefox()!, file: "report.html", idleMs: IDLE_MS };
    const { page, close } = await openInFirefox(built, options);
    onTestFinished(close);
    await page.evaluate(WITH_PROBE);
    await page.evaluate((paceMs) => chrome.storage.local.set({ paceMs }), PACE_MS);

    const heard = () => page.evaluate(() => probe.heard) as Promise<Heard[]>;
    const latest = () => page.evaluate(() => probe.latest());
    /** Has the event page do something, and waits until it has been stopped. Returns what it saved meanwhile. */
    const turn = async (wish: Wish): Promise<number> => {
      const before = (await heard()).length;
      await page.evaluate((asked) => probe.wish(asked), wish);
      const since = async () => (await heard()).slice(before).map(({ kind }) => kind);
      await expect.poll(since, { timeout: TURN_TIMEOUT_MS, interval: 50 }).toContain("asleep");
      return (await since()).filter((kind) => kind === "saved").length;
    };

    await turn({ kind: "start", traceId: "run", goal: GOAL, targets: TARGETS });
    let stops = 0;
    for (;;) {
      const head = await latest();
      if (head?.nextNode === undefined && head?.metadata?.node === "report") break;
      if (head?.nextNode === "ask") await turn({ kind: "answer", traceId: "run", id: head.id, choice: "enhance" });
      else await turn({ kind: "wake" });
      if ((await latest())?.metadata?.node !== "report") stops++;
    }
    expect(stops).toBeGreaterThanOrEqual(STOPS);

    const checkpoints = (await page.evaluate(() => probe.checkpoints("run"))) as ProbedCheckpoint[];
    // Nothing was done twice: each checkpoint grew from the one before it.
    expect(checkpoints.map(({ parentId }) => parentId)).toEqual([
      undefined,
      ...checkpoints.slice(0, -1).map(({ id }) => id),
    ]);
    const { report } = JSON.parse(checkpoints.at(-1)!.step.state) as { report: Report };
    expect(report).toEqual(JSON.parse(JSON.stringify(expected)));
  },
);
