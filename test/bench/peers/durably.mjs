// @ts-check
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { chromium } from "playwright";
import { build, preview } from "vite";
import { findChromium } from "../../engines/chromium.mjs";

/**
 * `waystone/steps` beside the one library for steps that runs in browsers: its size, what a step costs, how soon a run
 * goes on whose tab was killed, and how many finished steps run again. Prints a table.
 *
 * The peer is installed for this alone, below `.cache/`: it brings a native module that nothing here needs.
 */
const PEERS = ["@coji/durably@0.15.0", "sqlocal@0.18.0", "kysely@0.27.6", "zod@4.6.7"];
const CANDIDATES = /** @type {const} */ (["waystone", "durably"]);
const STEPS = 200;
/** After so many steps the tab is killed. */
const KILLS = [40, 80, 120, 160];

const page = fileURLToPath(new URL("page/", import.meta.url));
const cache = fileURLToPath(new URL("../../../.cache/peers/", import.meta.url));

installPeers();
/** @type {Record<string, number>} */
const brotliBytes = {};
for (const name of CANDIDATES) brotliBytes[name] = await sizeOf(name);
const outDir = join(cache, "page");
await bundle(join(page, "index.html"), outDir);
const server = await preview({
  root: page,
  configFile: false,
  logLevel: "warn",
  build: { outDir },
  preview: {
    host: "127.0.0.1",
    // SQLite on OPFS needs an isolated page.
    headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  },
});
const { port } = /** @type {import("node:net").AddressInfo} */ (server.httpServer.address());
try {
  console.log(
    "| 200 steps, Chromium | size (brotli) | a step, p50 | goes on after a kill | finished steps that ran again |",
  );
  console.log("| --- | ---: | ---: | ---: | ---: |");
  for (const name of CANDIDATES) {
    const { stepMs, resumeMs, repeated } = await measure(name);
    const size = `${((brotliBytes[name] ?? 0) / 1000).toFixed(0)} kB`;
    const again = `${repeated} in ${KILLS.length} kills`;
    console.log(`| ${name} | ${size} | ${stepMs.toFixed(1)} ms | ${resumeMs.toFixed(0)} ms | ${again} |`);
  }
} finally {
  await server.close();
}

/**
 * Runs an agent whose tab is killed now and then.
 *
 * @param {string} name
 * @returns {Promise<{ stepMs: number, resumeMs: number, repeated: number }>}
 */
async function measure(name) {
  const profile = join(cache, `profile-${name}`);
  rmSync(profile, { recursive: true, force: true });
  const { executablePath, args } = await findChromium();
  const context = await chromium.launchPersistentContext(profile, { executablePath, args, headless: true });
  try {
    /** @type {Set<number>} */
    const kept = new Set();
    let repeated = 0;
    /** @type {{ kept: (step: number) => void, ran: () => void }} */
    const heard = { kept: () => undefined, ran: () => undefined };
    await context.exposeFunction("noteRun", (/** @type {number} */ step) => {
      if (kept.has(step)) repeated += 1;
      heard.ran();
    });
    await context.exposeFunction("noteKept", (/** @type {number} */ step) => {
      kept.add(step);
      heard.kept(step);
    });
    /** Starts the agent in a new tab. Returns the tab, its times once the agent is done, and when its first step began. */
    const start = async () => {
      const tab = await context.newPage();
      await tab.goto(`http://${name}.localhost:${port}/`);
      await tab.waitForFunction(() => "isReady" in window);
      const began = performance.now();
      const firstStepMs = new Promise((resolve) => (heard.ran = () => resolve(performance.now() - began)));
      const times = tab.evaluate(
        ([name, steps]) => /** @type {any} */ (window).run(name, steps),
        /** @type {const} */ ([name, STEPS]),
      );
      return { tab, times, firstStepMs };
    };
    /** @type {number[]} */
    const resumes = [];
    for (const kill of KILLS) {
      const reached = new Promise((resolve) => (heard.kept = (step) => step >= kill && resolve(undefined)));
      const { tab, times, firstStepMs } = await start();
      times.catch(() => undefined);
      await reached;
      if (kill !== KILLS[0]) resumes.push(await firstStepMs);
      await tab.goto("chrome://crash").catch(() => undefined);
      await tab.close();
    }
    const { times, firstStepMs } = await start();
    const stepMs = median(await times);
    resumes.push(await firstStepMs);
    return { stepMs, resumeMs: median(resumes), repeated };
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

function installPeers() {
  mkdirSync(cache, { recursive: true });
  const args = ["install", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"];
  const { status, stderr } = spawnSync("npm", [...args, cache, ...PEERS], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the peer can't be installed: ${stderr}`);
}

/** @param {string} entry @param {string} outDir */
async function bundle(entry, outDir) {
  await build({
    root: page,
    configFile: false,
    logLevel: "error",
    worker: { format: "es" },
    plugins: [
      {
        name: "peers",
        resolveId(source, importer) {
          return importer === join(page, "durably.js") ? this.resolve(source, join(cache, "page.js")) : null;
        },
      },
    ],
    build: { outDir, emptyOutDir: true, target: "esnext", modulePreload: false, rolldownOptions: { input: entry } },
  });
}

/** What a page that uses a candidate has to load, code and WebAssembly, in bytes. @param {string} name */
async function sizeOf(name) {
  const outDir = join(cache, `size-${name}`);
  await bundle(join(page, `${name}.html`), outDir);
  const files = readdirSync(outDir, { recursive: true, encoding: "utf8" }).map((file) => join(outDir, file));
  return files
    .filter((file) => /\.(js|wasm)$/.test(file) && statSync(file).isFile())
    .reduce((sum, file) => sum + brotliCompressSync(readFileSync(file)).byteLength, 0);
}

/** @param {number[]} numbers */
function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
