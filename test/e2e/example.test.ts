import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { build, preview, type PreviewServer } from "vite";
import { findChromium } from "../engines/chromium.mjs";

const root = join(import.meta.dirname, "../../examples");
let outDir: string;
let server: PreviewServer;
let browser: Browser;

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), "examples-"));
  const pages = (await readdir(root, { recursive: true })).filter((path) => path.endsWith("index.html"));
  const settings = { root, configFile: "vite.config.ts", logLevel: "error" } as const;
  const input = pages.map((path) => join(root, path));
  await build({ ...settings, build: { outDir, rolldownOptions: { input }, chunkSizeWarningLimit: 5000 } });
  server = await preview({ ...settings, build: { outDir }, preview: { port: 0 } });
  const { executablePath, args } = await findChromium();
  browser = await chromium.launch({ executablePath, args });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(outDir, { recursive: true });
});

/** Opens an example in a profile of its own. */
async function open(name: string): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(`${server.resolvedUrls!.local[0]!}${name}/`);
  return page;
}

const kill = (page: Page) => page.getByRole("button", { name: "Kill the page" }).click();

test("the example of steps goes on from page to page, however often its page is killed", async () => {
  const page = await open("1-steps");
  const kept = page.getByLabel("What is kept");
  await kept.filter({ hasText: "ask the weather" }).waitFor();
  await kill(page);
  await page.getByText("Go to Delft?").waitFor();
  await kill(page);
  await page.getByRole("button", { name: "Yes" }).click();
  await kept.filter({ hasText: "answer" }).waitFor();
  await kill(page);
  await page.getByText("We go, with shoes (attempt 2)").waitFor();
  const lines = (await kept.textContent())!.split("\n");
  expect(lines.filter((line) => line === "ask the weather")).toHaveLength(1);
  expect(lines.at(-1)).toBe("end");
});

test.each([
  [
    "2-langgraph",
    "pack coat",
    "We go, with shoes, coat, umbrella, lunch.",
    ["pack coat", "pack umbrella", "pack lunch"],
  ],
  [
    "3-ai-sdk",
    "sky of Ghent\nlook at the sky of Ghent",
    "Go to Ghent.",
    [...Array.from({ length: 3 }, () => "look at the sky of Ghent"), "ask the model again"],
  ],
  ["4-openai-agents", "pack coat", "We go, with shoes, coat, umbrella.", ["pack coat", "pack umbrella"]],
])(
  "the example %s, killed at %j, does the rest in the next page, and nothing in the one after",
  async (name, at, result, rest) => {
    const page = await open(name);
    const ran = page.getByLabel("What ran in this page");
    await page.waitForFunction((what) => document.querySelector("#ran")!.textContent.includes(what), at);
    await kill(page);
    await page.getByText(result).waitFor();
    expect((await ran.textContent())!.trim().split("\n")).toEqual(rest);
    await kill(page);
    await page.getByText(result).waitFor();
    expect(await ran.textContent()).toBe("");
    await page.getByRole("button", { name: "Begin anew" }).click();
    await ran.filter({ hasText: /^\w/ }).waitFor();
  },
);

test("the example of assistant-ui has its messages again after its page was killed", async () => {
  const page = await open("5-assistant-ui");
  await page.getByPlaceholder("Say something").fill("Hello");
  await page.keyboard.press("Enter");
  await page.getByText("That was message 1.").waitFor();
  // It is written once it is shown: another tab tells when.
  const other = await page.context().newPage();
  await other.goto(page.url());
  while ((await other.getByText("That was message 1.").count()) === 0) {
    await other.reload();
    await other.waitForTimeout(100);
  }
  await other.close();
  await kill(page);
  await page.getByText("That was message 1.").waitFor();
  await page.getByPlaceholder("Say something").fill("And?");
  await page.keyboard.press("Enter");
  await page.getByText("That was message 3.").waitFor();
  expect(await page.getByText("Hello").count()).toBe(1);
});
