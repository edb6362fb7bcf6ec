import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { launch, type Page } from "puppeteer-core";
import type { BuiltExtension } from "./extension-chromium.ts";

/** A page of an extension in a Firefox that stops the extension's event page soon. */
export interface FirefoxPage {
  readonly page: Page;
  close(): Promise<void>;
}

const UUID = "5b1d1c52-7a53-4d0a-9c0f-3f3f3a1f9a51";
const LOAD_TIMEOUT_MS = 20_000;

/**
 * Starts a Firefox with the extension and opens a page of it. Its event page is stopped once it was idle for `idleMs`, as
 * Firefox does after 30 seconds: what an agent does between two events does not count as being busy.
 */
export async function openInFirefox(
  { dir }: BuiltExtension,
  { executablePath, file, idleMs }: { executablePath: string; file: string; idleMs: number },
): Promise<FirefoxPage> {
  const manifest = JSON.parse(await readFile(join(dir, "manifest.json"), "utf8")) as {
    browser_specific_settings: { gecko: { id: string } };
  };
  const browser = await launch({
    browser: "firefox",
    executablePath,
    headless: true,
    // Or no driver may open an extension's page.
    args: ["--remote-allow-system-access"],
    extraPrefsFirefox: {
      // What the addresses of the extension's pages begin with is random otherwise.
      "extensions.webextensions.uuids": JSON.stringify({ [manifest.browser_specific_settings.gecko.id]: UUID }),
      "extensions.background.idle.timeout": idleMs,
    },
  });
  try {
    await browser.installExtension(dir);
    const page = await browser.newPage();
    // The driver is not told when such a page has been loaded.
    page.goto(`moz-extension://${UUID}/${file}`).catch(() => undefined);
    const isLoaded = () => page.evaluate(() => document.readyState === "complete" && location.href !== "about:blank");
    for (const until = Date.now() + LOAD_TIMEOUT_MS; !(await isLoaded().catch(() => false)); await wait(50))
      if (Date.now() > until) throw new Error("Firefox did not open the extension's page.");
    return { page, close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
