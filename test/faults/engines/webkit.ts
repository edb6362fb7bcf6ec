import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { findWebKit, webkitEnvironment } from "../../engines/webkit.ts";
import type { Engine } from "./engine.ts";
import { ProcessGroup, versionOf } from "./process-group.ts";

/** WebKitGTK, if it is there: started as a person would, since under WebDriver it keeps IndexedDB in memory. */
export function webkitEngine(): Engine | undefined {
  const programs = findWebKit();
  if (programs === undefined) return undefined;
  let display: Promise<string> | undefined;
  return {
    name: "webkit",
    title: "WebKitGTK",
    async version() {
      display ??= startDisplay(programs.display);
      return versionOf(programs.browser, { ...process.env, DISPLAY: `:${await display}` });
    },
    async start({ profile, url }) {
      display ??= startDisplay(programs.display);
      const env = webkitEnvironment({ display: await display, profile });
      const args = ["--javascript-can-open-windows-automatically=true", url];
      return { processes: await ProcessGroup.start(programs.browser, args, { env }) };
    },
  };
}

/** A screen in memory; it lives as long as this process. */
async function startDisplay(program: string): Promise<string> {
  const args = ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"];
  const { child } = await ProcessGroup.start(program, args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  child.unref();
  const output = child.stdio[3] as Readable & { unref?(): void };
  for await (const line of createInterface({ input: output })) {
    output.unref?.();
    return line.trim();
  }
  throw new Error(`${program} ended before it answered.`);
}
