import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serveDemo } from "./demo-server.mjs";
import { startChromium, type OwnChromium } from "./own-chromium.ts";

const module = `/@fs${fileURLToPath(new URL("data-loss-page.ts", import.meta.url))}`;
const cache = fileURLToPath(new URL("../../.cache/", import.meta.url));

let profile: string;
let demo: Awaited<ReturnType<typeof serveDemo>>;
let chromium: OwnChromium | undefined;

beforeEach(async () => {
  await mkdir(cache, { recursive: true });
  [profile, demo] = await Promise.all([mkdtemp(join(cache, "data-loss-")), serveDemo()]);
});

afterEach(async () => {
  await chromium?.kill();
  await demo.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
});

/** Starts the browser, calls a function of the page's module, and kills the browser. */
async function inBrowser<T>(call: "save" | "look", ...args: readonly unknown[]): Promise<T> {
  chromium = await startChromium(profile);
  try {
    const page = await chromium.context.newPage();
    await page.goto(demo.url);
    // As text: an import in a function would be one of the test runner's.
    return await page.evaluate(`import(${JSON.stringify(module)}).then((page) => page.${call}(...${JSON.stringify(args)}))`);
  } finally {
    await chromium.kill();
    chromium = undefined;
  }
}

/** Changes a bit in the middle of each file of the origin's database whose name begins so. */
async function flipBits(prefix: string): Promise<number> {
  const home = join(profile, "Default", "IndexedDB");
  let flipped = 0;
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.startsWith(prefix)) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
    flipped += 1;
  }
  return flipped;
}

test("one flipped bit on disk has Chromium start an empty database: that is told when the store is opened, once", async () => {
  await inBrowser("save", "kept", 20);
  expect(await inBrowser("look", "kept")).toEqual({ losses: 0, checkpoints: 20 });
  expect(await flipBits("MANIFEST")).toBeGreaterThan(0);
  expect(await inBrowser("look", "kept")).toEqual({ losses: 1, checkpoints: 0 });
  expect(await inBrowser("look", "kept")).toEqual({ losses: 0, checkpoints: 0 });
});
