import { openDB } from "idb";
import { expect, test } from "vitest";
import { server } from "vitest/browser";

const SIGNATURES: Record<string, RegExp> = {
  chromium: /Chrome\/\d+/,
  firefox: /Gecko\/\d+ Firefox\/\d+/,
  webkit: /AppleWebKit\/\S+ \(KHTML, like Gecko\) Version\/\S+ Safari\//,
};

test("the page runs in the engine that the project is named after", () => {
  const engines = Object.keys(SIGNATURES).filter((engine) => SIGNATURES[engine]!.test(navigator.userAgent));
  expect(engines).toEqual([server.browser]);
});

test("the page has what a store builds on", () => {
  expect(isSecureContext).toBe(true);
  expect(Object.prototype.toString.call(indexedDB)).toBe("[object IDBFactory]");
  expect(Function.prototype.toString.call(IDBFactory.prototype.open)).toContain("[native code]");
});

test("a strict transaction's records are there for the next connection, in key order", async () => {
  const name = `engine-${crypto.randomUUID()}`;
  const record = { traceId: "t", n: 1, at: new Date(1), count: 2n ** 70n, tags: new Map([["a", new Set([NaN, -0])]]) };

  const first = await openDB(name, 1, {
    upgrade(db) {
      const store = db.createObjectStore("records", { keyPath: "n" });
      store.createIndex("by_trace", ["traceId", "n"], { unique: true });
    },
  });
  const transaction = first.transaction("records", "readwrite", { durability: "strict" });
  expect(transaction.durability).toBe("strict");
  await Promise.all([
    transaction.store.put({ traceId: "t", n: 10 }),
    transaction.store.put(record),
    transaction.store.put({ traceId: "u", n: 2 }),
    transaction.done,
  ]);
  first.close();

  const second = await openDB(name, 1);
  const ofTrace = IDBKeyRange.bound(["t"], ["t", []]);
  expect(await second.getAllKeysFromIndex("records", "by_trace", ofTrace)).toEqual([1, 10]);
  expect(await second.get("records", 1)).toEqual(record);
  second.close();
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = resolve;
    request.onerror = reject;
  });
});
