// @ts-check
import { BASELINE, FLOOR, STORE, ratio, value } from "./figures.mjs";
import { format, table, times, withUnit } from "./format.mjs";

/**
 * @typedef {import("./figures.mjs").Round} Round
 * @typedef {Map<string, readonly Round[]>} Results by line
 *
 * @typedef {object} Goal
 * @property {string} title
 * @property {string} line
 * @property {string} figure
 * @property {(rounds: readonly Round[], figure: string) => number | undefined} measure
 * @property {"at least" | "at most"} bound
 * @property {number} reach
 * @property {string} [unit] default is times
 */

/** @param {readonly Round[]} rounds @param {string} figure */
const faster = (rounds, figure) => ratio(rounds, STORE, figure);
/** @param {string} against */
const timesAs = (against) => (/** @type {readonly Round[]} */ rounds, /** @type {string} */ figure) => {
  const inverse = ratio(rounds, STORE, figure, against);
  return inverse === undefined ? undefined : 1 / inverse;
};
/** @param {readonly Round[]} rounds @param {string} figure */
const itself = (rounds, figure) => value(rounds, STORE, figure);
/** @param {string} candidate */
const of = (candidate) => (/** @type {readonly Round[]} */ rounds, /** @type {string} */ figure) =>
  value(rounds, candidate, figure);

/** @param {string} title @param {string} line @param {string} figure @param {number} reach @returns {Goal} */
const atLeast = (title, line, figure, reach) => ({ title, line, figure, measure: faster, bound: "at least", reach });
/**
 * @param {string} title
 * @param {string} line
 * @param {string} figure
 * @param {number} reach
 * @param {Goal["measure"]} [measure]
 * @returns {Goal}
 */
const atMost = (title, line, figure, reach, measure = itself) => ({
  title,
  line,
  figure,
  measure,
  bound: "at most",
  reach,
});

/** What the store is to reach, in times of raw snapshots (relaxed) where a title says nothing else. @type {Goal[]} */
const GOALS = [
  atLeast("500-step conversation, in total", "conversation", "total", 5),
  atMost("a save, p50, in strict puts of the new messages alone", "conversation", "p50", 1.4, timesAs(FLOOR)),
  atMost("a save, p95 : p50", "conversation", "p95ToP50", 2),
  atMost("a save, last 50 : first 50", "conversation", "lastToFirst", 1.3),
  atLeast("40-step runs of 20 kB, in total", "short", "total", 1.2),
  atLeast("40-step runs of 110 kB, in total", "forty", "total", 1.2),
  atLeast("50 runs at once, in total", "crowd", "total", 4),
  atLeast("a burst of 200 on one run, in total", "burst", "total", 5),
  atLeast("sliding window of 50 messages, in total", "window", "total", 1.2),
  atLeast("a record of 1,000 files, in total", "files", "total", 3.5),
  atLeast("the edited conversation, in total", "edits", "total", 3.5),
  atLeast("three levels deep, in total", "nested", "total", 3.5),
  atLeast("a 200 kB image kept, in total", "image", "total", 3.5),
  atMost("fresh page: open + first `loadLatest`", "fresh", "openAndLatestInPage", 2.5, timesAs(BASELINE)),
  atMost("fresh browser: open + first `loadLatest`", "fresh", "openAndLatestInBrowser", 2.5, timesAs(BASELINE)),
  atMost("the first save after it, fresh page", "fresh", "firstSaveInPage", 0.5, timesAs(BASELINE)),
  atMost("the first save after it, fresh browser", "fresh", "firstSaveInBrowser", 0.5, timesAs(BASELINE)),
  atLeast("`loadLatest` of what this page saved last", "conversation", "latestSaved", 6),
  atLeast("`loadLatest` of what this page loaded last", "conversation", "latestLoaded", 6),
  atLeast("`load` of any one", "conversation", "load", 0.6),
  atLeast("`list`", "conversation", "list", 1),
  atLeast("prune 500 to 10", "conversation", "prune", 8),
  atLeast("bytes on disk for 500 steps", "fresh", "diskBytes", 45),
  atMost("stored : content, 4 arrays of 100 B items", "young", "items100B", 1.5),
  atMost("stored : content, 8 arrays of 300 B items", "young", "items300B", 1.5),
  atMost("stored : content, messages of 600 B", "young", "messages600B", 1.5),
  atMost("stored : content, 4 nested arrays of 100 B items", "young", "nested100B", 1.5),
  atMost("stored : content, 4 arrays of numbers", "young", "numbers", 4),
  { ...atMost("main thread: all tasks of 500 saves", "main", "allTasks", 421), unit: "ms" },
  { ...atMost("main thread: the longest task while 2 MB are folded", "main", "longestFolding", 16), unit: "ms" },
  atMost("a save with the inspector open on 5 MB, of one without it", "inspector", "open", 1.1, (rounds, figure) => {
    const [open, closed] = [value(rounds, STORE, figure), value(rounds, STORE, "closed")];
    return open === undefined || closed === undefined ? undefined : open / closed;
  }),
  { ...atMost("the inspector: a state of 5 MB is shown", "inspector", "stateShown", 200), unit: "ms" },
  { ...atMost("the inspector: a timeline of 10,000 is shown", "inspector", "appears", 300), unit: "ms" },
  { ...atMost("the inspector: a frame while it scrolls", "inspector", "frame", 17), unit: "ms" },
  { ...atMost("`traces()`, the latest 50 of 10,000", "listing", "latestTraces", 3, of("10000")), unit: "ms" },
];

/** A line each for what the store is to reach, and whether it does; of what was measured. @param {Results} results */
export function reachTable(results) {
  const rows = GOALS.flatMap(({ title, line, figure, measure, bound, reach, unit }) => {
    const rounds = results.get(line) ?? [];
    const measured = measure(rounds, figure);
    if (measured === undefined) return [];
    const isMet = bound === "at least" ? measured >= reach : measured <= reach;
    const show = (/** @type {number} */ number) => (unit === "ms" ? format.ms(number) : times(number));
    const took = [STORE, BASELINE, FLOOR].map((candidate) => withUnit(figure, value(rounds, candidate, figure)));
    return [[title, `${bound} ${show(reach)}`, show(measured), isMet ? "met" : "NOT MET", ...took]];
  });
  return table(["line", "reach", "measured", "", "this store", "raw", "floor"], rows);
}
