import { openStore } from "waystone";
import type { StepsState } from "waystone/steps";
import type { Report } from "../../demo/agents/scout/state.ts";

/** What a run left in the store. */
export interface StoredRun {
  /** Oldest first. */
  readonly heads: readonly { readonly id: string; readonly parentId: string | undefined; readonly node: unknown }[];
  readonly report: Report | undefined;
}

/** Reads the one run that there is, over a connection of its own. For a page to import. @public */
export async function readRun(): Promise<StoredRun> {
  const store = await openStore<StepsState>("baseline-scout");
  try {
    const runs = await store.traces();
    if (runs.length !== 1) throw new Error(`Expected one run, found ${runs.length}.`);
    const { traceId } = runs[0]!;
    const heads = [];
    for await (const { id, parentId, metadata } of store.history(traceId))
      heads.push({ id, parentId, node: metadata?.node });
    return { heads: heads.reverse(), report: (await store.loadLatest(traceId))?.state.outcome?.result as Report };
  } finally {
    await store.close();
  }
}
