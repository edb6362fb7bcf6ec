import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findChromium } from "../../engines/chromium.mjs";
import type { Engine, EngineName } from "./engine.ts";
import { ProcessGroup, versionOf } from "./process-group.ts";

const START_TIMEOUT_MS = 30_000;

/** Chromium, with whatever `flags` switch on. */
export async function chromiumEngine(name: EngineName, flags: readonly string[]): Promise<Engine> {
  const { executablePath, args } = await findChromium();
  return {
    name,
    title: name === "chromium" ? "Chromium" : "Chromium, SQLite",
    version: () => versionOf(executablePath),
    async start({ profile, url }) {
      const portFile = join(profile, "DevToolsActivePort");
      await rm(portFile, { force: true });
      const processes = await ProcessGroup.start(executablePath, [
        ...args,
        ...flags,
        "--headless",
        "--remote-debugging-port=0",
        `--user-data-dir=${profile}`,
        "--no-first-run",
        "--no-default-browser-check",
        "--hide-crash-restore-bubble",
        "--disable-breakpad",
        "--disable-popup-blocking",
        "--disable-component-update",
        "--disable-background-networking",
        url,
      ]);
      try {
        return { processes, devtoolsUrl: `http://127.0.0.1:${await readPort(portFile)}` };
      } catch (error) {
        await processes.kill();
        throw error;
      }
    },
  };
}

async function readPort(file: string): Promise<string> {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await wait(20)) {
    const [port] = (await readFile(file, "utf8").catch(() => "")).split("\n");
    if (port) return port;
  }
  throw new Error("Chromium did not say where it listens.");
}
