// @ts-check
import { BASELINE, FLOOR, STORE, ratio, value } from "./figures.mjs";
import { table, times, withUnit } from "./format.mjs";

/**
 * @typedef {import("./figures.mjs").Round} Round
 * @typedef {Record<string, string>} Titles by candidate
 *
 * @typedef {object} Report what there is to tell
 * @property {Record<string, import("./plan.mjs").Line>} lines
 * @property {import("./reach.mjs").Results} results
 * @property {Titles} titles
 * @property {string} environment
 *
 * @typedef {readonly [head: string, line: string, figure: string]} Column
 */

/** One line's figures under their own names, a row for each candidate. @param {string} title @param {readonly Round[]} rounds @param {Titles} titles */
export function lineTable(title, rounds, titles) {
  const figures = [...new Set(rounds.flatMap((round) => [...round.values()].flatMap((one) => Object.keys(one))))];
  const rows = [...(rounds[0]?.keys() ?? [])].map((candidate) => [
    titles[candidate] ?? candidate,
    ...figures.map((figure) => cell(rounds, candidate, figure)),
  ]);
  return table([title, ...figures], rows);
}

/** What a user asks first. @param {Report} report */
export function fewFigures({ lines, results, titles }) {
  const tookPart = results.get("conversation")?.[0];
  const candidates = [STORE, BASELINE, "idb-superjson"].filter((candidate) => tookPart?.has(candidate));
  /** @type {Column[]} */
  const rows = [
    ["a save, median", "conversation", "p50"],
    ["a save, 95 of 100 are faster", "conversation", "p95"],
    ["all saves", "conversation", "total"],
    ["going on in a fresh page: open and `loadLatest`", "fresh", "openAndLatestInPage"],
    ["going on in a fresh browser: open and `loadLatest`", "fresh", "openAndLatestInBrowser"],
    ["`loadLatest` of what this page has saved", "conversation", "latestSaved"],
    ["bytes on disk", "fresh", "diskBytes"],
  ];
  return table(
    [lines.conversation?.title ?? "", ...candidates.map((candidate) => titles[candidate] ?? candidate)],
    rows.map(([head, line, figure]) => [
      head,
      ...candidates.map((candidate) => cell(results.get(line) ?? [], candidate, figure)),
    ]),
  );
}

