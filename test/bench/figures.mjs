// @ts-check

/**
 * @typedef {import("./measure.mjs").Figures} Figures
 * @typedef {import("./measure.mjs").Round} Round
 *
 * @typedef {object} ShapeResult
 * @property {string} title
 * @property {number} steps
 * @property {Round[]} times
 * @property {Round} sizes
 */

export const BASELINE = "raw-relaxed";
export const STORE = "waystone-strict";
export const FLOOR = "put-of-changes";

/** Each figure, as one number of one round. @type {Record<string, (figures: Figures) => number | undefined>} */
const FIGURES = {
  total: ({ saves }) => saves && sum(saves),
  p50: ({ saves }) => saves && quantile(saves, 0.5),
  p95: ({ saves }) => saves && quantile(saves, 0.95),
  lastToFirst: ({ saves }) => saves && sum(saves.slice(-50)) / sum(saves.slice(0, 50)),
  loadLatest: ({ loadLatest }) => (loadLatest?.length ? median(loadLatest) : undefined),
  load: ({ load }) => (load?.length ? median(load) : undefined),
  list: ({ list }) => (list?.length ? median(list) : undefined),
  prune: ({ pruneMs, list }) => (list?.length ? pruneMs : undefined),
  freshOpen: ({ freshOpen }) => freshOpen && median(freshOpen),
  recordBytes: ({ recordBytes }) => recordBytes || undefined,
  diskBytes: ({ diskBytes, records }) => (records === 0 ? undefined : diskBytes),
};

/** The median over rounds. @param {ShapeResult} result @param {string} candidate @param {string} figure */
export function value(result, candidate, figure) {
  return median(perRound(result, (round) => read(round, candidate, figure)));
}

/**
 * How many times less the candidate takes than `against`: the median over rounds of each round's own ratio, so that a
 * machine that is slow for a while slows both.
 *
 * @param {ShapeResult} result
 * @param {string} candidate
 * @param {string} figure
 */
export function ratio(result, candidate, figure, against = BASELINE) {
  return median(
    perRound(result, (round) => {
      const own = read(round, candidate, figure);
      const other = read(round, against, figure);
      return own === undefined || other === undefined ? undefined : other / own;
    }),
  );
}

/** @param {Round} round @param {string} candidate @param {string} figure */
function read(round, candidate, figure) {
  return FIGURES[figure]?.(round.get(candidate) ?? {});
}

/** @param {ShapeResult} result @param {(round: Round) => number | undefined} figure @returns {number[]} */
function perRound({ times, sizes }, figure) {
  return [...times, sizes].map(figure).filter((value) => value !== undefined);
}

/** @param {readonly number[]} numbers @param {number} at */
function quantile(numbers, at) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

/** @param {readonly number[]} numbers @returns {number | undefined} */
export function median(numbers) {
  if (numbers.length === 0) return undefined;
  const sorted = [...numbers].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[(sorted.length >> 1) - 1] ?? 0) + upper) / 2;
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
