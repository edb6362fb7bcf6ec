import type { Checkpoint, Store } from "waystone";
import { createMemoryStore } from "waystone/memory";
import { describe, expect, test } from "vitest";
import type { Agent } from "../../demo/agents/agent.ts";
import { isBranch } from "../../demo/agents/branch.ts";
import { boards, isSolved } from "../../demo/agents/queens/board.ts";
import type { QueensResult } from "../../demo/agents/queens/solver.ts";
import { digestAgent, queensAgent } from "../../demo/agents/roster.ts";

const TEXT = [
  "Runs stop anywhere. Runs go on.",
  "A checkpoint keeps runs.",
  "Bananas are yellow.",
  "So runs go on.",
].join("\n\n");

/** What a store does to a drive that is aborted at its `nth` save, whether or not that save is made. */
function dying(store: Store, controller: AbortController, nth: number, isSaved: boolean): Store {
  let saves = 0;
  const save = async (make: () => Promise<unknown>): Promise<unknown> => {
    if (++saves < nth) return make();
    if (isSaved) await make();
    controller.abort(new Error("The page is gone."));
    throw controller.signal.reason as Error;
  };
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value = Reflect.get(of, name, of) as unknown;
        if (typeof value !== "function") return value;
        if (name === "trace") return (...given: unknown[]) => guard(value.apply(of, given) as object);
        if (["save", "saveWithTrace", "fork"].includes(String(name)))
          return (...given: unknown[]) => save(() => value.apply(of, given) as Promise<unknown>);
        return value.bind(of) as unknown;
      },
    });
  return guard(store);
}

async function drive(
  agent: Agent,
  store: Store,
  traceId: string,
  input?: unknown,
  signal = new AbortController().signal,
) {
  await agent.drive({ store, traceId, signal, think: async () => {}, ...(input !== undefined && { input }) });
}

/** Every trace of a store: of each checkpoint, its state and what it grew from. */
async function contents(store: Store) {
  const found: Record<string, unknown[]> = {};
  for (const { traceId } of await store.traces()) {
    const states = [];
    for await (const { id } of store.history(traceId)) {
      const { state, nextNode } = (await store.load(id)) as Checkpoint;
      states.push({ state, nextNode });
    }
    found[traceId] = states;
  }
  return found;
}

/** Drives a run to its end, through pages that die at each of their saves in turn. Returns how many died. */
async function throughDeaths(agent: Agent, store: Store, traceId: string, input: unknown): Promise<number> {
  for (let deaths = 0; ; deaths++) {
    const controller = new AbortController();
    const guarded = dying(store, controller, 2 + (deaths % 3), deaths % 4 > 1);
    const isBegun = (await store.traces({ prefix: traceId })).length > 0;
    try {
      await drive(agent, guarded, traceId, isBegun ? undefined : input, controller.signal);
      return deaths;
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
  }
}

describe("queens", () => {
  test.each([
    [4, 2, 17],
    [5, 10, 54],
    [6, 4, 153],
    [8, 92, 2057],
  ])("%i of them: %i solutions among %i boards", (size, solutions, met) => {
    const all = [...boards(size)];
    expect([all.filter(isSolved).length, all.length]).toEqual([solutions, met]);
  });

  test("where it turns back, it forks; a fork is no run of its own", async () => {
    const store = createMemoryStore();
    await drive(queensAgent, store, "queens-1", { size: 7 });
    const { solutions, met } = (await store.loadLatest("queens-1"))!.state as QueensResult;
    expect([solutions.length, met]).toEqual([40, 552]);
    const runs = await store.traces();
    expect(runs.length).toBeGreaterThan(150);
    expect(runs.reduce((sum, { checkpoints }) => sum + checkpoints, 0)).toBeGreaterThan(700);
    const own = runs.filter(({ traceId }) => !isBranch(traceId));
    expect(own.map(({ traceId }) => traceId)).toEqual(["queens-1"]);
    expect(runs.filter(({ traceId }) => queensAgent.owns(traceId))).toEqual(own);
  });

  test("through pages that die, it comes to the same boards by the same forks", async () => {
    const [undisturbed, disturbed] = [createMemoryStore(), createMemoryStore()];
    await drive(queensAgent, undisturbed, "queens-1", { size: 5 });
    expect(await throughDeaths(queensAgent, disturbed, "queens-1", { size: 5 })).toBeGreaterThan(15);
    expect(await contents(disturbed)).toEqual(await contents(undisturbed));
  });
});

describe("the LangGraph.js graph", () => {
  const thread = digestAgent.newTraceId();

  test("keeps the sentences that say most of the text, a checkpoint for each paragraph", async () => {
    const store = createMemoryStore();
    await drive(digestAgent, store, thread, { text: TEXT });
    expect(digestAgent.owns(thread)).toBe(true);
    const runs = await store.traces();
    expect(runs.map(({ traceId }) => traceId)).toEqual([thread]);
    expect(runs[0]!.checkpoints).toBeGreaterThanOrEqual(6);
    const latest = await store.loadLatest(thread);
    expect(latest?.nextNode).toBeUndefined();
    expect(JSON.stringify(latest?.state)).toContain('"Runs stop anywhere. Runs go on. A checkpoint keeps runs."');
  });

  test("through pages that die, it comes to the same digest", async () => {
    const [undisturbed, disturbed] = [createMemoryStore(), createMemoryStore()];
    await drive(digestAgent, undisturbed, thread, { text: TEXT });
    expect(await throughDeaths(digestAgent, disturbed, thread, { text: TEXT })).toBeGreaterThan(1);
    const valuesOf = async (store: Store) =>
      ((await store.loadLatest(thread))!.state as { channel_values: unknown }).channel_values;
    expect(await valuesOf(disturbed)).toEqual(await valuesOf(undisturbed));
  });
});
