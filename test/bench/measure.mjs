// @ts-check
import { Profile } from "./browser.mjs";
import { summarize } from "./figures.mjs";
import { measureMainThread } from "./main-thread.mjs";

/**
 * @typedef {import("./figures.mjs").Round} Round
 * @typedef {import("./work/task.ts").Task} Task
 * @typedef {Task["candidate"]} CandidateName
 * @typedef {import("./work/task.ts").Runs} Runs
 * @typedef {import("./work/task.ts").Large} Large
 *
 * @typedef {object} Measuring
 * @property {number} port of the page
 * @property {readonly CandidateName[]} candidates
 * @property {number} rounds
 * @property {(round: number) => Promise<void>} onRound called before each
 */

export const KEEP = 10;

/** One run, in a warm page. @param {Measuring} measuring @param {Omit<Task, "candidate">} work */
export function oneRun(measuring, work) {
  return inFreshProfiles(measuring, (browser, candidate) =>
    browser.visit(candidate, "measureRun", { task: { ...work, candidate }, keep: KEEP }),
  );
}

/** Several runs, in a warm page. @param {Measuring} measuring @param {Omit<Runs, "candidate">} work */
export function manyRuns(measuring, work) {
  return inFreshProfiles(measuring, (browser, candidate) =>
    browser.visit(candidate, "measureRuns", { ...work, candidate }),
  );
}

/** @param {Measuring} measuring @param {{ saves: number }} work */
export function youngArrays(measuring, { saves }) {
  return inFreshProfiles(measuring, (browser, candidate) =>
    browser.visit(candidate, "measureYoungArrays", { candidate, saves }),
  );
}

/** A run of steps. @param {Measuring} measuring @param {{ steps: number }} work */
export function stepsRun(measuring, { steps }) {
  return inFreshProfiles(measuring, (browser, candidate) =>
    browser.visit(candidate, "measureSteps", { steps, times: 5 }),
  );
}

/** The inspector. @param {Measuring} measuring @param {{ checkpoints: number, stateBytes: number }} work */
export function inspecting(measuring, work) {
  return inFreshProfiles(measuring, (browser, candidate) => browser.visit(candidate, "measureInspector", work));
}

/** A chat of LangGraph's. @param {Measuring} measuring @param {{ turns: number }} work */
export function graphChat(measuring, { turns }) {
  return inFreshProfiles(measuring, (browser, candidate) => browser.visit(candidate, "measureLangGraph", { turns }));
}

/** @param {Measuring} measuring @param {Omit<Task, "candidate">} work */
export function mainThread(measuring, work) {
  return inFreshProfiles(measuring, (browser, candidate) =>
    measureMainThread(browser, { ...work, candidate }, { folds: candidate.startsWith("waystone") }),
  );
}

/**
 * What a run takes on disk, and how soon it goes on in a page that was just opened: in a browser that was just started,
 * and in one that runs. Nothing but the run itself has ever been in these databases.
 *
 * @param {Measuring} measuring
 * @param {Omit<Task, "candidate">} work
 * @returns {Promise<Round[]>}
 */
export async function freshPages({ port, candidates, rounds, onRound }, work) {
  return inProfile(port, async (profile) => {
    await profile.browse(async (browser) => {
      for (const candidate of candidates) await browser.visit(candidate, "save", { ...work, candidate });
    });
    /** @type {Map<string, number>} */
    const diskBytes = new Map();
    for (const candidate of candidates) diskBytes.set(candidate, await profile.bytesOnDisk(candidate));

    /** @type {Round[]} */
    const measured = [];
    for (let number = 0; number < rounds; number++) {
      await onRound(number);
      /** @type {Round} */
      const round = new Map();
      for (const candidate of rotate(candidates, number)) {
        const task = { ...work, candidate };
        const [browser, page] = await profile.browse(async (browser) => [
          await browser.visit(candidate, "resume", { task, visit: number * 2 }),
          await browser.visit(candidate, "resume", { task, visit: number * 2 + 1 }),
        ]);
        const figures = { ...named(browser, "InBrowser"), ...named(page, "InPage") };
        round.set(candidate, summarize({ ...figures, diskBytes: diskBytes.get(candidate) ?? Number.NaN }));
      }
      measured.push(round);
    }
    return measured;
  });
}

/** Reads of a store of many checkpoints. @param {Measuring} measuring @param {Omit<Large, "candidate">} work */
export async function largeStore({ port, candidates, rounds, onRound }, work) {
  return inProfile(port, async (profile) => {
    await profile.browse(async (browser) => {
      for (const candidate of candidates) await browser.visit(candidate, "fillLarge", { ...work, candidate });
    });
    return profile.browse((browser) =>
      inRounds({ candidates, rounds, onRound }, (candidate, round) =>
        browser.visit(candidate, "readLarge", { large: { ...work, candidate }, times: 40, round }),
      ),
    );
  });
}

/**
 * Lists of traces. The rounds have as many "candidates" as there are stores, named by how many traces they have.
 *
 * @param {Measuring} measuring
 * @param {readonly number[]} sizes
 */
export async function listings({ port, rounds, onRound }, sizes) {
  const candidates = sizes.map(String);
  return inProfile(port, async (profile) => {
    await profile.browse(async (browser) => {
      for (const traces of sizes) await browser.visit(`traces-${traces}`, "fillTraces", traces);
    });
    return profile.browse((browser) =>
      inRounds({ candidates, rounds, onRound }, (traces) =>
        browser.visit(`traces-${traces}`, "listTraces", { traces: Number(traces), times: 7 }),
      ),
    );
  });
}

/**
 * Each round in a browser and on a profile of its own.
 *
 * @param {Measuring} measuring
 * @param {(browser: import("./browser.mjs").Browser, candidate: CandidateName) => Promise<object>} visit
 */
async function inFreshProfiles({ port, candidates, rounds, onRound }, visit) {
  /** @type {Round[]} */
  const measured = [];
  for (let number = 0; number < rounds; number++) {
    await onRound(number);
    const order = rotate(candidates, number);
    const [round] = await inProfile(port, (profile) =>
      profile.browse((browser) => inRounds({ candidates: order, rounds: 1 }, (candidate) => visit(browser, candidate))),
    );
    if (round) measured.push(round);
  }
  return measured;
}

/**
 * @template {string} N
 * @param {{ candidates: readonly N[], rounds: number, onRound?: Measuring["onRound"] }} measuring
 * @param {(candidate: N, round: number) => Promise<object>} measure
 */
async function inRounds({ candidates, rounds, onRound }, measure) {
  /** @type {Round[]} */
  const measured = [];
  for (let number = 0; number < rounds; number++) {
    await onRound?.(number);
    /** @type {Round} */
    const round = new Map();
    for (const candidate of rotate(candidates, number)) {
      const figures = /** @type {Record<string, number | number[]>} */ (await measure(candidate, number));
      round.set(candidate, summarize(figures));
    }
    measured.push(round);
  }
  return measured;
}

/**
 * The same list, beginning elsewhere: whoever goes first in one round goes later in the next.
 *
 * @template T
 * @param {readonly T[]} list
 * @param {number} by
 */
function rotate(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** @param {object} figures @param {string} suffix */
function named(figures, suffix) {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name + suffix, value]));
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
