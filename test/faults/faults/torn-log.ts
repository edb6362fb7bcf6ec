import { appendFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { makeProfile, type Engine } from "../engines/engine.ts";
import { lookTwice } from "../look-twice.ts";

/** What logs that end in an incomplete record came to. */
export interface TornLogResult {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly lost: readonly string[];
  readonly torn: readonly string[];
}

const STORE = { store: "torn-log" };
const SAVES = 5;

/**
 * Leaves the log of Chromium's LevelDB as a kill does in the middle of a write: its last record has a header, and less
 * than the header says. Then the browser is started twice.
 */
export async function tornLog(
  engine: Engine,
  { rounds, bench }: { rounds: number; bench: Bench },
): Promise<TornLogResult> {
  const profile = makeProfile(engine.name);
  const lost: string[] = [];
  const torn: string[] = [];
  let acknowledged = 0;
  try {
    for (let n = 0; n < rounds; n += 1) {
      const trace = `run-${n}`;
      const log = await bench.browse(engine, { profile: profile.folder }, async ({ control, processes }) => {
        const from = control.log.length;
        await control.call("tab", "write", { ...STORE, trace, count: SAVES });
        await processes.end();
        return control.log.slice(from);
      });
      await tear(profile.folder);
      const client = n % 2 === 0 ? "tab" : "worker";
      const where = { profile: profile.folder, client, bench } as const;
      const verdict = await lookTwice(engine, { ...STORE, ...where, traces: [trace], log });
      acknowledged += verdict.acknowledged;
      lost.push(...verdict.lost);
      torn.push(...verdict.torn);
    }
  } finally {
    profile.remove();
  }
  return { rounds, acknowledged, lost, torn };
}

/** Appends an incomplete record to the log that LevelDB wrote last. */
async function tear(profile: string): Promise<void> {
  const files = await readdir(profile, { recursive: true });
  const logs = files.filter((file) => /\.indexeddb\.leveldb[\\/]\d+\.log$/.test(file)).sort();
  const last = logs.at(-1);
  if (last === undefined) throw new Error("there is no log");
  // Its checksum, its length (1,000) and its type (a whole record), and a part of what it holds.
  const header = Buffer.from([1, 2, 3, 4, 1000 & 0xff, 1000 >> 8, 1]);
  await appendFile(join(profile, last), Buffer.concat([header, Buffer.alloc(300, 7)]));
}
