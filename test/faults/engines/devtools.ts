import { chromium, type Browser, type CDPSession, type Page } from "playwright";
import type { RunningBrowser } from "./engine.ts";

/** Chromium, as its developer tools see it. */
export interface DevTools {
  readonly browser: Browser;
  readonly page: Page;
  readonly session: CDPSession;
}

/** Connects to the developer tools of a Chromium, at the page that is open first. */
export async function connectDevTools({ devtoolsUrl }: RunningBrowser): Promise<DevTools> {
  const browser = await chromium.connectOverCDP(devtoolsUrl!);
  const context = browser.contexts()[0]!;
  const page = context.pages()[0]!;
  return { browser, page, session: await context.newCDPSession(page) };
}

/** Gives an origin so many bytes of storage; Firefox has been told when it started. Answers what ends it. */
export async function limitStorage(
  running: RunningBrowser,
  { origin, bytes }: { origin: string; bytes: number },
): Promise<() => Promise<void>> {
  if (running.devtoolsUrl === undefined) return async () => undefined;
  const { browser, session } = await connectDevTools(running);
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: bytes });
  return () => browser.close();
}