/** Everything. @param {Report} report */
export function allTables(report) {
  const { lines, results, titles, environment } = report;
  const others = ["nested", "files", "edits", "image", "window"];
  const several = ["short", "forty", "crowd", "burst", "writes"];
  return [
    `How many times faster, or fewer bytes, than raw snapshots (relaxed), and what it took; more is better.`,
    candidatesTable(report, "conversation", [
      ["saves, total", "conversation", "total"],
      ["a save, p50", "conversation", "p50"],
      ["p95", "conversation", "p95"],
      ["last 50 : first 50", "conversation", "lastToFirst"],
      ["bytes in the records", "conversation", "recordBytes"],
      ["bytes on disk", "fresh", "diskBytes"],
    ]),
    candidatesTable(report, "conversation", [
      ["`loadLatest` of what this page saved", "conversation", "latestSaved"],
      ["... loaded", "conversation", "latestLoaded"],
      ["... of a store just opened", "conversation", "latestReopened"],
      ["`load` of any one", "conversation", "load"],
      ["`list`", "conversation", "list"],
      ["prune to 10", "conversation", "prune"],
    ]),
    candidatesTable(report, "fresh", [
      ["fresh page: open + `loadLatest`", "fresh", "openAndLatestInPage"],
      ["first save after it", "fresh", "firstSaveInPage"],
      ["fresh browser: open + `loadLatest`", "fresh", "openAndLatestInBrowser"],
      ["first save after it", "fresh", "firstSaveInBrowser"],
    ]),
    linesTable(report, others, [
      ["a save, p50", "p50"],
      ["last 50 : first 50", "lastToFirst"],
      ["bytes in the records", "recordBytes"],
      ["`loadLatest` of a store just opened", "latestReopened"],
      ["prune to 10", "prune"],
    ]),
    linesTable(report, several, [["a save", "perSave"]]),
    candidatesTable(report, "large", [
      ["`loadLatest`", "large", "latestReopened"],
      ["`load`", "large", "load"],
      ["`list`", "large", "list"],
    ]),
    listingTable(results.get("listing") ?? []),
    youngTable(results.get("young") ?? [], { title: lines.young?.title ?? "", titles }),
    candidatesTable(report, "steps", [
      ["a step, p50", "steps", "p50"],
      ["last 50 : first 50", "steps", "lastToFirst"],
      ["a small save, p50", "steps", "plainSave"],
      ["starting over with all results: open + `runSteps`", "steps", "startOver"],
    ]),
    candidatesTable(report, "langgraph", [
      ["bytes stored", "langgraph", "recordBytes"],
      ["bytes in its `MemorySaver`", "langgraph", "memoryBytes"],
      ["the adapter's own time a turn", "langgraph", "ownTurn"],
      ["last 50 : first 50", "langgraph", "lastToFirst"],
      ["LangChain's revival of messages, last 50 : first 50", "langgraph", "revivalLastToFirst"],
    ]),
    candidatesTable(report, "inspector", [
      ["a save without it, p50", "inspector", "closed"],
      ["a save with it open", "inspector", "open"],
      ["the state of 5 MB is shown after", "inspector", "stateShown"],
      ["the timeline of 10,000 after", "inspector", "appears"],
      ["a frame while it scrolls, p50", "inspector", "frame"],
      ["the longest", "inspector", "longestFrame"],
    ]),
    candidatesTable(report, "main", [
      ["all tasks", "main", "allTasks"],
      ["the longest", "main", "longestSaving"],
      ["the longest while 2 MB are folded", "main", "longestFolding"],
    ]),
    environment,
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** A row for each candidate of a line. @param {Report} report @param {string} line @param {readonly Column[]} columns */
function candidatesTable({ lines, results, titles }, line, columns) {
  const candidates = [...(results.get(line)?.[0]?.keys() ?? [])];
  const rows = candidates
    .map((candidate) => [
      titles[candidate],
      ...columns.map(([, line, figure]) => cell(results.get(line) ?? [], candidate, figure)),
    ])
    .filter(([, ...cells]) => cells.some((text) => text !== "-"));
  return rows.length > 0 && table([lines[line]?.title ?? line, ...columns.map(([head]) => head)], rows);
}

/**
 * A row for each line: what all its saves took the store, the baseline and the floor, and more of the store alone.
 *
 * @param {Report} report
 * @param {readonly string[]} names
 * @param {readonly (readonly [head: string, figure: string])[]} more
 */
function linesTable({ lines, results }, names, more) {
  const rows = names.map((name) => {
    const rounds = results.get(name) ?? [];
    return [
      lines[name]?.title,
      ...[STORE, BASELINE, FLOOR].map((candidate) => cell(rounds, candidate, "total")),
      ...more.map(([, figure]) => cell(rounds, STORE, figure)),
    ];
  });
  return table(["other work", "saves, total", "raw (relaxed)", "floor", ...more.map(([head]) => head)], rows);
}

/** @param {readonly Round[]} rounds */
function listingTable(rounds) {
  const rows = [...(rounds[0]?.keys() ?? [])].map((traces) => [
    Number(traces).toLocaleString("en"),
    cell(rounds, traces, "allTraces"),
    cell(rounds, traces, "latestTraces"),
  ]);
  return rows.length > 0 && table(["traces in the store", "`traces()`, all", "the latest 50"], rows);
}

/** @param {readonly Round[]} rounds @param {{ title: string, titles: Titles }} options */
function youngTable(rounds, { title, titles }) {
  /** @type {[string, string][]} */
  const kinds = [
    ["items100B", "4 arrays of items of 100 B"],
    ["items300B", "8 arrays of items of 300 B"],
    ["messages600B", "an array of messages of 600 B"],
    ["nested100B", "4 nested arrays of items of 100 B"],
    ["texts50B", "20 arrays of texts of 50 B"],
    ["numbers", "4 arrays of numbers"],
  ];
  const candidates = [...(rounds[0]?.keys() ?? [])];
  const rows = kinds.map(([figure, kind]) => [
    kind,
    ...candidates.map((candidate) => withUnit(figure, value(rounds, candidate, figure))),
  ]);
  const heads = candidates.map((candidate) => titles[candidate] ?? candidate);
  return candidates.length > 0 && table([`bytes stored for each byte of content: ${title}`, ...heads], rows);
}

/** @param {readonly Round[]} rounds @param {string} candidate @param {string} figure */
function cell(rounds, candidate, figure) {
  const absolute = withUnit(figure, value(rounds, candidate, figure));
  // These compare a candidate with itself, or with the content, already.
  const isRatio = absolute.endsWith("x");
  const relative = ratio(rounds, candidate, figure);
  return relative === undefined || candidate === BASELINE || isRatio ? absolute : `${times(relative)} (${absolute})`;
}
