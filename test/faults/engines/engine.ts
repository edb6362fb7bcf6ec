import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ON_SQLITE_ARGS } from "../../engines/chromium.mjs";
import { chromiumEngine } from "./chromium.ts";
import { firefoxEngine } from "./firefox.ts";
import type { ProcessGroup } from "./process-group.ts";
import { webkitEngine } from "./webkit.ts";

export type EngineName = "chromium" | "chromium-sqlite" | "firefox" | "webkit";

/** A browser that runs on a profile of its own. */
export interface RunningBrowser {
  readonly processes: ProcessGroup;
  /** Where to reach it by the DevTools protocol; Chromium alone. */
  readonly devtoolsUrl?: string;
}

export interface StartOptions {
  /** The folder that all it keeps goes into. */
  readonly profile: string;
  readonly url: string;
  /** How much storage it gives; Firefox alone. */
  readonly quotaKiB?: number;
}

/** A browser engine that can be started as often as one likes. */
export interface Engine {
  readonly name: EngineName;
  readonly title: string;
  /** As it names itself. */
  version(): Promise<string>;
  start(options: StartOptions): Promise<RunningBrowser>;
}

/** The engines that this machine has. */
export async function findEngines(): Promise<Engine[]> {
  const engines = [
    await chromiumEngine("chromium", []),
    await chromiumEngine("chromium-sqlite", ON_SQLITE_ARGS),
    firefoxEngine(),
    webkitEngine(),
  ];
  return engines.filter((engine) => engine !== undefined);
}

const home = fileURLToPath(new URL("../../../.cache/profiles/", import.meta.url));
let profiles = 0;

/** An empty folder, on a disk, and what removes it. */
export function makeProfile(name: string): { folder: string; remove(): void } {
  profiles += 1;
  // The process's id last: whoever finds the folder can tell whether it is still in use.
  const folder = `${home}faults-${name}-${profiles}-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", remove);
  return {
    folder,
    remove() {
      process.off("exit", remove);
      remove();
    },
  };
}
