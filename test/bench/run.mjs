// @ts-check
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Profile, servePage } from "./browser.mjs";
import { FLOORS, measureCrowd, measureListing, measureSizes, measureTimes, rotate } from "./measure.mjs";
import { BASELINE, FLOOR, STORE } from "./figures.mjs";
import { tables, targets } from "./report.mjs";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    shape: { type: "string" },
    only: { type: "string" },
    rounds: { type: "string" },
    json: { type: "string" },
    readme: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(`npm run bench -- [options]
  --quick           fewer rounds and steps, to see where things stand
  --shape=NAME,...  only these kinds of work (crowd: the large store; listing: its traces)
  --only=NAME,...   only these candidates
  --all             every candidate at every kind of work, not at the growing conversation alone
  --rounds=N        rounds of times for the growing conversation
  --json=FILE       the raw figures too
  --readme          put the tables into README.md`);
  process.exit();
}

/** What is measured beside the shapes. */
const MORE = ["crowd", "listing"];
const steps = options.quick ? 200 : 500;
const started = performance.now();
const page = await servePage();
try {
  const { candidates, shapes, environment } = await introduction();
  /** @type {import("./report.mjs").Results} */
  const results = { environment, titles: candidates, shapes: new Map() };

  for (const [shape, title] of Object.entries(shapes)) {
    const names = chosen(Object.keys(candidates), shape);
    const tasks = names.map((candidate) => /** @type {import("./task.ts").Task} */ ({ candidate, shape, steps }));
    const isMain = shape === "conversation";
    const rounds = options.quick ? 1 : isMain ? Number(options.rounds ?? 5) : 2;
    const times = [];
    for (let round = 0; round < rounds; round++) {
      await warnIfBusy();
      log(`${shape}: times, round ${round + 1} of ${rounds}`);
      times.push(await measureTimes(page.port, rotate(tasks, round)));
    }
    log(`${shape}: sizes`);
    const sizes = await measureSizes(page.port, tasks, isMain ? (options.quick ? 1 : 5) : 0);
    results.shapes.set(shape, { title, steps, times, sizes });
  }

  if (!options.shape || options.shape.split(",").includes("crowd")) {
    const traces = options.quick ? 100 : 1000;
    const crowds = chosen(Object.keys(candidates), "crowd").map(
      (candidate) => /** @type {import("./task.ts").Crowd} */ ({ candidate, shape: "short", steps: 20, traces }),
    );
    log(`crowd: ${traces * 20} checkpoints`);
    results.crowd = { checkpoints: traces * 20, rounds: await measureCrowd(page.port, crowds, options.quick ? 1 : 5) };
  }

  if (!options.shape || options.shape.split(",").includes("listing")) {
    const sizes = [10, 100, options.quick ? 1_000 : 10_000];
    log(`listing: ${sizes.join(", ")} traces`);
    results.listing = await measureListing(page.port, sizes, options.quick ? 1 : 5);
  }

  const report = tables(results);
  console.log(`\n${report}\n\n${targets(results)}`);
  if (options.json) {
    const plain = (/** @type {string} */ _, /** @type {unknown} */ value) =>
      value instanceof Map ? Object.fromEntries(value) : value;
    await writeFile(options.json, JSON.stringify(results, plain, 1));
  }
  if (options.readme) await putIntoReadme(report);
  log("done");
} finally {
  await page.close();
}

/** Asks the page who takes part and what there is to do. */
async function introduction() {
  const profile = Profile.create(page.port);
  try {
    return await profile.browse(async (browser) => {
      const known = await browser.visit("introduction", async () => window.bench.introduce(), undefined);
      const wanted = options.shape?.split(",");
      const shapes = Object.fromEntries(
        Object.entries(known.shapes).filter(([name]) => (wanted ? wanted.includes(name) : name !== "short")),
      );
      const unknown = wanted?.filter((name) => !MORE.includes(name) && !(name in shapes)) ?? [];
      const all = [...Object.keys(known.shapes), ...MORE];
      if (unknown.length > 0) throw new Error(`no such shape: ${unknown}; there are ${all}`);
      const version = browser.context.browser()?.version();
      const environment = `Chromium ${version} on ${cpus().length} cores; ${new Date().toISOString().slice(0, 10)}.`;
      return { candidates: known.candidates, shapes, environment };
    });
  } finally {
    await profile.discard();
  }
}

/**
 * The candidates for a kind of work. Beyond the growing conversation, the store, the baseline and the floor tell what
 * is to be told.
 *
 * @param {string[]} all
 * @param {string} shape
 */
function chosen(all, shape) {
  const named = options.only?.split(",");
  const unknown = named?.filter((name) => !all.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`no such candidate: ${unknown}; there are ${all}`);
  const names = named ?? all;
  if (shape === "crowd") {
    // Durability makes no difference to a read.
    return names.filter((name) => !FLOORS.includes(name) && !["raw-strict", "waystone-relaxed"].includes(name));
  }
  if (shape === "conversation" || options.all || named) return names;
  return names.filter((name) => [STORE, BASELINE, FLOOR].includes(name));
}

/** @param {string} report */
async function putIntoReadme(report) {
  const path = fileURLToPath(new URL("../../README.md", import.meta.url));
  const readme = await readFile(path, "utf8");
  const marked = /(<!-- bench:start -->)[^]*(<!-- bench:end -->)/;
  if (!marked.test(readme)) throw new Error("README.md has no <!-- bench:start --> and <!-- bench:end -->");
  await writeFile(
    path,
    readme.replace(marked, (_, start, end) => `${start}\n\n${report}\n\n${end}`),
  );
}

/** Candidates share the machine with whatever else runs; ratios bear it only up to a point. */
async function warnIfBusy() {
  const before = processorTimes();
  await new Promise((resolve) => setTimeout(resolve, 1000));
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
