import type { Bench } from "../bench.ts";
import type { Engine } from "../engines/engine.ts";
import { CROWD, openCrowd } from "./crowd.ts";

/** What came of several writers on one trace. */
export interface WritersResult {
  readonly saves: number;
  readonly found: number;
  readonly problems: readonly string[];
  readonly savesPerSecond: number;
}

const STORE = { store: "crowded" };
const TRACE = "one";

/** Has two tabs, and a dedicated worker of each, save `saves` checkpoints each to one trace at the same time. */
export async function writers(
  engine: Engine,
  { saves, bench }: { saves: number; bench: Bench },
): Promise<WritersResult> {
  const timeoutMs = 60_000 + saves * 400;
  return await bench.browseAnew(engine, async ({ control }) => {
    await openCrowd(control);
    const start = Date.now();
    await Promise.all(
      CROWD.map((writer) =>
        control.call(writer, "saveMany", { ...STORE, trace: TRACE, writer, count: saves }, { timeoutMs }),
      ),
    );
    const seconds = (Date.now() - start) / 1000;
    const input = { ...STORE, trace: TRACE, writers: CROWD, count: saves };
    const { found, problems } = await control.call("worker2", "verifyCrowd", input, { timeoutMs });
    const all = saves * CROWD.length;
    return { saves: all, found, problems, savesPerSecond: Math.round(all / seconds) };
  });
}
