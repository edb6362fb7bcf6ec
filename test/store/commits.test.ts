import { afterEach, describe, expect, test, vi } from "vitest";
import { CheckpointStoreError } from "../../src/core/errors.ts";
import { keepLast } from "../../src/core/retention.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { keyOf, type TraceRecord } from "../../src/log/records.ts";
import { asyncCodec, gate, storeOn, WatchedBackend } from "./backends.ts";

afterEach(() => vi.restoreAllMocks());

const at = (id: string, state: unknown = { id }) => ({ id, createdAt: 1, state });
/** What came of each: its id, or the code of why it failed. */
const outcomesOf = async (saves: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(saves)).map((one) =>
    one.status === "fulfilled" ? "saved" : (one.reason as CheckpointStoreError).code,
  );

const CODECS = [
  ["a codec that answers at once", createSuperjsonCodec],
  ["a codec that is waited for", asyncCodec],
] as const;

describe.each(CODECS)("with %s", (_, codec) => {
  test("all that queues up while a transaction is on its way goes into the next, each trace in its order", async () => {
    const backend = new WatchedBackend();
    const store = storeOn(backend, { codec: codec() });
    await store.saveWithTrace("a", at("a0"));
    const { closed, open } = gate();
    backend.gate = closed;
    const saves = [store.saveWithTrace("a", at("a1"))];
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const id of ["a2", "b1", "a3", "c1", "b2"]) saves.push(store.saveWithTrace(id[0]!, at(id)));
    open();
    await Promise.all(saves);
    expect(backend.writes[1]).toEqual(["a1"]);
    expect(backend.writes.slice(2).map((ids) => [...ids].sort())).toEqual([["a2", "a3", "b1", "b2", "c1"]]);
    expect(await store.list("a")).toEqual(["a3", "a2", "a1", "a0"]);
  });

  test("a save that is refused fails alone: those of its company are stored, once and in their order", async () => {
    const backend = new WatchedBackend();
    const store = storeOn(backend, { codec: codec() });
    await store.saveWithTrace("other", at("taken"));
    const ids = ["a1", "a2", "taken", "a3", "b1", "b2"];
    const saves = ids.map((id) => store.saveWithTrace(id[0] === "b" ? "b" : "a", at(id)));
    expect(await outcomesOf(saves)).toEqual(["saved", "saved", "conflict", "saved", "saved", "saved"]);
    expect(await store.list("a")).toEqual(["a3", "a2", "a1"]);
    expect(await store.list("b")).toEqual(["b2", "b1"]);
    expect(backend.writes.flat().sort()).toEqual(["a1", "a2", "a3", "b1", "b2", "taken"]);
    for (const id of ["a1", "a3", "b2"]) expect((await store.load(id))?.state).toEqual({ id });
  });

  test("the same save twice, at once or later, is stored once; with another state it is refused", async () => {
    const backend = new WatchedBackend();
    const store = storeOn(backend, { codec: codec() });
    const saves = ["a1", "a1", "a2"].map((id) => store.saveWithTrace("a", at(id)));
    expect(await outcomesOf(saves)).toEqual(["saved", "saved", "saved"]);
    await store.saveWithTrace("a", at("a1"));
    expect(await outcomesOf([store.saveWithTrace("a", at("a1", "other"))])).toEqual(["conflict"]);
    expect(await store.list("a")).toEqual(["a2", "a1"]);
    expect(backend.writes.flat().sort()).toEqual(["a1", "a2"]);
  });

  test("a save with a Blob that can't be read fails alone, and the order stays", async () => {
    const store = storeOn(new WatchedBackend(), { codec: codec() });
    await store.saveWithTrace("a", at("a0"));
    const unreadable = new Blob(["gone"]);
    vi.spyOn(Blob.prototype, "arrayBuffer").mockRejectedValue(new DOMException("gone", "NotReadableError"));
    const list: string[] = [];
    const saves = ["a1", "a2", "bad", "a3", "a4"].map((id) => {
      list.push(id.padEnd(200));
      return store.saveWithTrace("a", at(id, id === "bad" ? { list, unreadable } : { list }));
    });
    expect(await outcomesOf(saves)).toEqual(["saved", "saved", "serialization", "saved", "saved"]);
    expect(await store.list("a")).toEqual(["a4", "a3", "a2", "a1", "a0"]);
    expect((await store.load("a1"))?.state).toEqual({ list: list.slice(0, 1) });
    expect((await store.load("a4"))?.state).toEqual({ list });
  });

  test("a save that another tab has overtaken is worked out anew, in a group, too", async () => {
    const backend = new WatchedBackend();
    const [here, there] = [storeOn(backend, { codec: codec() }), storeOn(backend, { codec: codec() })];
    const list = Array.from({ length: 60 }, (_, i) => `line ${i}`.padEnd(100));
    for (const trace of ["a", "b"]) await here.saveWithTrace(trace, at(`${trace}0`, { list }));
    for (const trace of ["a", "b"]) await there.saveWithTrace(trace, at(`${trace}1`, { list: [...list, "there"] }));
    await Promise.all(
      ["a2", "b2", "a3"].map((id) => here.saveWithTrace(id[0]!, { ...at(id, { list: [...list, id] }), createdAt: 50 })),
    );
    expect(await there.list("a")).toEqual(["a3", "a2", "a1", "a0"]);
    expect(await there.list("b")).toEqual(["b2", "b1", "b0"]);
    for (const id of ["a1", "a2", "a3", "b2"]) {
      expect((await there.load(id))?.state).toEqual({ list: [...list, id.endsWith("1") ? "there" : id] });
    }
  });

  test("a trace that was deleted and made anew elsewhere, under the same ids, is not taken for the one before", async () => {
    const backend = new WatchedBackend();
    const [here, there] = [storeOn(backend, { codec: codec() }), storeOn(backend, { codec: codec() })];
    const state = (who: string, length: number) => ({
      list: Array.from({ length }, (_, i) => `${who} ${i}`.padEnd(200)),
    });
    for (let step = 1; step < 5; step += 1) await here.saveWithTrace("a", at(`a${step}`, state("here", 30 + step)));
    await there.deleteTrace("a");
    for (let step = 1; step < 5; step += 1) await there.saveWithTrace("a", at(`a${step}`, state("there", 30 + step)));
    expect((await here.loadLatest("a"))?.state).toEqual(state("there", 34));
    await here.saveWithTrace("a", at("a5", state("here", 35)));
    expect((await there.load("a5"))?.state).toEqual(state("here", 35));
  });

  test.each(["damaged", "gone"])(
    "a trace whose record is %s is saved to, and the record is sound from then on",
    async (how) => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
      const backend = new WatchedBackend();
      const store = storeOn(backend, { codec: codec() });
      for (let step = 1; step < 4; step += 1) await store.saveWithTrace("a", at(`a${step}`));
      await backend.inner.write(async (transaction) => {
        const record = await transaction.get<TraceRecord>("traces", ["a"]);
        if (how === "gone") transaction.delete("traces", keyOf("a"));
        else transaction.put("traces", { ...record!, bytes: 1 });
      });
      await store.saveWithTrace("a", at("a4"));
      await storeOn(backend, { codec: codec() }).saveWithTrace("a", at("a5"));
      expect(await store.list("a")).toEqual(["a5", "a4", "a3", "a2", "a1"]);
      warn.mockClear();
      expect(await store.traces()).toMatchObject([{ traceId: "a", checkpoints: 5, latest: { id: "a5" } }]);
      expect(warn).not.toHaveBeenCalled();
    },
  );
});

