import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatWithOptions } from "node:util";
import { IDBFactory } from "fake-indexeddb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { codeBlocks } from "./code-blocks.ts";
import { parseDoc } from "./doc-comment.ts";
import { publicApi } from "./public-api.ts";

const RUNNER = /from "waystone\/testing\/(vitest|node)"/;

const root = join(import.meta.dirname, "../..");
mkdirSync(join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(join(root, ".cache", "examples-"));
afterAll(() => rmSync(folder, { recursive: true }));

const recipes = readFileSync(join(root, "docs/recipes.md"), "utf8")
  .split(/^## /m)
  .slice(1)
  .map((example) => ({ name: example.slice(0, example.indexOf("\n")), example }));
const all = publicApi()
  .flatMap(({ name, doc }) => (doc === undefined ? [] : parseDoc(doc).examples).map((example) => ({ name, example })))
  .concat(recipes)
  .map(({ name, example }, i) => ({
    name,
    file: join(folder, `${i}-${name.replaceAll(" ", "-")}.ts`),
    blocks: codeBlocks(example),
  }));
/** Those that hand tests to a test runner, which is not there to take them, and print nothing. */
const suites = all.filter(({ blocks }) => RUNNER.test(blocks.join()));
const examples = all.filter((example) => !suites.includes(example));

beforeAll(() => {
  for (const { file, blocks } of all) writeFileSync(file, blocks.join("\n"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"] }));
});

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  // An example leaves its store open, whose last post would reach the next example as that of another tab.
  const example = crypto.randomUUID();
  const Channel = globalThis.BroadcastChannel;
  vi.stubGlobal(
    "BroadcastChannel",
    class extends Channel {
      constructor(name: string) {
        super(`${example} ${name}`);
      }
    },
  );
  // Chrome's, which no other browser has: it says in its first session what one would expect.
  const create = async ({ initialPrompts }: { initialPrompts: readonly object[] }) => {
    const words = initialPrompts.length === 1 ? "Hello!" : "Again?";
    return { prompt: async () => words };
  };
  vi.stubGlobal("LanguageModel", { create });
  // Node 20 has no Web Locks. An example is alone: whoever asks for a lock has it.
  const locks = { request: async (_name: string, _options: object, work: () => Promise<unknown>) => work() };
  if (globalThis.navigator?.locks === undefined) vi.stubGlobal("navigator", { locks });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("there are examples, each is one block of code that prints", () => {
  expect(examples.length).toBeGreaterThan(20);
  expect(recipes.length).toBeGreaterThan(4);
  expect(all.filter(({ blocks }) => blocks.length !== 1).map(({ name }) => name)).toEqual([]);
  expect(examples.filter(({ blocks }) => printedBy(blocks[0]!).length === 0).map(({ name }) => name)).toEqual([]);
});

test("the examples have no type errors", () => {
  const tsc = () => execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
  let errors = "";
  try {
    tsc();
  } catch (error) {
    errors = (error as { stdout: string }).stdout;
  }
  expect(errors).toBe("");
});

test.for(examples)("the example of $name prints what it says", async ({ file, blocks }) => {
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    printed.push(formatWithOptions({ breakLength: Infinity }, ...values));
  });
  await import(/* @vite-ignore */ file);
  expect(printed).toEqual(printedBy(blocks[0]!));
});

describe("the examples for test runners", () => {
  const described: string[] = [];
  const named: string[] = [];
  const runner = {
    describe(name: string, body: () => void) {
      described.push(name);
      body();
    },
    it: (name: string) => void named.push(name),
  };
  beforeEach(() => {
    vi.resetModules();
    for (const name of ["vitest", "node:test"]) vi.doMock(name, () => runner);
  });
  afterEach(() => {
    for (const name of ["vitest", "node:test"]) vi.doUnmock(name);
  });

  test("are one for each suite of each runner", () => {
    const called = suites.map(({ name, blocks }) => `${name} ${RUNNER.exec(blocks[0]!)![1]}`);
    expect(called.sort()).toEqual([
      "backendSuite node",
      "backendSuite vitest",
      "conformanceSuite node",
      "conformanceSuite vitest",
    ]);
  });

  test.for(suites)("$name registers its tests", async ({ file, blocks }) => {
    described.length = named.length = 0;
    await import(/* @vite-ignore */ file);
    expect(blocks[0]).toContain(`name: "${described.join()}"`);
    expect(named.length).toBeGreaterThan(50);
    expect(new Set(named).size).toBe(named.length);
  });
});

/**
 * Returns what an example says that it prints: the comment behind a line of code, and those on the lines after it. Any
 * other comment stands at the top or after an empty line.
 */
function printedBy(code: string): string[] {
  const printed: string[] = [];
  let isBehindCode = false;
  for (const line of code.split("\n")) {
    const [, before, comment] = /^(.*?)(?:\/\/ (.*))?$/.exec(line)!;
    const isCode = before!.trim() !== "";
    if (comment !== undefined && (isCode || isBehindCode)) printed.push(comment);
    isBehindCode = isCode || (isBehindCode && comment !== undefined);
  }
  return printed;
}
