import { describe, expect, test } from "vitest";
import { openStore, type Store } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { runSteps, type StepsState } from "../../src/steps.ts";
import { openPage, pause } from "./mortal.ts";

const kept = async (store: Store, traceId = "run"): Promise<readonly unknown[]> =>
  ((await store.loadLatest(traceId))!.state as StepsState).steps.map(({ name, turn, result }) =>
    turn === undefined ? [name, result] : [name, turn, result],
  );

describe.each([
  ["in memory", async () => createMemoryStore()],
  ["in IndexedDB", () => openStore(`steps-${crypto.randomUUID()}`)],
] as [string, () => Promise<Store>][])("a run %s", (_where, open) => {
  test("gives what its function returns, and a second call gives it again without a call of the function", async () => {
    const store = await open();
    const calls: string[] = [];
    const go = () =>
      runSteps(
        store.trace("run"),
        async (step, { input }) => {
          calls.push("start");
          const one = await step.run("one", () => (calls.push("one"), input.by));
          return step.run("two", async () => (calls.push("two"), one + 1));
        },
        { input: { by: 1 } },
      );
    expect(await go()).toBe(2);
    expect(await go()).toBe(2);
    expect(calls).toEqual(["start", "one", "two"]);
    expect(await kept(store)).toEqual([
      ["one", 1],
      ["two", 2],
    ]);
    await store.close();
  });

  test("each finished step is a checkpoint, which is there before the step's promise resolves", async () => {
    const store = await open();
    const seen: unknown[] = [];
    await runSteps(store.trace("run"), async (step) => {
      for (const name of ["one", "two"]) {
        await step.run(name, () => name.length);
        for await (const { metadata, nextNode } of store.history("run", { limit: 1 })) seen.push([metadata, nextNode]);
      }
    });
    expect(seen).toEqual([
      [{ kind: "run", step: "one" }, "run"],
      [{ kind: "run", step: "two" }, "run"],
    ]);
    expect(await store.list("run")).toHaveLength(4);
    await store.close();
  });

  test("starts over with what is kept, and goes on from there, with all kinds of values", async () => {
    const store = await open();
    const value = { at: new Date(5), map: new Map([[1, new Set([2n])]]), none: undefined, list: [1, , 3] };
    const calls: string[] = [];
    const page = openPage(store.trace("run"));
    const go = (trace = store.trace("run")) =>
      runSteps(trace, async (step, { input }) => {
        const got = await step.run("value", () => (calls.push("value"), value));
        const none = await step.run("none", () => void calls.push("none"));
        await step.run("last", async () => {
          calls.push("last");
          if (calls.filter((name) => name === "last").length === 1) await new Promise(() => {});
        });
        return { got, none, input };
      });
    void go(page.trace);
    while (!calls.includes("last")) await pause(1);
    page.kill();
    const { got, none, input } = await go();
    expect(got).toStrictEqual(value);
    expect([none, input]).toEqual([undefined, undefined]);
    expect(calls).toEqual(["value", "none", "last", "last"]);
    await store.close();
  });
});

test("what the function does to a result changes nothing that is kept, and nobody's copy of it", async () => {
  const store = createMemoryStore();
  const own = { list: ["kept"] };
  const got: unknown[] = [];
  const go = (isLast: boolean) =>
    runSteps(
      store.trace("run"),
      async (step, { input }) => {
        const result = await step.run("result", () => own);
        result.list.push("changed");
        input.list.push("changed");
        got.push(structuredClone([result, input]));
        await step.run("more", () => 1);
        if (!isLast) throw new Error("once more");
      },
      { input: { list: ["kept"] } },
    );
  await go(false).catch(() => undefined);
  await go(false).catch(() => undefined);
  await go(true);
  const changed = { list: ["kept", "changed"] };
  expect(got).toEqual([
    [changed, changed],
    [changed, changed],
    [changed, changed],
  ]);
  const state = (await store.loadLatest("run"))!.state as StepsState;
  expect([state.steps[0]!.result, state.input]).toEqual([{ list: ["kept"] }, { list: ["kept"] }]);
});

