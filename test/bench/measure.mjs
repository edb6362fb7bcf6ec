// @ts-check
import { Profile } from "./browser.mjs";

/**
 * @typedef {import("./task.ts").Task} Task
 * @typedef {import("./task.ts").Crowd} Crowd
 *
 * @typedef {object} Figures what was measured of one candidate in one round; durations in ms
 * @property {number[]} [saves]
 * @property {number[]} [loadLatest]
 * @property {number[]} [load]
 * @property {number[]} [list]
 * @property {number} [pruneMs]
 * @property {number[]} [freshOpen] open + loadLatest in a browser that was just started
 * @property {number} [recordBytes]
 * @property {number} [records]
 * @property {number} [diskBytes]
 *
 * @typedef {Map<string, Figures>} Round by candidate
 *
 * @typedef {object} Listing durations in ms
 * @property {number[]} all
 * @property {number[]} page
 */

export const KEEP = 10;
/** They store a step, and can't read a state. */
export const FLOORS = ["empty-commit", "put-of-changes"];

/**
 * One round of times: each candidate in turn, in a fresh database and a warm page.
 *
 * @param {number} port
 * @param {Task[]} tasks
 * @returns {Promise<Round>}
 */
export async function measureTimes(port, tasks) {
  return inProfile(port, (profile) =>
    profile.browse(async (browser) => {
      /** @type {Round} */
      const round = new Map();
      for (const task of tasks) {
        const figures = await browser.visit(
          task.candidate,
          async ({ task, keep }) => {
            await window.bench.warmUp(task);
            const saves = await window.bench.save(task);
            const reads = await window.bench.read(task, 7);
            const pruneMs = await window.bench.prune(task, keep);
            return { saves, ...reads, pruneMs };
          },
          { task, keep: KEEP },
        );
        round.set(task.candidate, figures);
      }
      return round;
    }),
  );
}

/**
 * What each candidate stores, and how soon it responds when the browser has just started. Nothing but the work itself
 * has ever been in these databases.
 *
 * @param {number} port
 * @param {Task[]} tasks
 * @param {number} freshBrowsers
 * @returns {Promise<Round>}
 */
export async function measureSizes(port, tasks, freshBrowsers) {
  return inProfile(port, async (profile) => {
    await profile.browse(async (browser) => {
      for (const task of tasks) await browser.visit(task.candidate, (task) => window.bench.save(task), task);
    });

    /** @type {Round} */
    const round = new Map();
    for (const { candidate } of tasks) round.set(candidate, { diskBytes: await profile.bytesOnDisk(candidate) });

    for (let time = 0; time < freshBrowsers; time++) {
      for (const task of rotate(tasks, time)) {
        if (FLOORS.includes(task.candidate)) continue;
        const ms = await profile.browse((browser) =>
          browser.visit(task.candidate, (task) => window.bench.openAndLoadLatest(task), task),
        );
        of(round, task).freshOpen = [...(of(round, task).freshOpen ?? []), ms];
      }
    }

    await profile.browse(async (browser) => {
      for (const task of tasks) {
        const verifyAndMeasure = async (/** @type {Task} */ task) => {
          await window.bench.read(task, 0);
          return window.bench.recordSizes();
        };
        const sizes = await browser.visit(task.candidate, verifyAndMeasure, task);
        Object.assign(of(round, task), { recordBytes: sizes.bytes, records: sizes.records });
      }
    });
    return round;
  });
}

/**
 * Reads of a store of many checkpoints, in rounds.
 *
 * @param {number} port
 * @param {Crowd[]} crowds
 * @param {number} rounds
 * @returns {Promise<Round[]>}
 */
export async function measureCrowd(port, crowds, rounds) {
  return inProfile(port, async (profile) => {
    await profile.browse(async (browser) => {
      for (const crowd of crowds) await browser.visit(crowd.candidate, (crowd) => window.bench.fill(crowd), crowd);
    });
    return profile.browse(async (browser) => {
      /** @type {Round[]} */
      const measured = [];
      for (let number = 0; number < rounds; number++) {
        /** @type {Round} */
        const round = new Map();
        for (const crowd of rotate(crowds, number)) {
          const figures = await browser.visit(
            crowd.candidate,
            ({ crowd, number }) => window.bench.readCrowd(crowd, 40, number),
            { crowd, number },
          );
          round.set(crowd.candidate, figures);
        }
        measured.push(round);
      }
      return measured;
    });
  });
}

/**
 * Lists of a few traces and of many.
 *
 * @param {number} port
 * @param {readonly number[]} sizes
 * @param {number} rounds
 * @returns {Promise<Map<number, Listing[]>>} by the number of traces, one for each round
 */
export async function measureListing(port, sizes, rounds) {
  return inProfile(port, async (profile) => {
    await profile.browse(async (browser) => {
      for (const traces of sizes)
        await browser.visit(`traces-${traces}`, (traces) => window.bench.fillTraces(traces), traces);
    });
    return profile.browse(async (browser) => {
      const measured = new Map(sizes.map((traces) => [traces, /** @type {Listing[]} */ ([])]));
      for (let round = 0; round < rounds; round++) {
        for (const traces of rotate(sizes, round)) {
          const figures = await browser.visit(
            `traces-${traces}`,
            (traces) => window.bench.listTraces({ traces, times: 7 }),
            traces,
          );
          measured.get(traces)?.push(figures);
        }
      }
      return measured;
    });
  });
}

/**
 * The same list, beginning elsewhere: whoever goes first in one round goes later in the next.
 *
 * @template T
 * @param {readonly T[]} list
 * @param {number} by
 */
export function rotate(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** @param {Round} round @param {Task} task @returns {Figures} */
function of(round, { candidate }) {
  const figures = round.get(candidate);
  if (!figures) throw new Error(`nothing was measured of ${candidate}`);
  return figures;
}

/**
 * @template T
 * @param {number} port
 * @param {(profile: Profile) => Promise<T>} work
 */
async function inProfile(port, work) {
  const profile = Profile.create(port);
  try {
    return await work(profile);
  } finally {
    await profile.discard();
  }
}
