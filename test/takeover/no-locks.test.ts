import { afterEach, expect, test, vi } from "vitest";
import { createMemoryStore } from "../../src/memory.ts";

afterEach(() => vi.unstubAllGlobals());

test("where there are no Web Locks, taking over says so", async () => {
  vi.stubGlobal("navigator", {});
  const run = createMemoryStore().trace("run");
  const work = vi.fn<() => Promise<void>>();
  await expect(run.takeOver(work)).rejects.toMatchObject({ code: "unavailable", traceId: "run" });
  expect(work).not.toHaveBeenCalled();
});
