import { defineBrowserProvider } from "@vitest/browser";
import { launch, type Browser, type Page } from "puppeteer-core";
import type { BrowserProvider, BrowserProviderOption } from "vitest/node";
import { askedFor } from "./asked-for.mjs";
import { findExecutable } from "./executable.mjs";
import { profileOnDisk } from "./profile.ts";

/** The Firefox to test in: the one that `WAYSTONE_FIREFOX` names, else the system's, else none. */
export function findFirefox(): string | undefined {
  if (askedFor("firefox") === "hidden") return undefined;
  return findExecutable("WAYSTONE_FIREFOX", [
    "firefox-esr",
    "firefox",
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
  ]);
}

/** Runs tests in a real, headless Firefox on a fresh profile, over WebDriver BiDi. */
export function firefox(executablePath: string): BrowserProviderOption {
  return defineBrowserProvider({
    name: "firefox-bidi",
    supportedBrowser: ["firefox"],
    providerFactory: () => new FirefoxProvider(executablePath),
  });
}

class FirefoxProvider implements BrowserProvider {
  readonly name = "firefox-bidi";
  readonly supportsParallelism = false;
  readonly #executablePath: string;
  readonly #pages = new Map<string, Page>();
  #browser: Promise<Browser> | undefined;

  constructor(executablePath: string) {
    this.#executablePath = executablePath;
  }

  getCommandsContext(sessionId: string): { page: Page | undefined } {
    return { page: this.#pages.get(sessionId) };
  }

  async openPage(sessionId: string, url: string): Promise<void> {
    this.#browser ??= launch({
      browser: "firefox",
      executablePath: this.#executablePath,
      headless: true,
      userDataDir: profileOnDisk("firefox"),
    });
    const browser = await this.#browser;
    await this.#pages.get(sessionId)?.close();
    const page = await browser.newPage();
    this.#pages.set(sessionId, page);
    await page.goto(url, { timeout: 0 });
  }

  async close(): Promise<void> {
    const browser = await this.#browser;
    this.#pages.clear();
    await browser?.close();
  }
}
