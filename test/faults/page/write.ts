import { createCheckpoint } from "waystone";
import { attempt } from "./attempt.ts";
import { digestOf } from "./digest.ts";
import { log } from "./log.ts";
import { advance, expectedDigests, initialState, type AgentState } from "./state.ts";
import { storeOf, type StoreName } from "./stores.ts";

/** What to write. */
export interface WriteInput extends StoreName {
  readonly trace: string;
  /** How many checkpoints; without end if absent. */
  readonly count?: number;
  /** Every so many steps, all but the `keep` newest go. */
  readonly prune?: { readonly everySteps: number; readonly keep: number };
}

/** Carries on a run from its latest checkpoint, and logs each save once it is acknowledged. Answers the last step. */
export async function write({ trace, count = Infinity, prune, ...name }: WriteInput): Promise<number> {
  const store = await storeOf<AgentState>(name);
  const latest = await store.loadLatest(trace);
  const state = latest?.state ?? initialState(trace);
  if (latest !== undefined) requireExpected(state);
  const end = state.step + count;
  while (state.step < end) {
    const parentId = state.step === 0 ? undefined : idOf(trace, state.step);
    advance(state);
    const { step } = state;
    const id = idOf(trace, step);
    await store.saveWithTrace(trace, createCheckpoint(state, { id, parentId, nextNode: "work" }));
    await log({ kind: "saved", trace, step, id, digest: digestOf(state) });
    if (prune !== undefined && step % prune.everySteps === 0) {
      const upTo = step - prune.keep;
      await log({ kind: "pruning", trace, upTo });
      await store.prune(trace, prune.keep);
      await log({ kind: "pruned", trace, upTo });
    }
  }
  return state.step;
}

/** What it took to write through a fault. */
export interface Persistence {
  /** Saves that failed, and were tried again, by how they ended. */
  readonly failures: Record<string, number>;
  readonly messages: readonly string[];
  /** The longest time from one acknowledged save to the next, and in that the longest that one call took. */
  readonly longestMs: number;
  readonly longestCallMs: number;
}

/** As {@link write}, but tries a save that fails again, as an agent would that wants to get on. */
export async function writeThrough({
  trace,
  count,
  ...name
}: StoreName & { trace: string; count: number }): Promise<Persistence> {
  const store = await storeOf<AgentState>(name);
  const state = (await store.loadLatest(trace))?.state ?? initialState(trace);
  const failures: Record<string, number> = {};
  const messages = new Set<string>();
  let longestMs = 0;
  let longestCallMs = 0;
  for (let n = 0; n < count; n += 1) {
    advance(state);
    const id = idOf(trace, state.step);
    const checkpoint = createCheckpoint(state, { id, nextNode: "work", createdAt: 1 });
    const start = performance.now();
    for (;;) {
      const { outcome, ms, message } = await attempt(() => store.saveWithTrace(trace, checkpoint));
      longestCallMs = Math.max(longestCallMs, ms);
      if (outcome === "ok") break;
      failures[outcome] = (failures[outcome] ?? 0) + 1;
      messages.add(message ?? "");
      if (performance.now() - start > GIVE_UP_MS)
        throw new Error(`no save for ${GIVE_UP_MS} ms: ${[...messages].join("; ")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    longestMs = Math.max(longestMs, performance.now() - start);
    await log({ kind: "saved", trace, step: state.step, id, digest: digestOf(state) });
  }
  return { failures, messages: [...messages], longestMs, longestCallMs };
}

const GIVE_UP_MS = 60_000;

/** The id of a run's checkpoint at a step. */
export function idOf(trace: string, step: number): string {
  return `${trace}:${step}`;
}

function requireExpected(state: AgentState): void {
  const { trace, step } = state;
  if (digestOf(state) !== expectedDigests(trace, { first: step, last: step }).get(step)) {
    throw new Error(`the state of ${trace} at step ${step} is not what was saved`);
  }
}
