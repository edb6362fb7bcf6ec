import { afterEach, describe, expect, test, vi } from "vitest";
import { openStore } from "../../src/index.ts";
import { storeNames } from "./names.ts";

const newName = storeNames("force-close-");

afterEach(() => void vi.restoreAllMocks());

describe("a connection that the browser closes in the middle of a save, whose transaction never ends", () => {
  test.for(["committed", "aborted"] as const)("the save is told, and the next one is stored: %s", async (fate) => {
    const name = newName();
    const store = await openStore(name);
    const trace = store.trace("t");
    await trace.save({ step: 1 }, { id: "before" });
    const begin = IDBDatabase.prototype.transaction;
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementationOnce(function (this: IDBDatabase, ...args) {
      const transaction = begin.apply(this, args);
      // As in Chromium where the site's data is cleared: nobody hears of these two events.
      for (const event of ["oncomplete", "onabort"])
        Object.defineProperty(transaction, event, { value: undefined, writable: true });
      transaction.addEventListener("complete", () => this.dispatchEvent(new Event("close")));
      if (fate === "aborted") queueMicrotask(() => transaction.abort());
      transaction.addEventListener("abort", () => this.dispatchEvent(new Event("close")));
      return transaction;
    });
    await expect(trace.save({ step: 2 }, { id: "during" })).rejects.toMatchObject({ code: "storage" });
    await trace.save({ step: 3 }, { id: "after" });
    const stored = fate === "aborted" ? ["after", "before"] : ["after", "during", "before"];
    expect((await store.list("t")).sort()).toEqual(stored.sort());
    await store.close();
  });
});
