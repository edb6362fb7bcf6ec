import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const profiles = fileURLToPath(new URL("../../.cache/profiles/", import.meta.url));

/**
 * An empty folder for a browser's profile, removed when the process ends, or by a later one if it was killed.
 *
 * Within the project, since a temporary folder may be in memory, and tests of storage want a disk.
 */
export function profileOnDisk(engine: string): string {
  mkdirSync(profiles, { recursive: true });
  for (const name of readdirSync(profiles)) {
    if (!isRunning(Number(name.split("-").at(-1)))) remove(join(profiles, name));
  }
  const profile = join(profiles, `${engine}-${process.pid}`);
  remove(profile);
  mkdirSync(profile);
  process.once("exit", () => remove(profile));
  return profile;
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
