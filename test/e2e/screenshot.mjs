// @ts-check
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import sharp from "sharp";
import { findChromium } from "../engines/chromium.mjs";
import { serveDemo } from "./demo-server.mjs";

// Makes the pictures of the README: docs/demo-light.png and docs/demo-dark.png, a run that asks, with an earlier one in the
// list; and docs/demo-crash.webp, a tab that is crashed in the middle of a run, and the next one, which goes on.

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const FRAME = { width: 1100, height: 640 };
const FRAME_MS = 220;
const PACE_MS = 900;

await mkdir(docs, { recursive: true });
const [demo, { executablePath, args }] = await Promise.all([serveDemo(), findChromium()]);
const browser = await chromium.launch({ executablePath, args });
try {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) await picture(colorScheme);
  await animation();
} finally {
  await browser.close();
  await demo.close();
}

/**
 * @param {import("playwright").BrowserContextOptions} options
 * @param {number} paceMs
 */
async function open(options, paceMs) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  await context.addInitScript((ms) => localStorage.setItem("baseline-scout.paceMs", String(ms)), paceMs);
  const page = await context.newPage();
  await page.goto(demo.url);
  return { context, page };
}

/** @param {import("playwright").Page} page */
function questionIn(page) {
  return page.getByRole("region", { name: "The agent asks" });
}

/**
 * @param {import("playwright").Page} page
 * @param {string} choice
 */
async function answer(page, choice) {
  const question = questionIn(page);
  const text = (await question.getByRole("heading").textContent()) ?? "";
  await question.locator(choice).click();
  await question.getByRole("heading", { name: text, exact: true }).waitFor({ state: "detached" });
}

/** @param {"light" | "dark"} colorScheme */
async function picture(colorScheme) {
  const { context, page } = await open({ viewport: { width: 1440, height: 900 }, colorScheme }, 0);
  const complete = page.locator("run-bar .status.complete");
  await page.getByRole("button", { name: "Practice room" }).click();
  await page.getByRole("button", { name: "Start the scout" }).click();
  for (;;) {
    await complete.or(questionIn(page)).first().waitFor();
    if (await complete.isVisible()) break;
    await answer(page, "#enhance");
  }
  await page.getByRole("button", { name: "New run" }).click();
  await page.getByRole("button", { name: "Field notebook" }).click();
  await page.getByRole("button", { name: "Start the scout" }).click();
  for (const choice of ["#enhance", "#replace"]) {
    await questionIn(page).waitFor();
    await answer(page, choice);
  }
  await questionIn(page).waitFor();
  await page.locator("waystone-timeline").getByRole("option").filter({ hasText: "judge" }).last().click();
  await page.getByRole("tab", { name: "Changes" }).click();
  await page.mouse.move(720, 20);
  await page.waitForTimeout(800);
  await page.screenshot({ path: `${docs}demo-${colorScheme}.png` });
  await context.close();
}

async function animation() {
  const { context, page: first } = await open({ viewport: FRAME }, PACE_MS);
  /** @type {{ image: Buffer, delay: number }[]} */
  const frames = [];
  /** @param {import("playwright").Page} page */
  const take = async (page, delay = FRAME_MS) => {
    frames.push({ image: await page.screenshot(), delay });
  };
  await first.getByRole("button", { name: "Start the scout" }).click();
  for (let count = 0; count < 7; count++) {
    await first.waitForTimeout(FRAME_MS);
    await take(first);
  }
  const crash = first.getByRole("button", { name: "Crash this tab" });
  await crash.hover();
  await take(first, 900);
  const crashed = first.waitForEvent("crash");
  crash.click().catch(() => undefined);
  await crashed;
  frames.push({ image: await deadTab(), delay: 1400 });

  const second = await context.newPage();
  await second.goto(demo.url);
  await second.locator("waystone-timeline").getByRole("option").first().waitFor();
  await take(second, 1000);
  while (!(await questionIn(second).isVisible()) && frames.length < 40) {
    await second.waitForTimeout(FRAME_MS);
    await take(second);
  }
  await take(second, 2500);
  await sharp(
    frames.map(({ image }) => image),
    { join: { animated: true } },
  )
    .webp({ quality: 60, effort: 6, delay: frames.map(({ delay }) => delay), loop: 0 })
    .toFile(`${docs}demo-crash.webp`);
  await context.close();
}

/** What stands where a tab has died: no picture can be taken of the browser's own page. */
async function deadTab() {
  const page = await browser.newPage({ viewport: FRAME });
  await page.setContent(
    `<body style="display:grid;place-content:center;height:95vh;font:20px sans-serif;background:#f1f1f1;color:#444">
       <p style="text-align:center">The tab has crashed.<br><small>A new one is opened.</small></p></body>`,
  );
  const image = await page.screenshot();
  await page.close();
  return image;
}
