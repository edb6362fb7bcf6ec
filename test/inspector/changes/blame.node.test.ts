import { expect, test } from "vitest";
import { blame, type BlamedStore } from "../../../src/inspector/changes/blame.ts";
import type { Path } from "../../../src/inspector/values/path.ts";
import { CheckpointStoreError } from "../../../src/core/errors.ts";
import { createMemoryStore } from "../../../src/memory.ts";

/** A store that counts the states that are read of it. */
function counting(store: BlamedStore) {
  const loads: string[] = [];
  const counted: BlamedStore = {
    head: (id) => store.head(id),
    history: (traceId, options) => store.history(traceId, options),
    async load(id) {
      loads.push(id);
      return await store.load(id);
    },
  };
  return { counted, loads };
}

/** Saves each state as a step: `step-1`, `step-2`, ... */
async function saved(states: readonly unknown[]) {
  const store = createMemoryStore();
  const trace = store.trace("run");
  for (const [index, state] of states.entries()) await trace.save(state, { id: `step-${index + 1}` });
  return store;
}

async function told(store: BlamedStore, id: string, path: Path): Promise<string[]> {
  const lines: string[] = [];
  for await (const finding of blame(store, id, path)) {
    if (finding.kind === "looked") continue;
    const text = (found: typeof finding.before) => (found ? JSON.stringify(found.value) : "nothing");
    const doubt = finding.kind === "made" && finding.doubt ? `, ${finding.doubt}` : "";
    lines.push(`${finding.head.id} ${finding.kind} ${text(finding.before)} → ${text(finding.after)}${doubt}`);
  }
  return lines;
}

test("the maker is the youngest whose parent differs, and no state before that parent is read", async () => {
  const plans = [["a"], ["b"], ["a"], ["a"], ["a"], ["c"], ["a"]];
  const { counted, loads } = counting(await saved(plans.map((plan, at) => ({ plan, at }))));
  expect(await told(counted, "step-5", ["plan"])).toEqual([
    'step-3 made ["b"] → ["a"]',
    'step-6 changed ["a"] → ["c"]',
    'step-7 changed ["c"] → ["a"]',
  ]);
  expect(loads).toEqual(["step-5", "step-4", "step-3", "step-2", "step-6", "step-7"]);
});

test("a value that came new, and went", async () => {
  const store = await saved([{}, { answer: undefined }, { answer: undefined }, {}]);
  expect(await told(store, "step-3", ["answer"])).toEqual([
    "step-2 made nothing → undefined",
    "step-4 changed undefined → nothing",
  ]);
  expect(await told(store, "step-4", ["answer"])).toEqual([]);
  expect(await told(store, "nowhere", ["answer"])).toEqual([]);
});

test("the first checkpoint made what was always there", async () => {
  const store = await saved([{ goal: new Map([["at", new Date(1)]]) }, { goal: new Map([["at", new Date(1)]]) }]);
  const lines = await told(store, "step-2", ["goal", { get: "at" }]);
  expect(lines).toEqual(['step-1 made nothing → "1970-01-01T00:00:00.001Z"']);
});

test("the way leads across forks", async () => {
  const store = await saved([{ plan: "a" }, { plan: "b" }, { plan: "b" }]);
  await store.fork("step-2", "other", { id: "copy" });
  const other = store.trace("other");
  await other.loadLatest();
  await other.save({ plan: "b", more: true }, { id: "other-1" });
  await other.save({ plan: "c" }, { id: "other-2" });
  expect(await told(store, "other-1", ["plan"])).toEqual(['step-2 made "a" → "b"', 'other-2 changed "b" → "c"']);
});

test("where the parent is gone or damaged, it says so", async () => {
  const store = await saved([{ plan: "a" }, { plan: "a" }, { plan: "a" }]);
  await store.delete("step-1");
  expect(await told(store, "step-3", ["plan"])).toEqual(['step-2 made nothing → "a", gone']);
  const damaged: BlamedStore = {
    head: (id) => store.head(id),
    history: (traceId, options) => store.history(traceId, options),
    async load(id) {
      if (id === "step-2") throw new CheckpointStoreError("corrupted", "damaged");
      return await store.load(id);
    },
  };
  expect(await told(damaged, "step-3", ["plan"])).toEqual(['step-3 made nothing → "a", damaged']);
});

test("it ends when it is told to", async () => {
  const { counted, loads } = counting(await saved(Array.from({ length: 50 }, () => ({ plan: "a" }))));
  const stop = new AbortController();
  const reason = new Error("enough");
  const all = (async () => {
    for await (const _ of blame(counted, "step-50", ["plan"], stop)) if (loads.length === 5) stop.abort(reason);
  })();
  await expect(all).rejects.toBe(reason);
  expect(loads).toHaveLength(5);
});
