// @ts-check
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright";
import { build, preview } from "vite";
import { findChromium } from "../engines/chromium.mjs";

const root = fileURLToPath(new URL("page/", import.meta.url));
const cacheDir = fileURLToPath(new URL("../../.cache/bench/", import.meta.url));

/** @type {((page: import("playwright").Page, origin: string) => Promise<void>) | undefined} */
let pageListener;

/** Has a function called with each page that is opened. @param {NonNullable<typeof pageListener>} listener */
export function onEachPage(listener) {
  pageListener = listener;
}

/** @type {string[]} */
const folders = [];
// At the latest: a profile is a gigabyte, and a run may be interrupted.
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** @param {string} prefix */
function temporaryFolder(prefix) {
  mkdirSync(cacheDir, { recursive: true });
  const folder = mkdtempSync(join(cacheDir, prefix));
  folders.push(folder);
  return folder;
}

/** Bundles the page and serves it. Returns the port and a function that stops it. */
export async function servePage() {
  const outDir = temporaryFolder("page-");
  const common = /** @type {const} */ ({ root, configFile: false, logLevel: "warn" });
  await build({
    ...common,
    // Unminified, so that profiles can be read; it makes no difference to the figures.
    build: { outDir, emptyOutDir: true, target: "esnext", minify: false, modulePreload: false },
  });
  const server = await preview({
    ...common,
    build: { outDir },
    preview: {
      host: "127.0.0.1",
      // Isolated pages have the finest clock.
      headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
    },
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.httpServer.address());
  return {
    port,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

/** A browser profile on disk, gone with `discard`. */
export class Profile {
  /** @param {number} port */
  static create(port) {
    return new Profile(temporaryFolder("profile-"), port);
  }

  /** @param {string} dir @param {number} port */
  constructor(dir, port) {
    this.dir = dir;
    this.port = port;
  }

  /**
   * Starts the browser on this profile, hands it to `work`, and closes it.
   *
   * @template T
   * @param {(browser: Browser) => Promise<T>} work
   */
  async browse(work) {
    const { executablePath, args } = await findChromium();
    const context = await chromium.launchPersistentContext(this.dir, { executablePath, args, headless: true });
    try {
      return await work(new Browser(context, this.port));
    } finally {
      await context.close();
    }
  }

  /**
   * What the origin's databases take on disk. Ask when the browser is closed.
   *
   * @param {string} origin
   */
  async bytesOnDisk(origin) {
    const home = join(this.dir, "Default", "IndexedDB");
    const folders = (await readdir(home)).filter((name) => name.startsWith(`http_${origin}.localhost_${this.port}.`));
    if (folders.length === 0) throw new Error(`no database of ${origin} in ${home}`);
    let bytes = 0;
    for (const folder of folders) {
      for (const entry of await readdir(join(home, folder), { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
      }
    }
    return bytes;
  }

  async discard() {
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** A running browser. */
export class Browser {
  /** @param {import("playwright").BrowserContext} context @param {number} port */
  constructor(context, port) {
    this.context = context;
    this.port = port;
  }

  /**
   * Opens the page under an origin of its own, and with it in a database folder of its own, hands it to `use`, and
   * closes it.
   *
   * @template T
   * @param {string} origin
   * @param {(page: import("playwright").Page) => Promise<T>} use
   */
  async withPage(origin, use) {
    await settleDisk();
    const page = await this.context.newPage();
    try {
      await page.goto(`http://${origin}.localhost:${this.port}/`);
      await page.waitForFunction(() => "bench" in window);
      await pageListener?.(page, origin);
      return await use(page);
    } finally {
      await page.close();
    }
  }

  /**
   * Calls a function of `window.bench` in a page of this origin.
   *
   * @template {keyof typeof window.bench} N
   * @param {string} origin
   * @param {N} name
   * @param {Parameters<typeof window.bench[N]>[0]} argument
   * @returns {Promise<Awaited<ReturnType<typeof window.bench[N]>>>}
   */
  async visit(origin, name, argument) {
    return this.withPage(origin, (page) => callBench(page, name, argument));
  }
}

/**
 * @template {keyof typeof window.bench} N
 * @param {import("playwright").Page} page
 * @param {N} name
 * @param {Parameters<typeof window.bench[N]>[0]} argument
 * @returns {Promise<Awaited<ReturnType<typeof window.bench[N]>>>}
 */
export async function callBench(page, name, argument) {
  return page.evaluate(
    ([name, argument]) => /** @type {any} */ (window.bench)[name](argument),
    /** @type {const} */ ([name, argument]),
  );
}

/** Lets what an earlier candidate left in the page cache reach the disk, so that a later one does not wait for it. */
async function settleDisk() {
  if (process.platform !== "win32") await promisify(execFile)("sync");
}
