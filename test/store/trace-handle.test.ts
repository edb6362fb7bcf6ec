import { expect, test } from "vitest";
import { CheckpointStoreError } from "../../src/core/errors.ts";
import { keepLast } from "../../src/core/retention.ts";
import { asyncCodec, gate, storeOn, WatchedBackend } from "./backends.ts";

test("each save grows from the one before, whether or not that was awaited, and from what was loaded", async () => {
  const store = storeOn(new WatchedBackend());
  const run = store.trace("a");
  await Promise.all(["1", "2", "3"].map((id) => run.save({ id }, { id })));
  await run.load("2");
  await run.save({}, { id: "4" });
  await run.load("none");
  await run.save({}, { id: "5" });
  const other = store.trace("a");
  await other.save({}, { id: "6" });
  await other.loadLatest();
  await other.save({}, { id: "7", parentId: "1" });
  const parents: Record<string, string | undefined> = {};
  for await (const { id, parentId } of store.history("a")) parents[id] = parentId;
  expect(parents).toEqual({ 1: undefined, 2: "1", 3: "2", 4: "2", 5: "4", 6: undefined, 7: "1" });
});

test("after a save that failed, the next grows from the one before it", async () => {
  const backend = new WatchedBackend();
  const run = storeOn(backend).trace("a");
  await run.save({}, { id: "1" });
  backend.onWrite = () => {
    throw new TypeError("no");
  };
  await expect(run.save({}, { id: "2" })).rejects.toThrow("no");
  backend.onWrite = undefined;
  expect((await run.save({}, { id: "3" })).parentId).toBe("1");
});

test("saves that wait for a load hold up no other trace, and keep their place among those of their own", async () => {
  const backend = new WatchedBackend();
  const store = storeOn(backend, { codec: asyncCodec() });
  await store.trace("a").save({ n: 1 }, { id: "a1" });
  const { closed, open } = gate();
  const codec = asyncCodec();
  const slow = storeOn(backend, {
    codec: { ...codec, decode: async (...args) => (await closed, codec.decode(...args)) },
  });
  const run = slow.trace("a");
  const pending = [run.load("a1"), run.load("none"), run.save({ n: 2 }, { id: "a2" })];
  pending.push(slow.trace("a").save({ n: 3 }, { id: "a3" }));
  await slow.trace("b").save({ n: 1 });
  expect(await store.list("a")).toEqual(["a1"]);
  open();
  await Promise.all(pending);
  expect(await store.list("a")).toEqual(["a3", "a2", "a1"]);
  expect((await store.load("a2"))?.parentId).toBe("a1");
});

test("what grows from a save that found no room grows from the one before it", async () => {
  const backend = new WatchedBackend();
  const run = storeOn(backend, { onQuotaExceeded: () => keepLast(1) }).trace("a");
  await run.save({}, { id: "1" });
  backend.onWrite = (ids) => {
    if (ids.includes("2")) throw new CheckpointStoreError("quota-exceeded", "full");
  };
  const [second, third] = [run.save({}, { id: "2" }), run.save({}, { id: "3" })];
  await expect(second).rejects.toMatchObject({ code: "quota-exceeded" });
  expect((await third).parentId).toBe("1");
});

test("a retry is the same save through another handle, too, and says what was stored", async () => {
  const store = storeOn(new WatchedBackend());
  const first = await store.trace("a").save({ n: 1 }, { id: "1", metadata: { title: "one" } });
  const other = store.trace("a");
  await other.save({ n: 2 }, { id: "2" });
  expect(await other.save({ n: 1 }, { id: "1", metadata: { title: "one" } })).toEqual(first);
  await expect(store.saveWithTrace("a", { ...first, createdAt: 1 })).rejects.toMatchObject({ code: "conflict" });
});

test("a handle loads nothing of another trace, and a fork goes on from its copy", async () => {
  const store = storeOn(new WatchedBackend());
  await store.trace("a").save({ n: 1 }, { id: "a1" });
  expect(await store.trace("b").load("a1")).toBeUndefined();
  await expect(store.trace("b").fork("a1", "c")).rejects.toMatchObject({ code: "not-found" });
  const fork = await store.trace("a").fork("a1", "c");
  const [copy] = await fork.list();
  expect((await fork.save({ n: 2 })).parentId).toBe(copy);
});
