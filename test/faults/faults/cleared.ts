import { setTimeout as wait } from "node:timers/promises";
import type { Bench, Session } from "../bench.ts";
import { connectDevTools } from "../engines/devtools.ts";
import type { Engine } from "../engines/engine.ts";
import { judge } from "../ledger.ts";

/** What was done to the storage under an open store. */
export type Way =
  | "database deleted by another tab"
  | "upgrade by another tab, aborted"
  | "upgrade by another tab, then deleted"
  | "connection closed"
  | "Clear-Site-Data"
  | "cleared by the browser";

/** What one way of it came to. */
export interface ClearedResult {
  readonly way: Way;
  readonly rounds: number;
  /** Calls that failed and were repeated, by how they ended. */
  readonly failures: Record<string, number>;
  readonly messages: readonly string[];
  /** The longest call, and the longest from one acknowledged save to the next. */
  readonly longestCallMs: number;
  readonly longestMs: number;
  /** How long the store was kept from opening, which it can't help. */
  readonly waitMs: number;
  /** Whether what was stored before should be gone after, and whether it was, each time. */
  readonly shouldClear: boolean;
  readonly cleared: boolean;
  /** Saves acknowledged before, where nothing was cleared, and after that are not there. */
  readonly lost: readonly string[];
  readonly torn: readonly string[];
}

const STORE = { store: "cleared" };
const SAVES = 30;
const UPGRADED_MS = 300;

interface Disturbance {
  readonly clears: boolean;
  disturb(session: Session): Promise<unknown>;
}

const WAYS: Record<Way, Disturbance> = {
  "database deleted by another tab": {
    clears: true,
    disturb: ({ control }) => expectOk(control.call("tab2", "tryToDeleteDatabase", STORE)),
  },
  "upgrade by another tab, aborted": {
    clears: false,
    disturb: ({ control }) => expectOk(control.call("tab2", "tryToUpgrade", { ...STORE, aborts: true })),
  },
  "upgrade by another tab, then deleted": {
    clears: true,
    async disturb({ control }) {
      await expectOk(control.call("tab2", "tryToUpgrade", { ...STORE, aborts: false }));
      await wait(UPGRADED_MS);
      await expectOk(control.call("tab2", "tryToDeleteDatabase", STORE));
    },
  },
  "connection closed": {
    clears: false,
    // By itself, since the page is the only one that can.
    disturb: ({ control }) => control.call("tab", "closeConnections", {}),
  },
  "Clear-Site-Data": { clears: true, disturb: ({ control }) => control.call("tab2", "clearSiteData", {}) },
  "cleared by the browser": {
    clears: true,
    async disturb(session) {
      const { browser, session: devtools } = await connectDevTools(session);
      const { origin } = session.control;
      await devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
      await browser.close();
    },
  },
};

/** The ways that a test can do this in an engine. */
export function waysIn({ name }: Engine): Way[] {
  return (Object.keys(WAYS) as Way[]).filter((way) => way !== "cleared by the browser" || name.startsWith("chromium"));
}

/** Takes the storage from under a store that is writing, and under one that is idle, `rounds` times in each way. */
export async function cleared(
  engine: Engine,
  { rounds, bench, ways = waysIn(engine) }: { rounds: number; bench: Bench; ways?: readonly Way[] },
): Promise<ClearedResult[]> {
  return await bench.browseAnew(engine, async (session) => {
    const { control } = session;
    await control.call("tab", "openTab", { url: control.url("tab2") });
    await control.call("tab2", "userAgent", {});
    await control.call("tab", "startWorker", { client: "worker" });
    const results: ClearedResult[] = [];
    for (const way of ways) results.push(await disturb(session, { way, rounds, bench }));
    return results;
  });
}

async function disturb(
  session: Session,
  { way, rounds, bench }: { way: Way; rounds: number; bench: Bench },
): Promise<ClearedResult> {
  const { control } = session;
  const { clears, disturb: act } = WAYS[way];
  const failures: Record<string, number> = {};
  const messages = new Set<string>();
  const lost: string[] = [];
  const torn: string[] = [];
  let longestCallMs = 0;
  let longestMs = 0;
  let timesCleared = 0;
  let times = 0;
  // A page that is busy takes no other task: where it has to close its own connection, it does so between saves.
  const isOwn = way === "connection closed";

  for (let n = 0; n < rounds; n += 1) {
    for (const isIdle of isOwn ? [true] : [false, true]) {
      const trace = `${way} ${n} ${isIdle ? "idle" : "writing"}`;
      const before = `${trace}, before`;
      const from = control.log.length;
      await control.call("tab", "writeThrough", { ...STORE, trace: before, count: 3 });
      let writing = isIdle ? undefined : control.call("tab", "writeThrough", { ...STORE, trace, count: SAVES });
      writing?.catch(() => undefined);
      if (!isIdle) await bench.until(() => control.log.length > from + 3 + 4);
      await act(session);
      const after = control.log.length;
      writing ??= control.call("tab", "writeThrough", { ...STORE, trace, count: 5 });
      const result = await writing;
      for (const [outcome, count] of Object.entries(result.failures))
        failures[outcome] = (failures[outcome] ?? 0) + count;
      for (const message of result.messages) messages.add(message);
      longestCallMs = Math.max(longestCallMs, Math.round(result.longestCallMs));
      longestMs = Math.max(longestMs, Math.round(result.longestMs));
      // One that was acknowledged while the storage was being cleared may have come before.
      const log = control.log.slice(clears ? after + 1 : from);
      const traces = clears ? [trace] : [trace, before];
      const verdict = judge(log, await control.call("tab", "verify", { ...STORE, traces }));
      lost.push(...verdict.lost);
      torn.push(...verdict.torn);
      times += 1;
      if ((await control.call("tab", "count", { ...STORE, trace: before })) === 0) timesCleared += 1;
    }
  }
  return {
    way,
    rounds: times,
    failures,
    messages: [...messages],
    longestCallMs,
    longestMs,
    waitMs: way === "upgrade by another tab, then deleted" ? UPGRADED_MS : 0,
    shouldClear: clears,
    cleared: clears ? timesCleared === times : timesCleared > 0,
    lost,
    torn,
  };
}

async function expectOk(trying: Promise<{ outcome: string; message?: string }>): Promise<void> {
  const { outcome, message } = await trying;
  if (outcome !== "ok") throw new Error(`it ended in ${outcome}: ${message}`);
}
