import type { Bench } from "./bench.ts";
import { whyNoDiskImage } from "./engines/disk-image.ts";
import type { Engine } from "./engines/engine.ts";
import { cleared, waysIn } from "./faults/cleared.ts";
import { frozen } from "./faults/frozen.ts";
import { kill } from "./faults/kill.ts";
import { mixed } from "./faults/mixed.ts";
import { networkProcess } from "./faults/network-process.ts";
import { power } from "./faults/power.ts";
import { canLimitStorage, quota } from "./faults/quota.ts";
import { tornLog } from "./faults/torn-log.ts";
import { writers } from "./faults/writers.ts";
import {
  clearedRow,
  frozenRow,
  killRow,
  mixedRow,
  networkProcessRow,
  powerRow,
  quotaRow,
  tornLogRow,
  writersRow,
  type Row,
} from "./rows.ts";

/** A fault that can be made in some engines, more or less often. */
export interface Fault {
  readonly name: string;
  /** Where it can be made. */
  isFor(engine: Pick<Engine, "name">): boolean;
  /** Makes it, `times` times in one engine. */
  run(engine: Engine, options: { times: number; bench: Bench }): Promise<Row[]>;
  /** How often: in full, to see where things stand, and among the tests (0: not there). */
  readonly times: { readonly full: number; readonly quick: number; short(engine: Pick<Engine, "name">): number };
  /** Why it can't be made on this machine. */
  whyNot?(): Promise<string | undefined>;
}

const isChromium = ({ name }: Pick<Engine, "name">): boolean => name.startsWith("chromium");

/** All faults, in the order in which they are made. */
export const FAULTS: readonly Fault[] = [
  {
    name: "kill",
    isFor: () => true,
    times: { full: 60, quick: 5, short: ({ name }) => (name === "chromium-sqlite" ? 0 : 1) },
    run: async (engine, { times, bench }) => [killRow(engine, await kill(engine, { kills: times, bench }))],
  },
  {
    name: "torn-log",
    isFor: ({ name }) => name === "chromium",
    // In turn with a page and with a worker that sees to it.
    times: { full: 20, quick: 4, short: () => 2 },
    run: async (engine, { times, bench }) => [tornLogRow(engine, await tornLog(engine, { rounds: times, bench }))],
  },
  {
    name: "power",
    isFor: () => true,
    // Half of them with strict durability, half with relaxed.
    times: { full: 16, quick: 2, short: ({ name }) => (name === "chromium" ? 1 : 0) },
    whyNot: whyNoDiskImage,
    async run(engine, { times, bench }) {
      const rows: Row[] = [];
      const relaxed = Math.floor(times / 2);
      for (const [durability, cuts] of [
        ["strict", times - relaxed],
        ["relaxed", relaxed],
      ] as const) {
        if (cuts > 0) rows.push(powerRow(engine, await power(engine, { cuts, durability, bench }), durability));
      }
      return rows;
    },
  },
  {
    name: "writers",
    isFor: () => true,
    times: { full: 2500, quick: 500, short: ({ name }) => (name === "chromium" ? 60 : 0) },
    run: async (engine, { times, bench }) => [writersRow(engine, await writers(engine, { saves: times, bench }))],
  },
  {
    name: "mixed",
    isFor: () => true,
    times: { full: 5000, quick: 1000, short: ({ name }) => (name === "chromium-sqlite" ? 0 : 240) },
    run: async (engine, { times, bench }) => [mixedRow(engine, await mixed(engine, { deeds: times, bench }))],
  },
  {
    name: "quota",
    isFor: canLimitStorage,
    times: { full: 100, quick: 6, short: ({ name }) => (name === "chromium-sqlite" ? 0 : 1) },
    run: async (engine, { times, bench }) => [quotaRow(engine, await quota(engine, { rounds: times, bench }))],
  },
  {
    name: "cleared",
    isFor: () => true,
    times: { full: 20, quick: 3, short: ({ name }) => (name === "chromium" ? 1 : 0) },
    async run(engine, { times, bench }) {
      const results = await cleared(engine, { rounds: times, ways: waysIn(engine), bench });
      return results.map((result) => clearedRow(engine, result));
    },
  },
  {
    name: "network",
    isFor: ({ name }) => name === "webkit",
    times: { full: 20, quick: 5, short: () => 1 },
    run: async (engine, { times, bench }) => [
      networkProcessRow(engine, await networkProcess(engine, { kills: times, bench })),
    ],
  },
  {
    name: "frozen",
    isFor: isChromium,
    times: { full: 20, quick: 3, short: ({ name }) => (name === "chromium" ? 1 : 0) },
    run: async (engine, { times, bench }) => [frozenRow(engine, await frozen(engine, { rounds: times, bench }))],
  },
];

/** Which faults the short form makes in which of these browsers, and how often; `except` those of these names. */
export function shortForm<E extends Pick<Engine, "name">>(
  engines: readonly E[],
  { except }: { except: readonly string[] },
): { readonly fault: Fault; readonly engine: E; readonly times: number }[] {
  return FAULTS.filter(({ name }) => !except.includes(name)).flatMap((fault) =>
    engines
      .map((engine) => ({ fault, engine, times: fault.isFor(engine) ? fault.times.short(engine) : 0 }))
      .filter(({ times }) => times > 0),
  );
}
