import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createProcessLocks, createStore } from "../../src/backend.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createMemoryStore } from "../../src/memory.ts";

beforeEach(() => vi.stubGlobal("navigator", {}));
afterEach(() => vi.unstubAllGlobals());

const codec = createStructuredCloneCodec();

test("where there are no locks, taking over says so", async () => {
  const run = createStore(createMemoryBackend(), { codec }).trace("run");
  const work = vi.fn<() => Promise<void>>();
  await expect(run.takeOver(work)).rejects.toMatchObject({ code: "unavailable", traceId: "run" });
  expect(work).not.toHaveBeenCalled();
});

test("a store in memory has its own, and so has one that was given some", async () => {
  const given = createStore<number>(createMemoryBackend(), { codec, locks: createProcessLocks() });
  for (const store of [createMemoryStore<number>(), given]) {
    const saved = await store.trace("run").takeOver(({ trace }) => trace.save(1));
    expect(await store.list("run")).toEqual([saved.id]);
  }
});

test("the next one waits, or steals, or gives up", async () => {
  const run = createMemoryStore<string>().trace("run");
  let end!: () => void;
  const order: string[] = [];
  const first = run.takeOver(async ({ trace, signal }) => {
    order.push("first");
    await new Promise<void>((resolve) => (end = resolve));
    order.push(signal.aborted ? "first has lost it" : "first ends");
    await trace.save("first");
  });
  while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  const waiting = run.takeOver(async () => void order.push("second"), { waitsForOwn: true });
  const giveUp = new AbortController();
  const third = run.takeOver(async () => void order.push("third"), { waitsForOwn: true, signal: giveUp.signal });
  giveUp.abort(new Error("enough"));
  await expect(third).rejects.toThrow("enough");
  await run.takeOver(({ trace }) => trace.save("thief"), { steal: true });
  await expect(first).rejects.toMatchObject({ code: "conflict" });
  await waiting;
  end();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(order).toEqual(["first", "second", "first has lost it"]);
  expect((await run.loadLatest())?.state).toBe("thief");
});
