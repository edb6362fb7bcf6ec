// @ts-check

/**
 * @typedef {Record<string, number>} Figures what was measured of one candidate in one round, by name; durations in ms
 * @typedef {Map<string, Figures>} Round by candidate
 */

export const BASELINE = "raw-relaxed";
export const STORE = "waystone-strict";
export const FLOOR = "put-of-changes";

/**
 * What a page measured, as one number a figure: the median of several, and of a run's saves what tells most.
 *
 * @param {Record<string, number | readonly number[]>} measured
 * @returns {Figures}
 */
export function summarize({ saves, ...others }) {
  /** @type {Figures} */
  const figures = {};
  if (Array.isArray(saves)) {
    figures.total = sum(saves);
    figures.p50 = quantile(saves, 0.5);
    figures.p95 = quantile(saves, 0.95);
    figures.p95ToP50 = figures.p95 / figures.p50;
    figures.lastToFirst = sum(saves.slice(-50)) / sum(saves.slice(0, 50));
  }
  for (const [name, value] of Object.entries(others)) {
    const number = typeof value === "number" ? value : median(value);
    if (number !== undefined) figures[name] = number;
  }
  return figures;
}

/** The median over rounds. @param {readonly Round[]} rounds @param {string} candidate @param {string} figure */
export function value(rounds, candidate, figure) {
  return median(rounds.map((round) => round.get(candidate)?.[figure]).filter((one) => one !== undefined));
}

/**
 * How many times less the candidate takes than `against`: the median over rounds of each round's own ratio, so that a
 * machine that is slow for a while slows both.
 *
 * @param {readonly Round[]} rounds
 * @param {string} candidate
 * @param {string} figure
 */
export function ratio(rounds, candidate, figure, against = BASELINE) {
  return median(
    rounds
      .map((round) => [round.get(candidate)?.[figure], round.get(against)?.[figure]])
      .flatMap(([own, other]) => (own === undefined || other === undefined ? [] : [other / own])),
  );
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
