import { describe, expect, test } from "vitest";
import { createStore } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Backend } from "../../src/core/backend.ts";
import { CheckpointStoreError } from "../../src/core/errors.ts";
import { keepLast, type QuotaHandler } from "../../src/core/retention.ts";
import type { Change } from "../../src/core/trace.ts";

/** A backend that holds so many checkpoints and no more, as a full disk would: it fails when the transaction ends. */
function backendOf(maxCheckpoints: number): Backend & { readonly unlimited: Backend } {
  const backend = createMemoryBackend();
  return {
    ...backend,
    unlimited: backend,
    write: (work) =>
      backend.write(async (transaction) => {
        const before = (await transaction.keys("checkpoints")).length;
        const result = await work(transaction);
        const after = (await transaction.keys("checkpoints")).length;
        if (after > before && after > maxCheckpoints)
          throw new CheckpointStoreError("quota-exceeded", "the disk is full");
        return result;
      }),
  };
}

const storeOf = (backend: Backend, onQuotaExceeded?: QuotaHandler) =>
  createStore<unknown>(backend, { codec: createSuperjsonCodec(), ...(onQuotaExceeded && { onQuotaExceeded }) });

async function fill(backend: Backend): Promise<void> {
  const store = storeOf(backend);
  for (let step = 0; step < 3; step++) {
    for (const traceId of ["one", "two"])
      await store.saveWithTrace(traceId, { id: `${traceId}${step}`, createdAt: step, state: { step } });
  }
}

describe("on a full disk", () => {
  test("a save is refused as quota-exceeded, and all that was stored stays", async () => {
    const backend = backendOf(6);
    await fill(backend);
    const store = storeOf(backend);
    await expect(store.trace("one").save({ step: 3 })).rejects.toMatchObject({ code: "quota-exceeded" });
    expect(await store.list("one")).toEqual(["one2", "one1", "one0"]);
    for (const id of ["one0", "two2"]) expect((await store.load(id))?.state).toEqual({ step: Number(id.at(-1)) });
    await store.prune("two", 1);
    await store.trace("one").save({ step: 3 }, { id: "one3" });
    expect(await store.list("one")).toEqual(["one3", "one2", "one1", "one0"]);
  });

  test("the rule that is asked for in that moment prunes every trace, and the save is tried once more", async () => {
    const backend = backendOf(6);
    await fill(backend);
    const asked: string[] = [];
    const store = storeOf(backend, ({ traceId, error }) => {
      asked.push(`${traceId} ${error.code}`);
      return keepLast(2);
    });
    const changes: Change[] = [];
    store.watch((change) => void changes.push(change));
    const state = { step: 3 };
    const saving = store.trace("one").save(state, { id: "one3" });
    state.step = 99;
    await saving;
    expect(asked).toEqual(["one quota-exceeded"]);
    expect(await store.list("one")).toEqual(["one3", "one2", "one1"]);
    expect(await store.list("two")).toEqual(["two2", "two1"]);
    expect((await store.load("one3"))?.state).toEqual({ step: 3 });
    expect(changes.map(({ kind, traceId }) => `${kind} ${traceId}`).sort()).toEqual([
      "pruned one",
      "pruned two",
      "saved one",
    ]);
  });

  test("it is asked once: where that frees too little, the save fails", async () => {
    const backend = backendOf(0);
    await fill(backend.unlimited);
    let asked = 0;
    const store = storeOf(backend, () => {
      asked += 1;
      return keepLast(1);
    });
    await expect(store.trace("one").save({ step: 3 })).rejects.toMatchObject({ code: "quota-exceeded" });
    expect(asked).toBe(1);
    expect(await store.list("one")).toEqual(["one2"]);
  });

  test("if asking fails, the save says that the disk is full, and why nobody could be asked", async () => {
    const reason = new TypeError("settings can't be read");
    const throwing: readonly QuotaHandler[] = [
      () => {
        throw reason;
      },
      () => Promise.reject(reason),
    ];
    for (const onQuotaExceeded of throwing) {
      const backend = backendOf(6);
      await fill(backend);
      const store = storeOf(backend, onQuotaExceeded);
      const error: unknown = await store
        .trace("one")
        .save({ step: 3 })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "quota-exceeded", traceId: "one" });
      expect((error as Error).cause).toBe(reason);
      expect(await store.list("one")).toEqual(["one2", "one1", "one0"]);
      await store.prune("two", 1);
      await store.trace("one").save({ step: 3 });
    }
  });

  test("without an answer, or with a bad one, nothing goes", async () => {
    for (const [answer, error] of [
      [undefined, { code: "quota-exceeded" }],
      [{ keepLast: 0 }, { name: "RangeError" }],
    ] as const) {
      const backend = backendOf(6);
      await fill(backend);
      const store = storeOf(backend, () => answer);
      await expect(store.trace("one").save({ step: 3 })).rejects.toMatchObject(error);
      expect(await store.list("two")).toEqual(["two2", "two1", "two0"]);
    }
  });
});
