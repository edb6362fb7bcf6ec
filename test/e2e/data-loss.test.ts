import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Inspection } from "./data-loss-page.ts";
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
async function inBrowser<T>(call: "save" | "look" | "saveLarge" | "inspect", ...args: readonly unknown[]): Promise<T> {
  chromium = await startChromium(profile);
  try {
    const page = await chromium.context.newPage();
    await page.goto(demo.url);
    // As text: an import in a function would be one of the test runner's.
    return await page.evaluate(
      `import(${JSON.stringify(module)}).then((page) => page.${call}(...${JSON.stringify(args)}))`,
    );
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

/** Removes, of the files that hold the large values of the databases, the first one of the first, and so on. */
async function removeOneEach(): Promise<number> {
  const home = join(profile, "Default", "IndexedDB");
  const byDatabase = new Map<string, string[]>();
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    const [, database] = /indexeddb\.blob[/](\d+)[/]/.exec(`${entry.parentPath}/`) ?? [];
    if (!entry.isFile() || database === undefined) continue;
    byDatabase.set(database, [...(byDatabase.get(database) ?? []), join(entry.parentPath, entry.name)]);
  }
  let removed = 0;
  for (const [n, files] of [...byDatabase.values()].entries()) {
    await rm(files.sort()[n % files.length]!);
    removed += 1;
  }
  return removed;
}

test("a large value whose file is gone takes nothing with it but the checkpoints that need it", async () => {
  const names = Array.from({ length: 7 }, (_, n) => `store ${n}`);
  await inBrowser("saveLarge", names);
  const removed = await removeOneEach();
  expect(removed).toBeGreaterThanOrEqual(5);
  const inspections = await inBrowser<Inspection[]>("inspect", names);
  const damaged = inspections.filter(({ loaded, saved }) => {
    return Object.values({ ...loaded, ...saved }).some((outcome) => outcome.startsWith("corrupted: "));
  });
  // Chromium keeps the file of a value that was replaced for a while; nothing needs that one.
  expect(damaged.length).toBeGreaterThanOrEqual(3);
  expect(damaged.length).toBeLessThanOrEqual(removed);
  for (const { listed, inHistory, loaded, fallback, saved, bytesAfterDeletion } of inspections) {
    const newestSound = (ids: readonly string[]) => ids.find((id) => loaded[id] === "right") ?? `corrupted: ${ids[0]}`;
    expect(listed).toEqual({ a: ["a3", "a2", "a1", "a0"], b: ["b1", "b0"] });
    expect(inHistory).toEqual(listed);
    for (const [id, reading] of Object.entries(loaded)) expect(["right", `corrupted: ${id}`]).toContain(reading);
    expect(fallback).toEqual({ a: newestSound(listed.a!), b: newestSound(listed.b!) });
    // A trace whose own record is damaged can be read, and deleted.
    for (const [trace, outcome] of Object.entries(saved)) expect(["saved", `corrupted: ${trace}`]).toContain(outcome);
    expect(bytesAfterDeletion).toBe(0);
  }
});
