import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Browser, BrowserContext } from "playwright";
import { chromium } from "playwright";
import { findChromium } from "../engines/chromium.mjs";

/** A Chromium on a profile of its own, which can be killed as a power switch would. */
export interface OwnChromium {
  readonly browser: Browser;
  readonly context: BrowserContext;
  /** Ends every process of it at once, with no time to save anything. */
  kill(): Promise<void>;
}

const START_ATTEMPTS = 200;

/** Starts a Chromium on the profile in `profileDir`. */
export async function startChromium(profileDir: string): Promise<OwnChromium> {
  const { executablePath, args } = await findChromium();
  const portFile = join(profileDir, "DevToolsActivePort");
  await rm(portFile, { force: true });
  const child = spawn(
    executablePath,
    [
      ...args,
      "--headless",
      "--remote-debugging-port=0",
      `--user-data-dir=${profileDir}`,
      "--no-first-run",
      "--no-default-browser-check",
      "--hide-crash-restore-bubble",
      "about:blank",
    ],
    // A process group of its own, so that its children die with it.
    { detached: true, stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const endGroup = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, "SIGKILL");
  };
  try {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${await readPort(portFile)}`);
    const kill = async () => {
      endGroup();
      await ended;
    };
    return { browser, context: browser.contexts()[0]!, kill };
  } catch (error) {
    endGroup();
    throw error;
  }
}

async function readPort(file: string): Promise<string> {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    const [port] = (await readFile(file, "utf8").catch(() => "")).split("\n");
    if (port) return port;
    await wait(50);
  }
  throw new Error("Chromium did not say where it listens.");
}
