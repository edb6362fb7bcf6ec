import { afterEach, beforeEach, expect, test } from "vitest";
import { deleteStore, openStore, type Store } from "../../src/index.ts";
import { runSteps } from "../../src/steps.ts";
import { pause } from "./mortal.ts";

let name: string;
let store: Store;
let other: Store;

beforeEach(async () => {
  name = `steps-owner-${crypto.randomUUID()}`;
  [store, other] = await Promise.all([openStore(name), openStore(name)]);
});

afterEach(async () => {
  await Promise.all([store.close(), other.close()]);
  await deleteStore(name);
});

test("of two that drive a run, one does, and the other gets what came of it", async () => {
  const calls: string[] = [];
  const drive = (on: Store, who: string) =>
    runSteps(on.trace("run"), async (step) => {
      await step.run("one", () => pause(20).then(() => calls.push(who)));
      return step.run("two", () => who);
    });
  const [first, second, same] = await Promise.all([drive(store, "a"), drive(other, "b"), drive(store, "c")]);
  expect(calls).toHaveLength(1);
  expect([second, same]).toEqual([first, first]);
});

test("a run that was taken away stops, its steps are aborted, and what they come to later is not kept", async () => {
  let finish = (_result: string): void => undefined;
  const signals: AbortSignal[] = [];
  const losing = runSteps(store.trace("run"), (step) =>
    step.run("slow", ({ signal }) => {
      signals.push(signal);
      return new Promise<string>((resolve) => (finish = resolve));
    }),
  ).catch((error: unknown) => error);
  while (signals.length === 0) await pause(1);
  const winner = runSteps(other.trace("run"), (step) => step.run("slow", ({ attempt }) => `attempt ${attempt}`), {
    steal: true,
  });
  expect(await winner).toBe("attempt 2");
  expect(await losing).toMatchObject({ code: "conflict" });
  expect(signals[0]!.aborted).toBe(true);
  finish("too late");
  await pause(20);
  expect(await runSteps(store.trace("run"), () => "never called")).toBe("attempt 2");
});
