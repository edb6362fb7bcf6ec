import { expect, test } from "vitest";
import { createMemoryRemote } from "../../src/remotes/memory.ts";
import { runSteps, type Step } from "../../src/steps.ts";
import { createDevice } from "./devices.ts";

test("a run of steps goes on elsewhere, where it stood, and nothing that was done is done again", async () => {
  const remote = createMemoryRemote();
  const [a, b] = [createDevice("a", remote), createDevice("b", remote)];
  const done: string[] = [];
  const agent = (device: string, stop?: () => void) => async (step: Step) => {
    const city = await step.run("choose", () => (done.push(`${device} chooses`), "Delft"));
    await step.run("book", () => {
      stop?.();
      done.push(`${device} books`);
    });
    return city;
  };
  const stopping = new AbortController();
  const begun = runSteps(
    a.store.trace("run"),
    agent("a", () => stopping.abort(new Error("the tab was closed"))),
    { signal: stopping.signal },
  );
  await expect(begun).rejects.toThrow("the tab was closed");
  await a.sync();
  await b.sync();
  expect(await runSteps(b.store.trace("run"), agent("b"))).toBe("Delft");
  expect(done).toEqual(["a chooses", "a books", "b books"]);
  await b.sync();
  await a.sync();
  expect(await runSteps(a.store.trace("run"), agent("a"))).toBe("Delft");
  expect(done).toHaveLength(3);
});
