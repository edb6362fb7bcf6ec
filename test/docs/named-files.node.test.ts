import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "docs/performance.md",
  "docs/reliability.md",
  "docs/upgrades.md",
  "docs/steps.md",
  "docs/ai-sdk.md",
  "docs/recipes.md",
];
/** The rooms of `src` go by their own names, too. */
const ROOMS = readdirSync("src", { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
const FOLDERS = ["src", "test", "demo", "docs", "\\.ci", ...ROOMS];

/** Returns the files and folders that a document names as code or links to; not what a build makes. */
function namedIn(document: string): string[] {
  const path = new RegExp(`[\`(]((?:${FOLDERS.join("|")})/[\\w./-]*|\\w+\\.md)[\`)]`, "g");
  return [...readFileSync(document, "utf8").matchAll(path)]
    .map(([, name]) => name!)
    .filter((name) => !/\bdist\b/.test(name));
}

test.for(DOCUMENTS)("every file that %s names exists", (document) => {
  expect(namedIn(document).filter((name) => !existsSync(name) && !existsSync(`src/${name}`))).toEqual([]);
});

test("the documents name files", () => {
  expect(DOCUMENTS.flatMap(namedIn)).toEqual(
    expect.arrayContaining(["src/core/store.ts", "store/commits.ts", "CONTRIBUTING.md", ".ci/run"]),
  );
});
