import { expect, test } from "vitest";
import { openManagedKeys, openPassphraseKeys } from "../../src/codecs/encrypted.ts";

/** As a browser that finds the files of the database damaged. */
function loseDatabase(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase("waystone-keys");
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error as Error);
  });
}

const loseCopies = () => caches.delete("waystone-keys");

test("managed keys that the browser has lost are told, until new ones are allowed", async () => {
  const name = crypto.randomUUID();
  const before = await openManagedKeys(name);
  expect((await openManagedKeys(name)).current().id).toBe(before.current().id);
  await loseDatabase();
  for (let n = 0; n < 2; n += 1) await expect(openManagedKeys(name)).rejects.toMatchObject({ code: "not-found" });
  const made = await openManagedKeys(name, { allowNewKeys: true });
  expect(made.current().id).not.toBe(before.current().id);
  expect((await openManagedKeys(name)).current().id).toBe(made.current().id);
  expect((await openManagedKeys(name, { allowNewKeys: true })).current().id).toBe(made.current().id);
});

test("the salt of a passphrase is made good from its copy: the right one opens, and a wrong one is told", async () => {
  const options = { name: crypto.randomUUID(), iterations: 100_000 };
  const { id } = await (await openPassphraseKeys("correct horse", options)).current();
  await loseDatabase();
  await expect(openPassphraseKeys("battery staple", options)).rejects.toMatchObject({ code: "codec-mismatch" });
  await loseDatabase();
  expect((await (await openPassphraseKeys("correct horse", options)).current()).id).toBe(id);
  // Lost alone, the copy is made anew from what is there.
  await loseCopies();
  await openPassphraseKeys("correct horse", options);
  await loseDatabase();
  expect((await (await openPassphraseKeys("correct horse", options)).current()).id).toBe(id);
});

test("a copy that is damaged still says that there was something", async () => {
  const options = { name: crypto.randomUUID(), iterations: 100_000 };
  await openPassphraseKeys("correct horse", options);
  await loseDatabase();
  const cache = await caches.open("waystone-keys");
  for (const request of await cache.keys()) await cache.put(request, new Response("{"));
  await expect(openPassphraseKeys("correct horse", options)).rejects.toMatchObject({ code: "not-found" });
  const { id } = await (await openPassphraseKeys("another", { ...options, allowNewKeys: true })).current();
  expect((await (await openPassphraseKeys("another", options)).current()).id).toBe(id);
});

test("many that open the same keys at once, the first time, get the same and hear of no loss", async () => {
  for (let round = 0; round < 5; round += 1) {
    const name = crypto.randomUUID();
    const rings = await Promise.all(Array.from({ length: 8 }, () => openManagedKeys(name)));
    expect(new Set(rings.map((ring) => ring.current().id)).size).toBe(1);
  }
});
