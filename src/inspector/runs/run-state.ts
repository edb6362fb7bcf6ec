/**
 * The room `runs` lists the traces of a store: `run-feed.ts` keeps the list, `run-state.ts` says where each stands, and
 * `runs-view.ts` shows it.
 */
import type { TraceId } from "../../core/checkpoint.ts";
import { ownName } from "../../core/names.ts";
import type { TraceSummary } from "../../core/store.ts";

/**
 * Where a run stands, as far as that can be told without reading a state.
 *
 * - `done`: its newest checkpoint names no next node.
 * - `waiting`: its newest checkpoint says that it stands still (`metadata.kind` is `wait`, as `waystone/steps` has it).
 * - `running`: somebody owns the trace (`Trace.takeOver`, and so `runSteps`), or has saved to it in the last 10 seconds.
 * - `stopped`: anything else. It can be resumed.
 */
export type RunState = "running" | "waiting" | "done" | "stopped";

/** How long after a save a run counts as running although nobody owns its trace. */
const LIVELY_MS = 10_000;

/** Returns where a run stands. */
export function runStateOf(
  { latest, savedAt }: Pick<TraceSummary, "latest" | "savedAt">,
  { isOwned, now }: { readonly isOwned: boolean; readonly now: number },
): RunState {
  if (latest.isDamaged === true) return "stopped";
  if (latest.nextNode === undefined) return "done";
  if (latest.metadata?.kind === "wait") return "waiting";
  return isOwned || now - savedAt < LIVELY_MS ? "running" : "stopped";
}

/** Who owns which trace, in this origin. */
export type Ownership = (traceId: TraceId) => boolean;

/**
 * Finds out which traces somebody owns now: by the Web Locks that an owner holds. A store does not say its name, so that a
 * trace of the same id in another store of the origin counts, too.
 */
export async function readOwnership(): Promise<Ownership> {
  const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  const { held = [] } = (await locks?.query().catch(() => undefined)) ?? {};
  const names = held.flatMap(({ name }) => name ?? []);
  const owned = names.filter((name) => name.startsWith(`${ownName("trace")}:`));
  return (traceId) => owned.some((name) => name.endsWith(`,${JSON.stringify(traceId)}]`));
}
