import type { Engine } from "./engines/engine.ts";
import type { ClearedResult } from "./faults/cleared.ts";
import type { FrozenResult } from "./faults/frozen.ts";
import type { KillResult } from "./faults/kill.ts";
import type { MixedResult } from "./faults/mixed.ts";
import type { NetworkProcessResult } from "./faults/network-process.ts";
import type { PowerResult } from "./faults/power.ts";
import type { QuotaResult } from "./faults/quota.ts";
import type { TornLogResult } from "./faults/torn-log.ts";
import type { WritersResult } from "./faults/writers.ts";

/** One line of the table: what was done to an engine, what it came to, and what of it must not be. */
export interface Row {
  readonly fault: string;
  readonly engine: string;
  readonly done: string;
  readonly result: string;
  readonly wrong: readonly string[];
}

/** How long a call may take under a fault, and the time from one acknowledged save to the next. */
const MAX_MS = 2000;

export function killRow({ title }: Engine, result: KillResult): Row {
  return {
    fault: "kill -9 in the middle of writes",
    engine: title,
    done: `${amount(result.kills, "kill")}, ${amount(result.acknowledged, "acknowledged save")}`,
    result: `${result.lost.length} lost, ${result.torn.length} torn`,
    wrong: [...named("lost", result.lost), ...result.torn, ...named("came back after a prune", result.undone)],
  };
}

export function tornLogRow({ title }: Engine, { rounds, acknowledged, lost, torn }: TornLogResult): Row {
  return {
    fault: "a log that ends in an incomplete record, and two starts",
    engine: title,
    done: `${amount(rounds, "time")}, ${amount(acknowledged, "acknowledged save")}`,
    result: `${lost.length} lost, ${torn.length} torn`,
    wrong: [...named("lost", lost), ...torn],
  };
}

export function powerRow({ title }: Engine, result: PowerResult, durability: "strict" | "relaxed"): Row {
  const { lost, torn, undone, mostLost, cutsWithLoss } = result;
  const detail = lost.length === 0 ? "" : ` (in ${amount(cutsWithLoss, "cut")}, ${mostLost} at the most)`;
  return {
    fault: `power cut, ${durability}`,
    engine: title,
    done: `${amount(result.cuts, "cut")}, ${amount(result.acknowledged, "acknowledged save")}`,
    result: `${lost.length} lost${detail}, ${torn.length} torn`,
    wrong: durability === "strict" ? [...named("lost", lost), ...torn, ...named("came back", undone)] : torn,
  };
}

export function writersRow({ title }: Engine, { saves, found, problems, savesPerSecond }: WritersResult): Row {
  return {
    fault: "two tabs and two workers on one trace",
    engine: title,
    done: `${number(saves)} saves`,
    result: `${number(saves - found)} lost, order whole; ${savesPerSecond} saves a second`,
    wrong: found === saves ? problems : [`${found} of ${saves} saves are there`, ...problems],
  };
}

export function mixedRow({ title }: Engine, { deeds, divergences, orphans }: MixedResult): Row {
  const all = Object.values(deeds).reduce((sum, times) => sum + times, 0);
  return {
    fault: "saves, deletions, prunes and forks at once, from two tabs and two workers",
    engine: title,
    done: `${number(all)} operations (${counts(deeds)})`,
    result: `${amount(divergences.length, "divergence")} from a plain list, ${amount(orphans, "orphaned record")}`,
    wrong: [...divergences, ...(orphans > 0 ? [`${orphans} records were left of nothing`] : [])],
  };
}

export function quotaRow({ title }: Engine, result: QuotaResult): Row {
  const { saves, prunesWhenTight, prunesWhenFull, deletions, slowestRecoveryMs, lost, torn, failures } = result;
  return {
    fault: "storage full",
    engine: title,
    done: `filled ${number(result.rounds)} times, ${amount(result.acknowledged, "acknowledged save")}`,
    result:
      `refused saves: ${counts(saves)}; ${lost.length} lost, ${torn.length} torn; ` +
      `prune after the first refusal: ${counts(prunesWhenTight)}, when nothing at all goes in: ${counts(prunesWhenFull)}; ` +
      `deleteTrace: ${counts(deletions)}; saves again after ${slowestRecoveryMs} ms at the most`,
    wrong: [...named("lost", lost), ...torn, ...failures],
  };
}

