// @ts-check
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Profile, onEachPage, servePage } from "./browser.mjs";
import { writeDocuments } from "./documents.mjs";
import { plan } from "./plan.mjs";
import { printProfiles } from "./profile.mjs";
import { reachTable } from "./reach.mjs";
import { lineTable } from "./tables.mjs";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    with: { type: "string" },
    rounds: { type: "string" },
    json: { type: "string" },
    readme: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.readme && (options.only || options.with))
  throw new Error("--readme takes every line, and all who take part");
const lines = plan({ isQuick: options.quick });
if (options.help) {
  console.log(`npm run bench -- [options]
  --quick            fewer rounds and steps: two minutes, to see where things stand
  --only=LINE,...    only these kinds of work: ${Object.keys(lines).join(", ")}
  --with=NAME,...    these candidates, or "all", in place of those that take part in a line
  --rounds=N         rounds of each line
  --json=FILE        every round's figures too
  --readme           put the tables into README.md and docs/performance.md
  --profile          where the time of each goes, too; the figures are those of a page that is watched`);
  process.exit();
}

const started = performance.now();
const page = await servePage();
try {
  const { candidates: titles, version } = await introduction();
  if (options.profile) onEachPage(printProfiles);
  await measureLines(titles, version);
} finally {
  await page.close();
}

/** @param {Record<string, string>} titles @param {string} version */
async function measureLines(titles, version) {
  const everyone = /** @type {import("./measure.mjs").CandidateName[]} */ (Object.keys(titles));
  const named =
    options.with === "all" ? everyone : options.with && picked(options.with.split(","), everyone, "candidate");
  /** @type {import("./reach.mjs").Results} */
  const results = new Map();
  for (const name of picked(options.only?.split(",") ?? Object.keys(lines), Object.keys(lines), "line")) {
    const line = /** @type {import("./plan.mjs").Line} */ (lines[name]);
    const rounds = Number(options.rounds ?? line.rounds);
    const candidates = named || line.candidates(everyone);
    const onRound = async (/** @type {number} */ round) => {
      await warnIfBusy();
      log(`${name}: round ${round + 1} of ${rounds}`);
    };
    results.set(name, await line.measure({ port: page.port, candidates, rounds, onRound }));
    console.log(`\n${lineTable(line.title, results.get(name) ?? [], titles)}\n`);
  }
  if (options.quick) console.log("\nQuick: runs of 200 steps, where the lines below speak of 500.");
  console.log(`\n${reachTable(results)}\n`);
  if (options.json) {
    const rounds = [...results].map(([name, rounds]) => [name, rounds.map((round) => Object.fromEntries(round))]);
    await writeFile(options.json, JSON.stringify(Object.fromEntries(rounds), null, 1));
  }
  const environment = `Chromium ${version} on ${cpus().length} cores; ${new Date().toISOString().slice(0, 10)}.`;
  if (options.readme) await writeDocuments({ lines, results, titles, environment });
  log("done");
}

/** Asks the page who takes part. */
async function introduction() {
  const profile = Profile.create(page.port);
  try {
    return await profile.browse(async (browser) => ({
      ...(await browser.visit("introduction", "introduce", undefined)),
      version: browser.context.browser()?.version() ?? "",
    }));
  } finally {
    await profile.discard();
  }
}

/**
 * @template {string} N
 * @param {readonly string[]} names
 * @param {readonly N[]} all
 * @param {string} what
 */
function picked(names, all, what) {
  const unknown = names.filter((name) => !all.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`no such ${what}: ${unknown}; there are ${all.join(", ")}`);
  return all.filter((known) => names.includes(known));
}

/** Candidates share the machine with whatever else runs; ratios bear it only up to a point. */
async function warnIfBusy() {
  const before = processorTimes();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const after = processorTimes();
  const busyPercent = Math.round(100 - (100 * (after.idle - before.idle)) / (after.total - before.total));
  if (busyPercent > 20) log(`WARNING: other processes take ${busyPercent}% of the machine; the figures will be off`);
}

function processorTimes() {
  const times = cpus().flatMap((cpu) => Object.entries(cpu.times));
  const sum = (/** @type {[string, number][]} */ some) => some.reduce((total, [, ms]) => total + ms, 0);
  return { idle: sum(times.filter(([name]) => name === "idle")), total: sum(times) };
}

/** @param {string} text */
function log(text) {
  console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}
