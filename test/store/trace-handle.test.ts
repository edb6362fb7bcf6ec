import { expect, test } from "vitest";
import { storeOn, WatchedBackend } from "./backends.ts";

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

test("a handle loads nothing of another trace, and a fork goes on from its copy", async () => {
  const store = storeOn(new WatchedBackend());
  await store.trace("a").save({ n: 1 }, { id: "a1" });
  expect(await store.trace("b").load("a1")).toBeUndefined();
  await expect(store.trace("b").fork("a1", "c")).rejects.toMatchObject({ code: "not-found" });
  const fork = await store.trace("a").fork("a1", "c");
  const [copy] = await fork.list();
  expect((await fork.save({ n: 2 })).parentId).toBe(copy);
});
