import type { Browser } from "playwright";
import { chromium } from "playwright";
import { afterAll, beforeAll } from "vitest";
import { findChromium } from "../engines/chromium.mjs";
import { serveBuiltDemo, type BuiltDemo } from "./built-demo.ts";

/** The built demo, and a Chromium to open it in. */
export interface DemoInChromium {
  readonly demo: BuiltDemo;
  readonly browser: Browser;
}

/** Has both there while the tests of a file run. What it returns is not to be looked into before. */
export function demoInChromium(): DemoInChromium {
  let demo: BuiltDemo | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    const { executablePath, args } = await findChromium();
    [demo, browser] = await Promise.all([serveBuiltDemo(), chromium.launch({ executablePath, args })]);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });
  return {
    get demo() {
      return demo!;
    },
    get browser() {
      return browser!;
    },
  };
}