/** Refuses all that stores one of these checkpoints, as a full disk does. */
function full(backend: WatchedBackend, ...refused: string[]): void {
  backend.onWrite = (ids) => {
    if (ids.some((id) => refused.includes(id))) throw new CheckpointStoreError("quota-exceeded", "full");
  };
}

describe("on a full disk", () => {
  test.each([
    ["nobody to ask", undefined],
    ["an answer that comes later", async () => void (await new Promise((resolve) => setTimeout(resolve, 5)))],
    ["a rule that frees too little", () => keepLast(1)],
  ])("with %s, one save fails, and those behind it keep their order", async (_, onQuotaExceeded) => {
    const backend = new WatchedBackend();
    const store = storeOn(backend, { ...(onQuotaExceeded && { onQuotaExceeded }) });
    await store.saveWithTrace("a", at("a0"));
    full(backend, "a2");
    const { closed, open } = gate();
    backend.gate = closed;
    const saves = ["a1", "a2", "a3", "a4"].map((id) => store.saveWithTrace("a", at(id)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    // These wait already while the first ones are refused.
    for (const id of ["a5", "a6"]) saves.push(store.saveWithTrace("a", at(id)));
    open();
    expect(await outcomesOf(saves)).toEqual(["saved", "quota-exceeded", "saved", "saved", "saved", "saved"]);
    expect((await store.list("a")).slice(0, 4)).toEqual(["a6", "a5", "a4", "a3"]);
  });

  test("two traces that both wait for room get it", async () => {
    const backend = new WatchedBackend();
    let asked = 0;
    const store = storeOn(backend, {
      onQuotaExceeded: () => {
        asked += 1;
        if (asked === 2) backend.onWrite = undefined;
        return keepLast(2);
      },
    });
    for (let step = 0; step < 4; step += 1)
      for (const id of ["a", "b"]) await store.saveWithTrace(id, at(`${id}${step}`));
    full(backend, "a4", "b4");
    await Promise.all(["a4", "b4"].map((id) => store.saveWithTrace(id[0]!, at(id))));
    // Each trace may be pruned for the other's sake after its own save.
    for (const id of ["a", "b"]) expect((await store.list(id)).slice(0, 2)).toEqual([`${id}4`, `${id}3`]);
  });
});

test("what a load has read and can't be decoded any more fails the save that needs it", async () => {
  const backend = new WatchedBackend();
  await storeOn(backend).saveWithTrace("a", at("a1"));
  let isLocked = false;
  const codec = createSuperjsonCodec();
  const store = storeOn(backend, {
    codec: {
      ...codec,
      decode(...args) {
        if (isLocked) throw new CheckpointStoreError("unavailable", "the key is out of reach");
        return codec.decode(...args);
      },
    },
  });
  await store.loadLatest("a");
  isLocked = true;
  expect(await outcomesOf([store.saveWithTrace("a", at("a2"))])).toEqual(["unavailable"]);
  isLocked = false;
  await store.saveWithTrace("a", at("a2"));
  expect(await store.list("a")).toEqual(["a2", "a1"]);
});
