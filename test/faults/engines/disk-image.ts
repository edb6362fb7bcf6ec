import { execFile, execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeProfile } from "./engine.ts";

const run = promisify(execFile);
const mounted = new Set<string>();
process.once("exit", () => mounted.forEach((folder) => execFileSync("umount", ["--lazy", folder])));

/** Why no disk can be made here that the power can be cut from; `undefined` where it can. */
export async function whyNoDiskImage(): Promise<string | undefined> {
  if (process.platform !== "linux") return "it takes loop devices, which Linux alone has";
  if (process.getuid?.() !== 0) return "it takes root, to mount a disk image";
  try {
    // By trying: containers show loop devices that nothing can be mounted from.
    await (await DiskImage.make(8)).remove();
    return undefined;
  } catch {
    return "it takes loop devices, and mkfs.ext4";
  }
}

/** A disk in a file, mounted. What the file holds is what a disk would hold if the power went now. */
export class DiskImage {
  readonly folder: string;
  readonly #home: { folder: string; remove(): void };
  readonly #file: string;

  private constructor(home: { folder: string; remove(): void }) {
    this.#home = home;
    this.#file = join(home.folder, "image");
    this.folder = join(home.folder, "mounted");
    mkdirSync(this.folder);
  }

  static async make(megabytes: number): Promise<DiskImage> {
    const image = new DiskImage(makeProfile("disk"));
    try {
      await run("truncate", ["--size", `${megabytes}M`, image.#file]);
      await run("mkfs.ext4", ["-q", "-F", image.#file]);
      await image.#mount();
      return image;
    } catch (error) {
      image.#home.remove();
      throw error;
    }
  }

  /** What would be left of it after a power cut: mounted, too. */
  async cut(): Promise<DiskImage> {
    const copy = new DiskImage(makeProfile("disk"));
    await run("cp", ["--sparse=always", this.#file, copy.#file]);
    await copy.#mount();
    return copy;
  }

  async remove(): Promise<void> {
    await run("umount", [this.folder]).catch(() => run("umount", ["--lazy", this.folder]));
    mounted.delete(this.folder);
    this.#home.remove();
  }

  async #mount(): Promise<void> {
    // Nothing reaches the disk for a minute but what is synced.
    await run("mount", ["-o", "loop,commit=60", this.#file, this.folder]);
    mounted.add(this.folder);
  }
}
