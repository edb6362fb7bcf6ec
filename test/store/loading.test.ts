import { describe, expect, test } from "vitest";
import { storeOn, WatchedBackend } from "./backends.ts";

const at = (id: string, state: unknown = { id }) => ({ id, createdAt: 1, state });
const ONE_SMALL_READ = ["get traces"];

async function readsOf(backend: WatchedBackend, work: () => Promise<unknown>): Promise<string[]> {
  backend.reads.length = 0;
  await work();
  return [...backend.reads];
}

describe("the latest state is made of what is in memory", () => {
  test("right after it was saved", async () => {
    const backend = new WatchedBackend();
    const store = storeOn(backend);
    for (let step = 0; step < 3; step += 1) {
      await store.saveWithTrace("a", at(`a${step}`));
      expect(await readsOf(backend, () => store.loadLatest("a"))).toEqual(ONE_SMALL_READ);
    }
    await store.trace("a").save({ step: 3 });
    expect(await readsOf(backend, () => store.loadLatest("a"))).toEqual(ONE_SMALL_READ);
    expect((await store.loadLatest("a"))?.state).toEqual({ step: 3 });
  });

  test("once it was loaded, and the next save reads nothing", async () => {
    const backend = new WatchedBackend();
    await storeOn(backend).saveWithTrace("a", at("a1", { list: ["x"] }));
    const store = storeOn(backend);
    await store.loadLatest("a");
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await readsOf(backend, () => store.loadLatest("a"))).toEqual(ONE_SMALL_READ);
    expect(await readsOf(backend, () => store.saveWithTrace("a", at("a2")))).toEqual([]);
  });

  test("once it was loaded, and the next save adds what has changed alone", async () => {
    const backend = new WatchedBackend();
    const list = Array.from({ length: 100 }, (_, i) => `line ${i}`.padEnd(100));
    await storeOn(backend).saveWithTrace("a", at("a1", { list }));
    const store = storeOn(backend);
    for (const [step, load] of [true, false].entries()) {
      if (load) await store.loadLatest("a");
      list.push("more");
      await store.saveWithTrace("a", at(`b${step}`, { list }));
      for await (const { bytes } of store.history("a", { limit: 1 })) expect(bytes).toBeLessThan(1_000);
    }
  });

  test("as new objects each time", async () => {
    const store = storeOn(new WatchedBackend());
    const state = { list: [{ n: 1 }] };
    await store.saveWithTrace("a", at("a1", state));
    const first = (await store.loadLatest("a"))?.state as typeof state;
    first.list[0]!.n = 2;
    state.list[0]!.n = 3;
    expect((await store.loadLatest("a"))?.state).toEqual({ list: [{ n: 1 }] });
  });

  test("after the ones before it were pruned", async () => {
    const backend = new WatchedBackend();
    const store = storeOn(backend);
    for (let step = 0; step < 3; step += 1) await store.saveWithTrace("a", at(`a${step}`));
    await store.prune("a", 1);
    expect(await readsOf(backend, () => store.loadLatest("a"))).toEqual(ONE_SMALL_READ);
  });
});

describe("the latest state is read", () => {
  test.each<[string, (there: ReturnType<typeof storeOn>) => Promise<unknown>, unknown]>([
    ["saved", (there) => there.saveWithTrace("a", at("a3")), { id: "a3" }],
    ["deleted the newest", (there) => there.delete("a2"), { id: "a1" }],
    ["deleted all", (there) => there.deleteTrace("a"), undefined],
  ])("where another tab has %s", async (_, change, expected) => {
    const backend = new WatchedBackend();
    const store = storeOn(backend);
    for (const id of ["a1", "a2"]) await store.saveWithTrace("a", at(id));
    await change(storeOn(backend));
    expect((await store.loadLatest("a"))?.state).toEqual(expected);
  });

  test("where this one has deleted the newest", async () => {
    const store = storeOn(new WatchedBackend());
    for (const id of ["a1", "a2"]) await store.saveWithTrace("a", at(id));
    await store.delete("a2");
    expect((await store.loadLatest("a"))?.state).toEqual({ id: "a1" });
  });
});

test("a history that is being read is not mixed with that of a trace that was made anew", async () => {
  const store = storeOn(new WatchedBackend());
  const save = (step: number) => store.saveWithTrace("a", { ...at(`a${step}`), createdAt: step });
  for (let step = 0; step < 100; step += 1) await save(step);
  const met: string[] = [];
  const reading = (async () => {
    for await (const { id } of store.history("a")) {
      met.push(id);
      if (met.length !== 64) continue;
      await store.deleteTrace("a");
      for (let step = 200; step < 300; step += 1) await save(step);
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: "not-found", traceId: "a" });
  expect(met).toHaveLength(64);
});
