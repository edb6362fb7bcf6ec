// @ts-check
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright";
import { askedFor } from "./asked-for.mjs";
import { findExecutable } from "./executable.mjs";

/**
 * @typedef {object} Chromium
 * @property {string} executablePath
 * @property {string[]} args what this machine needs on the command line, and nothing else
 * @property {boolean} isFull whether it is a whole browser; a headless shell loads no extensions
 */

const cacheDir = fileURLToPath(new URL("../../.cache/", import.meta.url));

/** Has Chromium keep its databases in SQLite, as it is going to, and not in LevelDB. */
export const ON_SQLITE_ARGS = ["--enable-features=IdbSqliteBackingStore,IdbSqliteOnDiskRollout"];

/** @type {Promise<Chromium> | undefined} */
let found;

/**
 * The Chromium to test in: the one that `WAYSTONE_CHROMIUM` names, else Playwright's, else the system's, else the
 * headless shell that comes with the development dependencies, unpacked at first use.
 *
 * Rejects where there is none: tests in a real browser are never left out.
 *
 * @returns {Promise<Chromium>}
 */
export function findChromium() {
  return (found ??= locate().then((executablePath) => ({
    executablePath,
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    isFull: !/headless[-_]shell/.test(executablePath),
  })));
}

/** @returns {Promise<string>} */
async function locate() {
  if (askedFor("chromium") === "hidden") return unpackBundled();
  const installed = findExecutable("WAYSTONE_CHROMIUM", [
    chromium.executablePath(),
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  ]);
  return installed ?? unpackBundled();
}

/** @returns {Promise<string>} */
async function unpackBundled() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("No Chromium found. Install Chromium or Chrome, or name one in WAYSTONE_CHROMIUM.");
  }
  const manifest = new URL("../../node_modules/@sparticuz/chromium/package.json", import.meta.url);
  const { version } = JSON.parse(await readFile(manifest, "utf8"));
  const home = join(cacheDir, `chromium-headless-shell-${version}`);
  const launcher = join(home, "launch");
  if (existsSync(launcher)) return launcher;

  // Unpacked aside and moved into place whole, so that neither a second run at the same time nor one that was
  // interrupted leaves half a browser behind.
  await mkdir(cacheDir, { recursive: true });
  const unpacked = await mkdtemp(join(cacheDir, "unpacking-"));
  try {
    await promisify(execFile)(process.execPath, [fileURLToPath(new URL("unpack-chromium.mjs", import.meta.url))], {
      // The runtime's name makes it unpack the system libraries that a bare machine lacks.
      env: { ...process.env, TMPDIR: unpacked, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x" },
    });
    const fontConfig = join(unpacked, "fonts", "fonts.conf");
    await writeFile(fontConfig, (await readFile(fontConfig, "utf8")).replaceAll("/tmp/", `${home}/`));
    await writeFile(join(unpacked, "launch"), launchScript(home));
    await chmod(join(unpacked, "launch"), 0o755);
    await rename(unpacked, home).catch((error) => {
      if (!existsSync(launcher)) throw error;
    });
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
  return launcher;
}

/** @param {string} home */
function launchScript(home) {
  return `#!/bin/sh
export LD_LIBRARY_PATH="${home}/al2023/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export FONTCONFIG_PATH="\${FONTCONFIG_PATH:-${home}/fonts}"
exec "${home}/chromium" "$@"
`;
}
