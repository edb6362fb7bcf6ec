import { afterEach, expect, test, vi } from "vitest";
import { createMemoryStore } from "../../src/memory.ts";

afterEach(() => vi.restoreAllMocks());

test("a Blob that can't be read any more is refused by its path, and nothing is written", async () => {
  const store = createMemoryStore();
  const cause = new DOMException("the file was changed", "NotReadableError");
  vi.spyOn(Blob.prototype, "arrayBuffer").mockRejectedValueOnce(cause);
  const state = { tools: [{ files: new Map([["plan.txt", new Blob(["gone"])]]) }] };
  await expect(store.trace("t").save(state, { id: "c" })).rejects.toMatchObject({
    code: "serialization",
    path: 'state.tools[0].files.get("plan.txt")',
    checkpointId: "c",
    traceId: "t",
    cause,
  });
  expect(await store.list("t")).toEqual([]);
  await store.trace("t").save(state, { id: "c" });
  expect(await store.list("t")).toEqual(["c"]);
});
