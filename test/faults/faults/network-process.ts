import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { makeProfile, type Engine } from "../engines/engine.ts";
import { lookTwice } from "../look-twice.ts";

/** What killing WebKit's network process came to. */
export interface NetworkProcessResult {
  readonly kills: number;
  readonly acknowledged: number;
  readonly lost: readonly string[];
  readonly torn: readonly string[];
  /** Saves of the page that failed and were tried again, by how they ended. */
  readonly failures: Record<string, number>;
  readonly messages: readonly string[];
  /** The longest from one acknowledged save of the page to the next. */
  readonly longestMs: number;
  /** How the first save after it ended in a tab that was idle, and in a worker, which has no frame to look through. */
  readonly idle: Record<string, number>;
  readonly workers: Record<string, number>;
  readonly longestIdleMs: number;
  readonly longestWorkerMs: number;
}

const STORE = { store: "network" };
const SAVES = 80;

/**
 * Kills WebKit's network process, which its databases live in, `kills` times in the middle of writes. The page lives
 * on, and tries a save that fails again.
 */
export async function networkProcess(
  engine: Engine,
  { kills, bench }: { kills: number; bench: Bench },
): Promise<NetworkProcessResult> {
  const profile = makeProfile(engine.name);
  const failures: Record<string, number> = {};
  const messages = new Set<string>();
  const idle: Record<string, number> = {};
  const workers: Record<string, number> = {};
  let longestMs = 0;
  let longestIdleMs = 0;
  let longestWorkerMs = 0;
  try {
    const traces = ["tab2", "worker"];
    const log = await bench.browse(engine, { profile: profile.folder }, async ({ control, processes }) => {
      const from = control.log.length;
      await control.call("tab", "startWorker", { client: "worker" });
      await control.call("tab", "openTab", { url: control.url("tab2") });
      const [inWorker, inIdleTab] = await Promise.all(
        ["worker", "tab2"].map((client) => control.call(client, "tryToWrite", { ...STORE, trace: client, count: 3 })),
      );
      if (inWorker!.outcome !== "ok" || inIdleTab!.outcome !== "ok") throw new Error("it can't write");
      for (let n = 0; n < kills; n += 1) {
        const begun = control.log.length;
        const trace = `run-${n}`;
        traces.push(trace);
        const writing = control.call("tab", "writeThrough", { ...STORE, trace, count: SAVES });
        writing.catch(() => undefined);
        await bench.until(() => control.log.length > begun + 4);
        await wait(Math.random() * 300);
        const victim = processes.list().find(({ name }) => name.startsWith("WebKitNetwork"));
        if (victim === undefined) throw new Error(`no network process among ${JSON.stringify(processes.list())}`);
        process.kill(victim.pid, "SIGKILL");
        const result = await writing;
        for (const [outcome, count] of Object.entries(result.failures))
          failures[outcome] = (failures[outcome] ?? 0) + count;
        for (const message of result.messages) messages.add(message);
        longestMs = Math.max(longestMs, Math.round(result.longestMs));
        const next = { ...STORE, count: 1 };
        const tab = await control.call("tab2", "tryToWrite", { ...next, trace: "tab2" });
        idle[tab.outcome] = (idle[tab.outcome] ?? 0) + 1;
        longestIdleMs = Math.max(longestIdleMs, Math.round(tab.ms));
        const worker = await control.call("worker", "tryToWrite", { ...next, trace: "worker" });
        workers[worker.outcome] = (workers[worker.outcome] ?? 0) + 1;
        longestWorkerMs = Math.max(longestWorkerMs, Math.round(worker.ms));
      }
      await processes.end();
      return control.log.slice(from);
    });
    const where = { profile: profile.folder, traces, log, bench };
    const { acknowledged, lost, torn } = await lookTwice(engine, { ...STORE, ...where });
    return {
      kills,
      acknowledged,
      lost,
      torn,
      failures,
      messages: [...messages],
      longestMs,
      idle,
      workers,
      longestIdleMs,
      longestWorkerMs,
    };
  } finally {
    profile.remove();
  }
}
