// @ts-check

import { BASELINE, FLOOR, STORE, median, ratio, value } from "./figures.mjs";

/**
 * @typedef {import("./measure.mjs").Round} Round
 * @typedef {import("./figures.mjs").ShapeResult} ShapeResult
 *
 * @typedef {object} CrowdResult
 * @property {number} checkpoints
 * @property {Round[]} rounds
 *
 * @typedef {object} Results
 * @property {string} environment
 * @property {Record<string, string>} titles by candidate
 * @property {Map<string, ShapeResult>} shapes
 * @property {CrowdResult} [crowd]
 * @property {Map<number, import("./measure.mjs").Listing[]>} [listing] by the number of traces
 */

/** All tables, as markdown. @param {Results} results */
export function tables({ environment, titles, shapes, crowd, listing }) {
  const conversation = shapes.get("conversation");
  const others = [...shapes.values()];
  return [
    conversation && conversationTable(conversation, titles),
    others.length > 1 && shapesTable(others),
    crowd && crowdTable(crowd, titles),
    listing && listingTable(listing),
    environment,
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** @param {ShapeResult} result @param {Record<string, string>} titles */
function conversationTable(result, titles) {
  const rows = [...result.sizes.keys()].map((candidate) => {
    const cell = cells(result, candidate);
    return [
      titles[candidate],
      cell("total", ms),
      `${plain(result, candidate, "p50", ms)} / ${plain(result, candidate, "p95", ms)}`,
      plain(result, candidate, "lastToFirst", times),
      cell("recordBytes", bytes),
      cell("diskBytes", bytes),
      cell("loadLatest", ms),
      cell("load", ms),
      cell("list", ms),
      cell("prune", ms),
      cell("freshOpen", ms),
    ];
  });
  const heads = [
    `${result.title}, ${result.steps} steps`,
    "saves, total",
    "a save, p50 / p95",
    "last 50 : first 50",
    "bytes in the records",
    "bytes on disk",
    "`loadLatest`",
    "`load`",
    "`list`",
    `prune ${result.steps} to 10`,
    "open + `loadLatest`, fresh browser",
  ];
  const legend = "How many times faster, or fewer bytes, than raw snapshots (relaxed); more is better.";
  return `${legend}\n\n${table(heads, rows)}`;
}

/** @param {ShapeResult[]} results */
function shapesTable(results) {
  const rows = results.map((result) => {
    const cell = cells(result, STORE);
    const overFloor = (/** @type {string} */ figure) => {
      const inverse = ratio(result, STORE, figure, FLOOR);
      return inverse === undefined ? "-" : times(1 / inverse);
    };
    return [
      result.title,
      cell("total", ms),
      plain(result, STORE, "lastToFirst", times),
      cell("recordBytes", bytes),
      cell("diskBytes", bytes),
      cell("loadLatest", ms),
      cell("prune", ms),
      `${overFloor("total")} / ${overFloor("recordBytes")}`,
    ];
  });
  return table(
    [
      "this store (strict) against raw snapshots (relaxed)",
      "saves, total",
      "last 50 : first 50",
      "bytes in the records",
      "bytes on disk",
      "`loadLatest`",
      "prune",
      "time / bytes, in puts of the change alone",
    ],
    rows,
  );
}

/** @param {CrowdResult} crowd @param {Record<string, string>} titles */
function crowdTable({ checkpoints, rounds }, titles) {
  const result = { title: "", steps: 0, times: rounds, sizes: new Map() };
  const rows = [...(rounds[0]?.keys() ?? [])].map((candidate) => {
    const cell = cells(result, candidate);
    return [titles[candidate], cell("loadLatest", ms), cell("load", ms), cell("list", ms)];
  });
  const heads = [`a store of ${checkpoints.toLocaleString("en")} checkpoints`, "`loadLatest`", "`load`", "`list`"];
  return table(heads, rows);
}

/** @param {Map<number, import("./measure.mjs").Listing[]>} listing */
function listingTable(listing) {
  const [fewest = Number.NaN] = listing.keys();
  const perTrace = (/** @type {number} */ traces) =>
    (listing.get(traces) ?? []).map(({ all }) => (median(all) ?? Number.NaN) / traces);
  const rows = [...listing].map(([traces, rounds]) => {
    const all = median(rounds.map((round) => median(round.all) ?? Number.NaN)) ?? Number.NaN;
    const page = median(rounds.map((round) => median(round.page) ?? Number.NaN)) ?? Number.NaN;
    const faster = median(perTrace(traces).map((own, round) => (perTrace(fewest)[round] ?? Number.NaN) / own));
    return [traces.toLocaleString("en"), `${times(faster ?? Number.NaN)} (${us(all / traces)})`, ms(all), ms(page)];
  });
  return table(
    ["traces in the store", `listing them, time per trace against that of ${fewest}`, "all", "the latest 50"],
    rows,
  );
}

/** What the store set out to reach for the growing conversation, line by line. @param {Results} results */
export function targets({ shapes }) {
  const result = shapes.get("conversation");
  if (!result?.sizes.has(STORE) || !result.sizes.has(BASELINE)) return "";
  const better = (/** @type {string} */ figure) => ratio(result, STORE, figure) ?? Number.NaN;
  /** @type {[string, number, string, boolean][]} */
  const lines = [];
  const atLeast = (/** @type {string} */ what, /** @type {number} */ value, /** @type {number} */ goal) =>
    lines.push([what, value, `at least ${goal}x`, value >= goal]);
  const atMost = (/** @type {string} */ what, /** @type {number} */ value, /** @type {number} */ goal) =>
    lines.push([what, value, `at most ${goal}x`, value <= goal]);
  atLeast("saves in total, faster", better("total"), 8);
  atMost("last 50 steps against the first 50", value(result, STORE, "lastToFirst") ?? Number.NaN, 1.15);
  atLeast("bytes on disk, fewer", better("diskBytes"), 30);
  atLeast("bytes in the records, fewer", better("recordBytes"), 80);
  atMost("`loadLatest`, time", 1 / better("loadLatest"), 1.5);
  atLeast("prune, faster", better("prune"), 15);
  return lines
    .map(([what, value, goal, isReached]) => {
      const verdict = isReached ? "reached" : "not reached";
      return `${verdict.padStart(11)}  ${what}: ${times(value)} (${goal})`;
    })
    .join("\n");
}

/** @param {ShapeResult} result @param {string} candidate */
function cells(result, candidate) {
  /** @param {string} figure @param {(value: number) => string} unit */
  return (figure, unit) => {
    const absolute = value(result, candidate, figure);
    if (absolute === undefined) return "-";
    const relative = ratio(result, candidate, figure);
    return relative === undefined ? unit(absolute) : `${times(relative)} (${unit(absolute)})`;
  };
}

/**
 * @param {ShapeResult} result
 * @param {string} candidate
 * @param {string} figure
 * @param {(value: number) => string} unit
 */
function plain(result, candidate, figure, unit) {
  const absolute = value(result, candidate, figure);
  return absolute === undefined ? "-" : unit(absolute);
}

/** @param {number} value */
function times(value) {
  return `${value >= 10 ? Math.round(value) : value.toPrecision(value < 0.1 ? 1 : 2)}x`;
}

/** @param {number} value */
function ms(value) {
  return value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${value >= 10 ? Math.round(value) : value.toFixed(1)} ms`;
}

/** @param {number} value */
function us(value) {
  return `${Math.round(value * 1000)} \u00b5s`;
}

/** @param {number} value */
function bytes(value) {
  return value >= 1e6 ? `${(value / 1e6).toPrecision(3)} MB` : `${(value / 1e3).toPrecision(3)} kB`;
}

/** @param {readonly string[]} heads @param {readonly (readonly (string | undefined)[])[]} rows */
function table(heads, rows) {
  const line = (/** @type {readonly (string | undefined)[]} */ row) => `| ${row.join(" | ")} |`;
  return [line(heads), line(heads.map((_, n) => (n === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
