import type { Bench, Session } from "../bench.ts";
import { limitStorage } from "../engines/devtools.ts";
import { makeProfile, type Engine } from "../engines/engine.ts";
import { judge } from "../ledger.ts";
import type { Attempt } from "../page/attempt.ts";

/** What filling the disk came to. */
export interface QuotaResult {
  readonly rounds: number;
  /** Saves, prunes and deletions on a full disk, by how they ended. */
  readonly saves: Record<string, number>;
  /** When a large save has been refused, and when not even the smallest goes in any more. */
  readonly prunesWhenTight: Record<string, number>;
  readonly prunesWhenFull: Record<string, number>;
  readonly deletions: Record<string, number>;
  /** Until saves went through again, after room was made. */
  readonly slowestRecoveryMs: number;
  readonly acknowledged: number;
  readonly lost: readonly string[];
  readonly torn: readonly string[];
  readonly failures: readonly string[];
}

type Counted = "saves" | "prunesWhenTight" | "prunesWhenFull" | "deletions";

/** Well above the 4 MB that Chromium writes before it looks what it can throw away. */
const LIMIT_BYTES = 12 * 1024 * 1024;
const RECOVERY_TIMEOUT_MS = 10_000;
const STORE = { store: "full" };
/** Once there is no room for a large state, there may be for a smaller one. */
const SIZES = ["large+200000", "middle+20000", "small+2000", "least+0"];

/** Whether a test can say how much storage this engine gives. */
export function canLimitStorage({ name }: Pick<Engine, "name">): boolean {
  return name !== "webkit";
}

/** Fills the storage until nothing goes in any more, and makes room again, `rounds` times. */
export async function quota(engine: Engine, { rounds, bench }: { rounds: number; bench: Bench }): Promise<QuotaResult> {
  const profile = makeProfile(engine.name);
  const counts = { saves: {}, prunesWhenTight: {}, prunesWhenFull: {}, deletions: {} } as Pick<QuotaResult, Counted>;
  const failures: string[] = [];
  const lost: string[] = [];
  const torn: string[] = [];
  let slowestRecoveryMs = 0;
  let acknowledged = 0;
  const count = (what: Counted, { outcome, message = "" }: Attempt, allowed: readonly string[]): void => {
    counts[what][outcome] = (counts[what][outcome] ?? 0) + 1;
    if (!allowed.includes(outcome)) failures.push(`${what}: ${outcome} ${message}`);
  };

  const round = async ({ control }: Session, n: number): Promise<void> => {
    const from = control.log.length;
    const traces = SIZES.map((size) => `${n}-${size}`);
    const check = async (): Promise<void> => {
      const verdict = judge(control.log.slice(from), await control.call("tab", "verify", { ...STORE, traces }));
      lost.push(...verdict.lost);
      torn.push(...verdict.torn);
    };
    // Every other time, until nothing at all goes in.
    const isFull = n % 2 === 0;
    for (const trace of isFull ? traces : traces.slice(0, 1)) {
      count("saves", await control.call("tab", "tryToWrite", { ...STORE, trace }), ["quota-exceeded"]);
    }
    await check();
    acknowledged += control.log.slice(from).filter(({ kind }) => kind === "saved").length;

    const [large, ...others] = traces as [string, ...string[]];
    control.log.push({ client: "tab", trace: large, kind: "pruning", upTo: Infinity });
    const pruned = await control.call("tab", "tryToPrune", { ...STORE, trace: large, keep: 2 });
    count(isFull ? "prunesWhenFull" : "prunesWhenTight", pruned, ["ok", "quota-exceeded"]);
    if (pruned.outcome !== "ok") {
      count("deletions", await control.call("tab", "tryToDeleteTrace", { ...STORE, trace: large }), ["ok"]);
    }
    const start = Date.now();
    for (;;) {
      const again = await control.call("tab", "tryToWrite", { ...STORE, trace: others[0]!, count: 3 });
      const ms = Date.now() - start;
      slowestRecoveryMs = Math.max(slowestRecoveryMs, ms);
      if (again.outcome === "ok") break;
      if (ms > RECOVERY_TIMEOUT_MS) throw new Error(`no save for ${ms} ms after room was made: ${again.message}`);
    }
    await check();
    for (const trace of traces) await control.call("tab", "tryToDeleteTrace", { ...STORE, trace });
  };

  try {
    const options = { profile: profile.folder, quotaKiB: LIMIT_BYTES / 1024 };
    await bench.browse(engine, options, async (session) => {
      const release = await limitStorage(session, { origin: session.control.origin, bytes: LIMIT_BYTES });
      for (let n = 0; n < rounds; n += 1) await round(session, n);
      await release();
    });
  } finally {
    profile.remove();
  }
  return { rounds, ...counts, slowestRecoveryMs, acknowledged, lost, torn, failures };
}
