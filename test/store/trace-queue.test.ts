import { describe, expect, test } from "vitest";
import { CheckpointStoreError } from "../../src/core/errors.ts";
import { gate, storeOn, WatchedBackend } from "./backends.ts";

const at = (id: string, state: unknown = { id }) => ({ id, createdAt: 1, state });

describe("what changes a trace takes its turn", () => {
  test("removals come after the saves that were asked for before, and before those after", async () => {
    const store = storeOn(new WatchedBackend());
    const save = (id: string) => store.saveWithTrace("a", at(id));
    const results = await Promise.all([
      save("a1"),
      save("a2"),
      store.delete("a1"),
      save("a3"),
      store.prune("a", 1),
      save("a4"),
      store.fork("a4", "b").catch((error: { code: string }) => error.code),
      store.deleteTrace("a"),
      save("a5"),
    ]);
    expect([results[2], results[4], results[7]]).toEqual([true, 1, 2]);
    expect(await store.list("a")).toEqual(["a5"]);
    expect((await store.load("a5"))?.state).toEqual({ id: "a5" });
  });

  test("a delete waits for the save of that very checkpoint", async () => {
    const store = storeOn(new WatchedBackend());
    const saving = store.saveWithTrace("a", at("a1"));
    expect(await store.delete("a1")).toBe(true);
    await saving;
    expect(await store.list("a")).toEqual([]);
    expect(await store.delete("a1")).toBe(false);
  });

  test("another trace does not wait", async () => {
    const backend = new WatchedBackend();
    const store = storeOn(backend);
    await Promise.all([store.saveWithTrace("a", at("a1")), store.saveWithTrace("b", at("b1"))]);
    const { closed, open } = gate();
    backend.gate = closed;
    const pruning = store.prune("a", 1);
    expect((await store.loadLatest("b"))?.id).toBe("b1");
    backend.gate = undefined;
    await store.saveWithTrace("b", at("b2"));
    open();
    await pruning;
  });
});

test("a save has the state as it was when it was called", async () => {
  const store = storeOn(new WatchedBackend());
  const state = { list: ["a"], deep: { n: 0 } };
  const saves = [];
  for (let n = 0; n < 20; n += 1) {
    state.list.push(`${n}`);
    state.deep.n = n;
    saves.push(store.saveWithTrace("a", at(`a${n}`, state)));
  }
  state.list.length = 0;
  await Promise.all(saves);
  for (let n = 0; n < 20; n += 1) {
    const loaded = (await store.load(`a${n}`))?.state as typeof state;
    expect([loaded.list.length, loaded.deep.n]).toEqual([n + 2, n]);
  }
});

describe("close", () => {
  test("waits for all that was asked for", async () => {
    const backend = new WatchedBackend();
    const store = storeOn(backend);
    const saves = Array.from({ length: 600 }, (_, i) => store.saveWithTrace(`t${i % 3}`, at(`${i}`)));
    const pruning = store.prune("t0", 5);
    await store.close();
    await Promise.all(saves);
    expect(await pruning).toBe(195);
    await expect(store.saveWithTrace("a", at("late"))).rejects.toMatchObject({ code: "closed" });
  });

  test("waits for a save that waits for room", async () => {
    const backend = new WatchedBackend();
    const { closed, open } = gate();
    let isAsked = false;
    const store = storeOn(backend, {
      onQuotaExceeded: async () => {
        isAsked = true;
        await closed;
        return undefined;
      },
    });
    backend.onWrite = () => {
      throw new CheckpointStoreError("quota-exceeded", "full");
    };
    const saving = store.saveWithTrace("a", at("a1")).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 5));
    let isClosed = false;
    const closing = store.close().then(() => (isClosed = true));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect({ isAsked, isClosed }).toEqual({ isAsked: true, isClosed: false });
    open();
    expect(await saving).toMatchObject({ code: "quota-exceeded" });
    await closing;
  });
});
