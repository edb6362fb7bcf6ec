import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryStore } from "../../src/memory.ts";
import type { Store } from "../../src/index.ts";
import { runSteps } from "../../src/steps.ts";
import { RunFeed } from "../../src/inspector/runs/run-feed.ts";
import { runStateOf } from "../../src/inspector/runs/run-state.ts";
import { counted, withMethods } from "./counted-store.ts";

let store: Store;
let feed: RunFeed | undefined;
beforeEach(() => {
  store = createMemoryStore();
});
afterEach(async () => {
  feed?.close();
  await store.close();
});

const idle = { isOwned: false, now: Date.now() + 60_000 };

test("a run is done, waiting, running or stopped by its newest head alone", async () => {
  const run = store.trace("run");
  await run.save({}, { nextNode: "search" });
  const stateNow = async (more: Partial<typeof idle> = {}) =>
    runStateOf((await store.traces())[0]!, { ...idle, ...more });
  expect(await stateNow()).toBe("stopped");
  expect(await stateNow({ isOwned: true })).toBe("running");
  expect(await stateNow({ now: Date.now() })).toBe("running");
  await run.save({}, { nextNode: "ask", metadata: { kind: "wait" } });
  expect(await stateNow({ isOwned: true })).toBe("waiting");
  await run.save({});
  expect(await stateNow({ isOwned: true })).toBe("done");
});

test("a run of steps is waiting and done as its function is", async () => {
  const run = store.trace("run");
  const ending = new AbortController();
  const { signal } = ending;
  const running = runSteps(run, (step) => step.waitForEvent("answer"), { signal }).catch(() => undefined);
  await vi.waitFor(async () => expect(runStateOf((await store.traces())[0]!, idle)).toBe("waiting"));
  ending.abort();
  await running;
  await runSteps(store.trace("other"), () => 1);
  expect(runStateOf((await store.traces({ prefix: "other" }))[0]!, idle)).toBe("done");
});

test("the list follows saves without reading anything, and agrees with the store", async () => {
  for (const name of ["a", "b"]) await store.trace(name).save({ name });
  const { store: watched, calls, statesRead } = counted(store);
  feed = new RunFeed(watched);
  await vi.waitFor(() => expect(feed!.isLoaded).toBe(true));
  for (let i = 0; i < 20; i += 1) await store.trace("a").save({ i });
  await store.trace("c").save({});
  await vi.waitFor(() => expect(feed!.runs).toHaveLength(3));
  expect(calls.get("traces")).toBe(1);
  expect(statesRead()).toBe(0);
  const told = feed.runs.map(({ traceId, checkpoints, bytes, latest }) => [traceId, checkpoints, bytes, latest.id]);
  const stored = await store.traces();
  expect(told).toEqual(
    stored.map(({ traceId, checkpoints, bytes, latest }) => [traceId, checkpoints, bytes, latest.id]),
  );
});

test("what a report does not say is read, once for many reports, and for that trace alone", async () => {
  for (const name of ["a", "b"]) for (let i = 0; i < 30; i += 1) await store.trace(name).save({ i });
  const { store: watched, calls } = counted(store);
  feed = new RunFeed(watched);
  await vi.waitFor(() => expect(feed!.isLoaded).toBe(true));
  for (let keep = 25; keep > 5; keep -= 1) await store.prune("a", keep);
  await store.deleteTrace("b");
  await vi.waitFor(() => expect(feed!.get("a")?.checkpoints).toBe(6));
  expect(feed.get("b")).toBeUndefined();
  expect(calls.get("traces")).toBe(2);
  expect(feed.get("a")?.bytes).toBe((await store.traces())[0]?.bytes);
});

test("a store that fails is told, and read again", async () => {
  let hasFailed = false;
  const failing = withMethods(store, {
    traces: async () => {
      if (hasFailed) return store.traces();
      hasFailed = true;
      throw new Error("once");
    },
  });
  feed = new RunFeed(failing);
  await vi.waitFor(() => expect(feed!.error).toMatchObject({ message: "once" }));
  await feed.read();
  expect([feed.error, feed.isLoaded]).toEqual([undefined, true]);
});
