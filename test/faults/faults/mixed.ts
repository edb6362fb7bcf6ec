import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import type { Engine } from "../engines/engine.ts";
import { replay } from "../replay.ts";
import { CROWD, openCrowd } from "./crowd.ts";

/** What came of several who did all sorts of things to the same traces. */
export interface MixedResult {
  /** What was done, by kind. */
  readonly deeds: Record<string, number>;
  /** Where the store's answers, its changes, and what is there in the end are not what a plain list would have. */
  readonly divergences: readonly string[];
  /** Records that were left in the database once every trace was gone. */
  readonly orphans: number;
}

const STORE = { store: "mixed" };
const SHARED = ["one", "two", "three"];
/** How long a change may take to be heard of in another tab. */
const HEARD_MS = 500;

/** Has two tabs, and a dedicated worker of each, save, delete, prune and fork the same traces at the same time. */
export async function mixed(
  engine: Engine,
  { deeds: count, bench }: { deeds: number; bench: Bench },
): Promise<MixedResult> {
  const timeoutMs = 60_000 + count * 100;
  return await bench.browseAnew(engine, async ({ control }) => {
    await openCrowd(control);
    await control.call("tab", "watchChanges", STORE);
    const each = Math.ceil(count / CROWD.length);
    const done = await Promise.all(
      CROWD.map((actor) => control.call(actor, "mix", { ...STORE, actor, count: each, traces: SHARED }, { timeoutMs })),
    );
    await wait(HEARD_MS);
    const changes = await control.call("tab", "takeChanges", {});
    const { traces, problems } = await control.call("worker2", "readAll", STORE, { timeoutMs });
    const deeds: Record<string, number> = {};
    for (const { kind } of done.flat()) deeds[kind] = (deeds[kind] ?? 0) + 1;
    const divergences = [...replay(done.flat(), { changes, traces }), ...problems];
    return { deeds, divergences, orphans: await control.call("tab2", "emptyAll", STORE, { timeoutMs }) };
  });
}
