import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { DiskImage } from "../engines/disk-image.ts";
import type { Engine } from "../engines/engine.ts";
import { lookTwice } from "../look-twice.ts";
import type { LogEntry } from "../page/log.ts";

/** What cutting the power came to. */
export interface PowerResult {
  readonly cuts: number;
  readonly acknowledged: number;
  readonly lost: readonly string[];
  /** The cuts after which acknowledged saves were missing, and the most that one of them took. */
  readonly cutsWithLoss: number;
  readonly mostLost: number;
  readonly torn: readonly string[];
  readonly undone: readonly string[];
}

const DISK_MEGABYTES = 320;

/**
 * Cuts the power `cuts` times in the middle of writes: the browser's processes stand still while the disk that its
 * profile is on is copied, and the copy has to hold what was acknowledged.
 */
export async function power(
  engine: Engine,
  { cuts, durability, bench }: { cuts: number; durability: "strict" | "relaxed"; bench: Bench },
): Promise<PowerResult> {
  const lost: string[] = [];
  const torn: string[] = [];
  const undone: string[] = [];
  let acknowledged = 0;
  let cutsWithLoss = 0;
  let mostLost = 0;
  const STORE = { store: "power", durability };
  for (let n = 0; n < cuts; n += 1) {
    const disk = await DiskImage.make(DISK_MEGABYTES);
    let copy: DiskImage | undefined;
    let log: LogEntry[] = [];
    const trace = `cut-${n}`;
    try {
      await bench.browse(engine, { profile: disk.folder }, async ({ control, processes }) => {
        const from = control.log.length;
        const writing = control.call("tab", "write", { ...STORE, trace, prune: { everySteps: 40, keep: 60 } });
        const ended = writing.catch((error: Error) => error);
        const early = await Promise.race([ended, bench.until(() => control.log.length > from + 5)]);
        if (early instanceof Error) throw early;
        await wait(500 + Math.random() * 2500);
        processes.signal("SIGSTOP");
        // What it sent before it stopped is on its way.
        await wait(100);
        log = control.log.slice(from);
        copy = await disk.cut();
      });
      const verdict = await lookTwice(engine, { ...STORE, profile: copy!.folder, traces: [trace], log, bench });
      acknowledged += verdict.acknowledged;
      lost.push(...verdict.lost);
      torn.push(...verdict.torn);
      undone.push(...verdict.undone);
      if (verdict.lost.length > 0) cutsWithLoss += 1;
      mostLost = Math.max(mostLost, verdict.lost.length);
    } finally {
      await copy?.remove();
      await disk.remove();
    }
  }
  return { cuts, acknowledged, lost, cutsWithLoss, mostLost, torn, undone };
}
