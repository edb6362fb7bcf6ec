import { createCheckpoint } from "waystone";
import type { Candidate } from "../../test/bench/candidates/candidate.ts";
import { raw } from "../../test/bench/candidates/raw.ts";
import { waystone } from "../../test/bench/candidates/waystone.ts";
import { SHAPES } from "../../test/bench/work/shapes.ts";

/** What one thing takes, in milliseconds: the median of the rounds, or of all saves. */
export interface Figure {
  readonly title: string;
  readonly plain: number;
  readonly waystone: number;
}

const STEPS = 200;
const ROUNDS = 3;
const KEPT = 10;
const SEED = 20;
const TRACE = "run";

const CANDIDATES = { plain: raw("relaxed"), waystone: waystone("strict") };
const TITLES = {
  total: `${STEPS} saves in all`,
  save: "one save",
  latest: "the latest, after opening",
  load: "one from the middle",
  prune: `prune to ${KEPT}`,
} as const;
type Measured = Record<keyof typeof TITLES, number>;

/**
 * Measures Waystone against plain IndexedDB, in turns.
 *
 * @param onProgress - Called after each turn with how many have been run, of how many.
 */
export async function measureSpeed(onProgress: (done: number, total: number) => void): Promise<Figure[]> {
  const measured: Record<keyof typeof CANDIDATES, Measured[]> = { plain: [], waystone: [] };
  const names = Object.keys(CANDIDATES) as (keyof typeof CANDIDATES)[];
  let done = 0;
  // The first round is for the code to get warm.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of names) {
      const figures = await measure(CANDIDATES[name]);
      if (round > 0) measured[name].push(figures);
      onProgress(++done, (ROUNDS + 1) * names.length);
    }
  }
  const middle = (name: keyof typeof CANDIDATES, what: keyof Measured) =>
    median(measured[name].map((one) => one[what]));
  return (Object.keys(TITLES) as (keyof Measured)[]).map((what) => ({
    title: TITLES[what],
    plain: middle("plain", what),
    waystone: middle("waystone", what),
  }));
}

async function measure(candidate: Candidate): Promise<Measured> {
  const database = `speed-${crypto.randomUUID()}`;
  const store = await candidate.open(database);
  const run = SHAPES.conversation.start(SEED);
  const saves: number[] = [];
  const ids: string[] = [];
  for (let step = 0; step < STEPS; step++) {
    run.step();
    const checkpoint = createCheckpoint(run.state, { nextNode: "work" });
    ids.push(checkpoint.id);
    saves.push(await timed(() => store.saveWithTrace(TRACE, checkpoint)));
  }
  await store.close();
  const again = await candidate.open(database);
  const latest = await timed(() => again.loadLatest(TRACE));
  const load = await timed(() => again.load(ids[STEPS / 2]!));
  const prune = await timed(() => again.prune(TRACE, KEPT));
  await again.close();
  await new Promise((resolve) => (indexedDB.deleteDatabase(database).onsuccess = resolve));
  return { total: saves.reduce((sum, one) => sum + one, 0), save: median(saves), latest, load, prune };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
}
