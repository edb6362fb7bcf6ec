import { setTimeout as wait } from "node:timers/promises";
import type { Bench, Session } from "../bench.ts";
import { connectDevTools } from "../engines/devtools.ts";
import type { Engine } from "../engines/engine.ts";
import { judge } from "../ledger.ts";

/** What freezing a tab came to. */
export interface FrozenResult {
  readonly rounds: number;
  /** In another tab, the longest save while a tab was frozen that had the store open but did nothing. */
  readonly longestBesideIdleMs: number;
  /** The same while it was frozen in the middle of writes, and how often a save had to wait until it thawed. */
  readonly longestBesideWriterMs: number;
  readonly stalledByWriter: number;
  /** The first save of the tab after it thawed. */
  readonly longestThawedMs: number;
  /** How often the page came out of the back-forward cache, and the longest save of another tab while it was in there. */
  readonly fromCache: number;
  readonly longestBesideCachedMs: number;
  readonly failures: Record<string, number>;
  readonly acknowledged: number;
  readonly lost: readonly string[];
  readonly torn: readonly string[];
}

const STORE = { store: "frozen" };
const FROZEN_MS = 3000;
const PARK_MS = 200;

/** Freezes a tab that has the store open, `rounds` times each: idle, in the middle of writes, and left for another page. */
export async function frozen(
  engine: Engine,
  { rounds, bench }: { rounds: number; bench: Bench },
): Promise<FrozenResult> {
  return await bench.browseAnew(engine, (session) => freeze(session, { rounds, bench }));
}

async function freeze(session: Session, { rounds, bench }: { rounds: number; bench: Bench }): Promise<FrozenResult> {
  const { control } = session;
  const { browser, page, session: devtools } = await connectDevTools(session);
  const setState = (state: "frozen" | "active") => devtools.send("Page.setWebLifecycleState", { state });
  const failures: Record<string, number> = {};
  const traces = new Set<string>();
  const save = async (client: string, trace: string, count: number) => {
    traces.add(trace);
    const result = await control.call(client, "writeThrough", { ...STORE, trace, count });
    for (const [outcome, times] of Object.entries(result.failures))
      failures[outcome] = (failures[outcome] ?? 0) + times;
    return Math.round(result.longestMs);
  };
  /** Has the tab go to another page and back; answers whether it came out of the cache. */
  const leaveAndReturn = async (meanwhile: () => Promise<void>): Promise<boolean> => {
    const shown = control.call("tab", "shownAgain", {}).catch(() => false);
    // Until the tab has taken that up, a question of it is under way, and a page that waits for an answer is not kept.
    await wait(PARK_MS);
    await page.goto(`${control.origin}/`);
    await meanwhile();
    // From the history: `goBack` waits for a load, which a page from the cache does not have. Later: the page that goes
    // could not answer.
    await page.evaluate(() => void setTimeout(() => history.back(), 0));
    return shown;
  };
  let longestBesideIdleMs = 0;
  let longestBesideWriterMs = 0;
  let longestThawedMs = 0;
  let longestBesideCachedMs = 0;
  let stalledByWriter = 0;
  let fromCache = 0;

  await control.call("tab", "openTab", { url: control.url("tab2") });
  await control.call("tab2", "userAgent", {});
  const from = control.log.length;
  for (let n = 0; n < rounds; n += 1) {
    const shared = `idle-${n}`;
    await save("tab", shared, 3);
    await setState("frozen");
    longestBesideIdleMs = Math.max(longestBesideIdleMs, await save("tab2", shared, 10));
    await setState("active");
    longestThawedMs = Math.max(longestThawedMs, await save("tab", shared, 3));

    const begun = control.log.length;
    const writing = save("tab", `writer-${n}`, 60);
    writing.catch(() => undefined);
    await bench.until(() => control.log.length > begun + 4);
    await wait(Math.random() * 100);
    await setState("frozen");
    let isThawed = false;
    const saveBeside = async (): Promise<void> => {
      const ms = await save("tab2", `beside-${n}`, 10);
      if (isThawed) stalledByWriter += 1;
      else longestBesideWriterMs = Math.max(longestBesideWriterMs, ms);
    };
    const beside = saveBeside();
    await Promise.race([beside, wait(FROZEN_MS)]);
    isThawed = true;
    await setState("active");
    await Promise.all([beside, writing]);

    await save("tab", `cached-${n}`, 3);
    if (await leaveAndReturn(async () => undefined)) fromCache += 1;
    await save("tab", `cached-${n}`, 3);
    // It hears of the save, which is why Chromium drops it from the cache; what counts is that the save need not wait.
    await leaveAndReturn(async () => {
      longestBesideCachedMs = Math.max(longestBesideCachedMs, await save("tab2", `cached-${n}`, 10));
    });
    await save("tab", `cached-${n}`, 3);
  }
  const { acknowledged, lost, torn } = judge(
    control.log.slice(from),
    await control.call("tab2", "verify", { ...STORE, traces: [...traces] }),
  );
  await browser.close();
  return {
    rounds,
    longestBesideIdleMs,
    longestBesideWriterMs,
    stalledByWriter,
    longestThawedMs,
    fromCache,
    longestBesideCachedMs,
    failures,
    acknowledged,
    lost,
    torn,
  };
}
