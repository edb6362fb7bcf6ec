import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { makeProfile, type Engine } from "../engines/engine.ts";
import { lookTwice } from "../look-twice.ts";
import type { LogEntry } from "../page/log.ts";

/** What killing a browser came to. */
export interface KillResult {
  readonly kills: number;
  readonly acknowledged: number;
  readonly lost: readonly string[];
  readonly torn: readonly string[];
  readonly undone: readonly string[];
}

/** Kills to one trace: each of them carries on where the one before ended. */
const KILLS_PER_TRACE = 5;
const STORE = { store: "killed" };

/**
 * Kills a browser `kills` times in the middle of writes, with SIGKILL to all its processes, and starts it again on the
 * same profile, twice, which then has to hold what was acknowledged.
 */
export async function kill(engine: Engine, { kills, bench }: { kills: number; bench: Bench }): Promise<KillResult> {
  const profile = makeProfile(engine.name);
  const lost = new Set<string>();
  const torn = new Set<string>();
  const undone = new Set<string>();
  const log: LogEntry[] = [];
  try {
    for (let n = 0; n < kills; n += 1) {
      const trace = `run-${Math.floor(n / KILLS_PER_TRACE)}`;
      await bench.browse(engine, { profile: profile.folder }, async ({ control, processes }) => {
        const from = control.log.length;
        const writing = control.call("tab", "write", { ...STORE, trace, prune: { everySteps: 20, keep: 30 } });
        const ended = writing.then(
          () => new Error("it stopped writing"),
          (error: Error) => error,
        );
        const early = await Promise.race([ended, bench.until(() => control.log.length > from)]);
        if (early instanceof Error) throw early;
        await wait(50 + Math.random() * 900);
        await processes.kill();
        control.forgetClients();
        log.push(...control.log.slice(from));
      });
      const verdict = await lookTwice(engine, { ...STORE, profile: profile.folder, traces: [trace], log, bench });
      log.push(...verdict.added);
      for (const id of verdict.lost) lost.add(id);
      for (const problem of verdict.torn) torn.add(problem);
      for (const id of verdict.undone) undone.add(id);
    }
  } finally {
    profile.remove();
  }
  const acknowledged = log.filter(({ kind }) => kind === "saved").length;
  return { kills, acknowledged, lost: [...lost], torn: [...torn], undone: [...undone] };
}
