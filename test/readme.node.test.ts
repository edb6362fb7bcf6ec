import "fake-indexeddb/auto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openStore } from "../src/index.ts";
import { codeBlocks } from "./docs/code-blocks.ts";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const folder = mkdtempSync(join(root, "test", "readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [quickstart = ""] = codeBlocks(readme.slice(readme.indexOf("## Quickstart")));

test("the quickstart is short", () => {
  expect(quickstart.trim().split("\n").length).toBeGreaterThan(5);
  expect(quickstart.trim().split("\n").length).toBeLessThanOrEqual(15);
});

test("the quickstart runs as written, and a second page finds the run where the first left it", async () => {
  const file = join(folder, "quickstart.ts");
  writeFileSync(file, quickstart);
  await import(/* @vite-ignore */ file);

  const store = await openStore<{ messages: string[] }>("my-agent");
  const last = await store.loadLatest("run-1");
  expect(last?.state).toEqual({ messages: ["step 0 is done", "step 1 is done", "step 2 is done"] });
  expect(last?.nextNode).toBeUndefined();
  expect(await store.list("run-1")).toHaveLength(3);
  await store.close();
});

test("every error code that the README explains exists, and it explains them all", () => {
  const errors = readFileSync(join(root, "src/core/errors.ts"), "utf8");
  const declared = [...errors.matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, code]) => code);
  const table = readme.slice(readme.indexOf("## Errors"), readme.indexOf("## What a state may hold"));
  const explained = [...table.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code);
  expect(declared.length).toBeGreaterThan(5);
  expect([...explained].sort()).toEqual([...declared].sort());
});

test("the size that the README states is the size that the package is held to", () => {
  const [{ limit }] = JSON.parse(readFileSync(join(root, ".size-limit.json"), "utf8")) as [{ limit: string }];
  const stated = /(\d+) kB with everything it needs/.exec(readme)?.[1];
  expect(Math.floor(Number.parseFloat(limit))).toBe(Number(stated));
});