test("a step that was cut off runs again with the same key and the next attempt, others have keys of their own", async () => {
  const store = createMemoryStore();
  const seen: [string, number, string][] = [];
  const go = (trace = store.trace("run"), hangs = true) =>
    runSteps(trace, async (step) => {
      await step.run("done", ({ attempt, idempotencyKey }) => void seen.push(["done", attempt, idempotencyKey]));
      await Promise.all(
        [1, 2].map(() =>
          step.run("cut off", async ({ attempt, idempotencyKey }) => {
            seen.push(["cut off", attempt, idempotencyKey]);
            if (hangs) await new Promise(() => {});
          }),
        ),
      );
    });
  for (let death = 1; death <= 2; death += 1) {
    const page = openPage(store.trace("run"));
    void go(page.trace);
    while (seen.length < 1 + 2 * death) await pause(1);
    page.kill();
  }
  await go(store.trace("run"), false);
  expect(seen.map(([name, attempt]) => [name, attempt])).toEqual([
    ["done", 1],
    ...[1, 1, 2, 2, 3, 3].map((attempt) => ["cut off", attempt]),
  ]);
  const keys = seen.map(([, , key]) => key);
  expect(keys[1]).toBe(keys[3]);
  expect(keys[1]).toBe(keys[5]);
  expect(keys[2]).toBe(keys[4]);
  expect(new Set(keys).size).toBe(3);
  for (const key of keys) expect(key).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test("a step that runs at most once fails for good if it may have run", async () => {
  const store = createMemoryStore();
  const runs: number[] = [];
  const go = (trace = store.trace("run")) =>
    runSteps(trace, (step) =>
      step.run("pay", { atMostOnce: true }, async ({ attempt }) => {
        runs.push(attempt);
        await new Promise(() => {});
      }),
    );
  const page = openPage(store.trace("run"));
  void go(page.trace);
  while (runs.length === 0) await pause(1);
  page.kill();
  for (let start = 0; start < 2; start += 1) {
    await expect(go()).rejects.toMatchObject({ name: "AtMostOnceError", message: expect.stringContaining('"pay"') });
  }
  expect(runs).toEqual([1]);
});

test("steps within steps are kept with the step that they are within, and not asked for once that is kept", async () => {
  const store = createMemoryStore();
  const calls: string[] = [];
  let fails = true;
  const go = () =>
    runSteps(store.trace("run"), async (step) => {
      const outer = (name: string) =>
        step.run(name, async ({ step: inner }) => {
          const parts = [await inner.run("part", () => (calls.push(`${name} 1`), 1))];
          parts.push(await inner.run("part", () => (calls.push(`${name} 2`), 2)));
          if (fails && name === "b")
            await new Promise((_resolve, reject) => setTimeout(reject, 5, new Error("cut off")));
          return parts;
        });
      const all = await Promise.all([outer("a"), outer("b")]);
      return [...all, await step.run("part", () => (calls.push("own"), 3))];
    });
  await expect(go()).rejects.toThrow("cut off");
  fails = false;
  // The failure of "b" is kept: it is thrown again.
  await expect(go()).rejects.toThrow("cut off");
  expect(calls.sort()).toEqual(["a 1", "a 2", "b 1", "b 2"]);
});

test("now, random and uuid give the same at every start, and something else each time they are asked", async () => {
  const store = createMemoryStore();
  const drawn: unknown[][] = [];
  const go = (isLast: boolean) =>
    runSteps(store.trace("run"), async (step) => {
      const got: unknown[] = [step.random(), step.random(), step.uuid(), step.uuid(), step.now()];
      await Promise.all([step.run("slow", () => pause(8)), step.run("fast", () => 1)]);
      got.push(step.random(), step.uuid(), step.now());
      drawn.push(got);
      if (!isLast) throw new Error("once more");
    });
  await go(false).catch(() => undefined);
  await pause(5);
  await go(true);
  expect(drawn[1]).toEqual(drawn[0]);
  const [one, other, uuid, otherUuid, begun, later, lastUuid, ended] = drawn[0]!;
  expect(new Set([one, other, later, uuid, otherUuid, lastUuid]).size).toBe(6);
  expect(one).toBeGreaterThanOrEqual(0);
  expect(one).toBeLessThan(1);
  expect(ended as number).toBeGreaterThanOrEqual((begun as number) + 7);
});

test("a long run: bytes follow the results, and starting over gives all of them", async () => {
  const store = createMemoryStore();
  const bytes: number[] = [];
  const go = (count: number, calls: string[] = []) =>
    runSteps(store.trace("run"), async (step) => {
      const ids: number[] = [];
      for (let i = 0; i < count; i += 1) {
        const one = await step.run(
          "read",
          () => (calls.push("read"), { i, text: "x".repeat(60), none: i % 7 ? 1 : null }),
        );
        ids.push(one.i);
      }
      if (count < 1200) throw new Error("once more");
      return ids;
    });
  for (const count of [400, 800]) {
    await go(count).catch(() => undefined);
    bytes.push((await store.traces())[0]!.bytes);
  }
  const calls: string[] = [];
  expect(await go(1200, calls)).toEqual(Array.from({ length: 1200 }, (_, i) => i));
  expect(calls).toHaveLength(400);
  bytes.push((await store.traces())[0]!.bytes);
  // Each 400 more cost as much as the 400 before.
  expect((bytes[2]! - bytes[1]!) / (bytes[1]! - bytes[0]!)).toBeLessThan(1.1);
  const { folded, steps } = (await store.loadLatest("run"))!.state as StepsState;
  expect(steps.length).toBeLessThan(256);
  expect(folded.every((entry) => typeof entry === "string")).toBe(true);
}, 60_000);
