import { chromium, type Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../engines/chromium.mjs";
import { pageCode } from "../engines/page-code.ts";
import { times } from "../length.ts";

const ORIGIN = "https://archive.test";
const STEP_BYTES = 100_000;
const STEPS = times({ short: 250, long: 1_050 });
const MOST_BYTES = 16_000_000;

let browser: Browser;
let code: string;

beforeAll(async () => {
  const { executablePath, args } = await findChromium();
  code = await pageCode(new URL("archive-page.ts", import.meta.url));
  browser = await chromium.launch({ executablePath, args });
});

afterAll(() => browser?.close());

test(`in Chromium, ${(STEPS * STEP_BYTES) / 1_000_000} MB pass from store to store with flat memory`, async () => {
  const page = await browser.newPage();
  const body = `<!doctype html><title>archive</title><script type="module" src="/page.js"></script>`;
  await page.route(`${ORIGIN}/`, (route) => route.fulfill({ contentType: "text/html", body }));
  await page.route(`${ORIGIN}/page.js`, (route) => route.fulfill({ contentType: "text/javascript", body: code }));
  await page.goto(`${ORIGIN}/`);
  const session = await page.context().newCDPSession(page);
  const usedBytes = async (): Promise<number> => {
    await session.send("HeapProfiler.collectGarbage");
    // Newer than the types: what array buffers hold, too.
    const { usedSize, backingStorageSize } = (await session.send("Runtime.getHeapUsage")) as {
      usedSize: number;
      backingStorageSize: number;
    };
    return usedSize + backingStorageSize;
  };
  await page.evaluate((input) => archivePage.fill(input), { steps: STEPS, stepBytes: STEP_BYTES });

  const before = await usedBytes();
  expect(before).toBeGreaterThan(0);
  const samples: number[] = [];
  await page.exposeFunction("sample", async () => void samples.push((await usedBytes()) - before));
  const { checkpoints, bytes } = await page.evaluate((input) => archivePage.pass(input), { everyBytes: 2_000_000 });
  expect(checkpoints).toBe(STEPS);
  expect(bytes).toBeGreaterThan(STEPS * STEP_BYTES);
  expect(samples.length).toBeGreaterThan(8);
  expect(Math.max(...samples)).toBeLessThan(MOST_BYTES);
  // What a copy of the archive in memory would take is seen by the same measure.
  await page.evaluate((length) => void Object.assign(globalThis, { held: new Uint8Array(length).fill(1) }), MOST_BYTES);
  expect((await usedBytes()) - before).toBeGreaterThan(MOST_BYTES);
});
