import { afterEach, describe, expect, test, vi } from "vitest";
import type { DataLoss } from "../../src/backends/indexeddb/connection.ts";
import { deleteStore, openStore } from "../../src/index.ts";
import { storeNames } from "./names.ts";
import { deleteRaw } from "./raw.ts";

const newName = storeNames("lost /?#%é ");

afterEach(() => void vi.restoreAllMocks());

describe("a database that the browser lost", () => {
  test("is told once when it is opened, and never where it is new or was deleted on purpose", async () => {
    const name = newName();
    const onDataLoss = vi.fn<(loss: DataLoss) => void>();
    const openAndClose = async () => {
      const store = await openStore(name, { onDataLoss });
      await store.trace("t").save({ step: 1 });
      await store.close();
    };
    await openAndClose();
    await openAndClose();
    expect(onDataLoss).not.toHaveBeenCalled();
    const before = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await deleteRaw(name);
    await openAndClose();
    expect(onDataLoss).toHaveBeenCalledOnce();
    expect(onDataLoss).toHaveBeenCalledWith({ name, lastSeenAt: expect.any(Number) as number });
    expect(onDataLoss.mock.calls[0]![0].lastSeenAt).toBeLessThanOrEqual(before);
    await openAndClose();
    await deleteStore(name);
    await openAndClose();
    expect(onDataLoss).toHaveBeenCalledOnce();
  });

  test("is told to a store that was open, which goes on", async () => {
    const name = newName();
    const onDataLoss = vi.fn<(loss: DataLoss) => void>();
    const store = await openStore(name, { onDataLoss });
    await store.trace("t").save({ step: 1 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await deleteRaw(name);
    await store.trace("t").save({ step: 2 }, { id: "after" });
    expect(onDataLoss).toHaveBeenCalledOnce();
    expect(await store.list("t")).toEqual(["after"]);
    await store.close();
  });

  test("is a warning to whoever does not listen", async () => {
    const name = newName();
    await (await openStore(name)).close();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await deleteRaw(name);
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    await (await openStore(name)).close();
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]![0]).toMatch(`the browser has lost the store ${name}`);
  });
});
