import { afterEach, describe, expect, test, vi } from "vitest";
import { deleteStore, openStore } from "../../src/index.ts";
import { storeNames } from "./names.ts";
import { openRaw } from "./raw.ts";

const newName = storeNames("opening-");

afterEach(() => void vi.restoreAllMocks());

describe("a database of a newer release", () => {
  test("is told, and left as it was", async () => {
    const name = newName();
    const newer = await openRaw(name, 7, (database) => {
      database.createObjectStore("checkpoints").put("of the future", "key");
    });
    newer.close();
    await expect(openStore(name)).rejects.toMatchObject({ code: "newer-schema", cause: { name: "VersionError" } });
    const after = await openRaw(name, 7);
    expect([...after.objectStoreNames]).toEqual(["checkpoints"]);
    const kept = await new Promise((resolve) => {
      const request = after.transaction("checkpoints").objectStore("checkpoints").get("key");
      request.onsuccess = () => resolve(request.result);
    });
    after.close();
    expect(kept).toBe("of the future");
  });
});

describe("an upgrade that another connection does not make way for", () => {
  test("is told after the time that was given, with whom to close, and nothing is lost", async () => {
    const name = newName();
    const before = await openStore(name);
    await before.trace("t").save({ step: 1 }, { id: "c" });
    await before.close();
    const stubborn = await openRaw(name, 1);
    // As a release with another schema would ask for it.
    const open = indexedDB.open.bind(indexedDB);
    vi.spyOn(IDBFactory.prototype, "open").mockImplementation((opened) => open(opened, 2));
    const startedAt = performance.now();
    await expect(openStore(name, { blockedTimeoutMs: 300 })).rejects.toMatchObject({
      code: "blocked",
      message: expect.stringMatching(/open in another tab or worker .* within 300 ms: close or reload/) as string,
    });
    expect(performance.now() - startedAt).toBeGreaterThan(290);
    vi.restoreAllMocks();
    const kept = await new Promise((resolve) => {
      const request = stubborn.transaction("checkpoints").objectStore("checkpoints").count();
      request.onsuccess = () => resolve(request.result);
    });
    stubborn.close();
    expect(kept).toBe(1);
  });
});

describe("a store that is deleted", () => {
  test("is gone, and an open one makes it anew when it is used", async () => {
    const name = newName();
    const store = await openStore(name);
    await store.trace("t").save({ step: 1 });
    await deleteStore(name);
    expect(await store.list("t")).toEqual([]);
    await store.trace("t").save({ step: 1 }, { id: "again" });
    expect(await store.list("t")).toEqual(["again"]);
    await store.close();
  });

  test("tells what keeps it from going", async () => {
    const name = newName();
    await (await openStore(name)).close();
    const stubborn = await openRaw(name, 1);
    await expect(deleteStore(name, { blockedTimeoutMs: 100 })).rejects.toMatchObject({ code: "blocked" });
    stubborn.close();
    await expect(deleteStore("")).rejects.toThrow(TypeError);
  });
});
