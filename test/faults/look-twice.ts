import type { Bench } from "./bench.ts";
import type { Engine } from "./engines/engine.ts";
import { judge, type Verdict } from "./ledger.ts";
import type { LogEntry } from "./page/log.ts";
import type { StoreName } from "./page/stores.ts";

const SAVES = 5;

/**
 * Starts a browser again after a fault, twice: it reads what is there and saves to the last of the traces; then it is
 * ended as a person would, and the next reads all of it again. Chromium can find everything at the first start and lose
 * it at the second.
 */
export async function lookTwice(
  engine: Engine,
  {
    profile,
    log,
    bench,
    traces,
    client = "tab",
    ...name
  }: StoreName & {
    readonly profile: string;
    readonly traces: readonly string[];
    /** What was acknowledged before the fault. */
    readonly log: readonly LogEntry[];
    readonly bench: Bench;
    /** Who looks at the first start: the page, or a worker of it. Default is the page. */
    readonly client?: "tab" | "worker";
  },
): Promise<Verdict & { /** What was acknowledged since. */ readonly added: readonly LogEntry[] }> {
  const first = await bench.browse(engine, { profile }, async ({ control, processes }) => {
    if (client === "worker") await control.call("tab", "startWorker", { client });
    const reports = await control.call(client, "verify", { ...name, traces });
    const from = control.log.length;
    const saving = { ...name, trace: traces.at(-1)!, count: SAVES };
    const { outcome, message } = await control.call(client, "tryToWrite", saving);
    await processes.end();
    const refusals = outcome === "ok" ? [] : [`no save after it: ${message}`];
    return { reports, refusals, added: control.log.slice(from) };
  });
  const reports = await bench.browse(engine, { profile }, ({ control }) =>
    control.call("tab", "verify", { ...name, traces }),
  );
  const once = judge(log, first.reports);
  const twice = judge([...log, ...first.added], reports);
  return {
    acknowledged: twice.acknowledged,
    lost: [...new Set([...once.lost, ...twice.lost])],
    torn: [...new Set([...once.torn, ...first.refusals, ...twice.torn])],
    undone: [...new Set([...once.undone, ...twice.undone])],
    added: first.added,
  };
}
