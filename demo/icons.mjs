// @ts-check
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { findChromium } from "../test/engines/chromium.mjs";

// Draws demo/public/icon.svg as the PNGs that an installed page needs: its stones keep clear of the edge, so that a system
// may cut it to any shape.

const SIZES = [192, 512];

const folder = fileURLToPath(new URL("public/", import.meta.url));
const drawing = await readFile(`${folder}icon.svg`, "utf8");
const { executablePath, args } = await findChromium();
const browser = await chromium.launch({ executablePath, args });
try {
  for (const size of SIZES) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${drawing}`);
    await page.screenshot({ path: `${folder}icon-${size}.png` });
    await page.close();
  }
} finally {
  await browser.close();
}
