import { afterEach, expect, test, vi } from "vitest";
import { createCheckpoint, openStore } from "../../src/index.ts";
import { noise } from "../../src/testing/steps.ts";
import { deleteRaw } from "./raw.ts";

type Durability = "strict" | "relaxed";

afterEach(() => vi.restoreAllMocks());

/** Returns what a call was written with: the durability of each transaction that was completed. */
function watchCommits(): (call: () => Promise<unknown>) => Promise<Durability[]> {
  const begin = IDBDatabase.prototype.transaction;
  let committed: Durability[] = [];
  vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, ...args) {
    const transaction = begin.apply(this, args);
    const [, mode, options] = args;
    if (mode === "readwrite") {
      transaction.addEventListener("complete", () => committed.push(options!.durability as Durability));
    }
    return transaction;
  });
  return async (call) => {
    committed = [];
    await call();
    return committed;
  };
}

async function openOne(durability: Durability) {
  const name = `durability-${crypto.randomUUID()}`;
  const store = await openStore(name, { durability });
  const save = (id: string, state: unknown, metadata?: Record<string, unknown>) =>
    store.saveWithTrace("trace", createCheckpoint(state, { id, ...(metadata && { metadata }) }));
  return { name, store, save, remove: async () => (await store.close(), await deleteRaw(name)) };
}

test("a relaxed store writes what is large, and deletes, with strict durability", async () => {
  const commitsOf = watchCommits();
  const { store, save, remove } = await openOne("relaxed");
  // Not so much that it is folded in between, which is a commit of its own.
  const large = noise(1, 40_000);
  expect(await commitsOf(() => save("1", { n: 1 }))).toEqual(["relaxed"]);
  expect(await commitsOf(() => save("2", { n: 2, large }))).toEqual(["strict"]);
  expect(await commitsOf(() => save("3", { n: 3, large }))).toEqual(["relaxed"]);
  expect(await commitsOf(() => save("4", { n: 4, bytes: new Uint8Array(40_000) }))).toEqual(["strict"]);
  expect(await commitsOf(() => store.delete("2"))).toEqual(["strict"]);
  expect(await commitsOf(() => store.prune("trace", 1))).toEqual(["strict"]);
  expect(await store.list("trace")).toEqual(["4"]);
  expect((await store.load("4"))?.state).toEqual({ n: 4, bytes: new Uint8Array(40_000) });
  await remove();
});

test("a relaxed store replaces what is large with strict durability", async () => {
  const commitsOf = watchCommits();
  const { store, save, remove } = await openOne("relaxed");
  expect(await commitsOf(() => save("1", 1, { large: noise(1, 100_000) }))).toEqual(["strict"]);
  // The trace's record, too, has the metadata of its latest checkpoint.
  expect(await commitsOf(() => save("2", 2))).toEqual(["strict"]);
  expect(await commitsOf(() => save("3", 3))).toEqual(["relaxed"]);
  expect(await store.list("trace")).toEqual(["3", "2", "1"]);
  await remove();
});

test("many small records are not a large one", async () => {
  const commitsOf = watchCommits();
  const { name, save, remove } = await openOne("relaxed");
  for (let step = 0; step < 12; step++) await save(`${step}`, { step, text: noise(step, 5_000) });
  const other = await openStore(name, { durability: "relaxed" });
  expect(await commitsOf(() => other.saveWithTrace("trace", createCheckpoint(1, { id: "12" })))).toEqual(["relaxed"]);
  expect(await other.list("trace")).toHaveLength(13);
  await other.close();
  await remove();
});

test("a strict store writes everything with strict durability", async () => {
  const commitsOf = watchCommits();
  const { store, save, remove } = await openOne("strict");
  expect(await commitsOf(() => save("1", { n: 1, large: noise(1, 40_000) }))).toEqual(["strict"]);
  expect(await commitsOf(() => save("2", { n: 2 }))).toEqual(["strict"]);
  expect(await commitsOf(() => store.deleteTrace("trace"))).toEqual(["strict"]);
  await remove();
});