export function clearedRow({ title }: Engine, result: ClearedResult): Row {
  const { way, rounds, failures, longestCallMs, longestMs, lost, torn, shouldClear, cleared, waitMs } = result;
  return {
    fault: way,
    engine: title,
    done: `${number(rounds)} times`,
    result: `errors: ${counts(failures)}; longest call ${longestCallMs} ms, saves again after ${longestMs} ms at the most`,
    wrong: [
      ...named("lost", lost),
      ...torn,
      ...untyped(failures),
      ...slow("a call", longestCallMs),
      ...slow("the next save", longestMs - waitMs),
      ...(shouldClear === cleared ? [] : [`the storage was ${cleared ? "" : "not "}cleared`]),
    ],
  };
}

export function networkProcessRow({ title }: Engine, result: NetworkProcessResult): Row {
  const { lost, torn, failures, idle, workers, longestMs, longestIdleMs, longestWorkerMs } = result;
  return {
    fault: "network process killed",
    engine: title,
    done: `${amount(result.kills, "kill")}, ${amount(result.acknowledged, "acknowledged save")}`,
    result:
      `${lost.length} lost, ${torn.length} torn or doubled; errors in the page: ${counts(failures)}, saves again after ` +
      `${longestMs} ms at the most; idle tab: ${counts(idle)}; workers: ${counts(workers)}`,
    wrong: [
      ...named("lost", lost),
      ...torn,
      ...untyped(failures),
      ...untyped(idle),
      ...untyped(workers),
      ...slow("the next save", longestMs),
      ...slow("a save of an idle tab", longestIdleMs),
      ...slow("the answer in a worker", longestWorkerMs),
    ],
  };
}

export function frozenRow({ title }: Engine, result: FrozenResult): Row {
  const { rounds, lost, torn, failures, stalledByWriter, fromCache } = result;
  return {
    fault: "tab frozen, or in the back-forward cache",
    engine: title,
    done: `${number(rounds)} times, ${amount(result.acknowledged, "acknowledged save")}`,
    result:
      `${lost.length} lost, ${torn.length} torn; others wait ${result.longestBesideIdleMs} ms at the most beside an idle tab, ` +
      `until it thaws in ${stalledByWriter} of ${rounds} beside one frozen in the middle of writes; ` +
      `first save after the thaw ${result.longestThawedMs} ms at the most; ${fromCache} of ${rounds} came out of the cache`,
    wrong: [
      ...named("lost", lost),
      ...torn,
      ...untyped(failures),
      ...slow("a save beside an idle frozen tab", result.longestBesideIdleMs),
      ...slow("a save beside a page in the cache", result.longestBesideCachedMs),
      ...slow("the first save after the thaw", result.longestThawedMs),
    ],
  };
}

function named(what: string, ids: readonly string[]): string[] {
  return ids.map((id) => `${what}: ${id}`);
}

function untyped(outcomes: Readonly<Record<string, number>>): string[] {
  return Object.entries(outcomes).flatMap(([outcome, times]) =>
    ["hang", "untyped"].includes(outcome) ? [`${times} times: ${outcome}`] : [],
  );
}

function slow(what: string, ms: number): string[] {
  return ms > MAX_MS ? [`${what} took ${ms} ms`] : [];
}

function counts(outcomes: Readonly<Record<string, number>>): string {
  const list = Object.entries(outcomes).map(([outcome, times]) => `${times} ${outcome}`);
  return list.join(", ") || "none";
}

function amount(count: number, unit: string): string {
  return `${number(count)} ${unit}${count === 1 ? "" : "s"}`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
