import "fake-indexeddb/auto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { codeBlocks } from "./code-blocks.ts";

const folder = mkdtempSync(join(import.meta.dirname, "upgrades-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the recipe for an upgrade runs as written, and prints what it says", async () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/upgrades.md"), "utf8");
  const [recipe = ""] = codeBlocks(page);
  const file = join(folder, "recipe.ts");
  writeFileSync(file, recipe);
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  await import(/* @vite-ignore */ file);
  expect(log.mock.calls).toEqual([["plan", "v2", "old", "agent"], [{ log: ["hello", "hi"] }]]);
});
