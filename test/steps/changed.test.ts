import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/memory.ts";
import { keptSteps, runSteps, sendEvent, type Step, type StepsState } from "../../src/steps.ts";

type Function = (step: Step) => Promise<unknown>;
const fresh = () => createMemoryStore().trace("run");

/** Runs one function up to an error, and then another one. */
async function change(before: Function, after: Function): Promise<unknown> {
  const run = fresh();
  await runSteps(run, async (step) => {
    await before(step);
    throw new Error("cut off");
  }).catch(() => undefined);
  return runSteps(run, after).catch((error: unknown) => error);
}

const ran: string[] = [];
const work = (step: Step, name: string): Promise<string> => step.run(name, () => (ran.push(name), name));

test.each<[string, Function, Function, string]>([
  ["is gone", (step) => work(step, "old"), async () => "end", "old"],
  ["is called something else", (step) => work(step, "old"), (step) => work(step, "new"), "old"],
  [
    "is gone from a parallel branch",
    (step) => Promise.all([work(step, "one"), work(step, "old").then(() => work(step, "then"))]),
    (step) => Promise.all([work(step, "one"), work(step, "new")]),
    "old",
  ],
  [
    "is asked for less often",
    async (step) => [await work(step, "same"), await work(step, "same")],
    async (step) => [await work(step, "same"), await work(step, "new")],
    "same (turn 2)",
  ],
  ["was a sleep", (step) => step.sleep("old", 1), (step) => work(step, "old"), "old"],
  [
    "has another input",
    (step) => step.run("old", { input: { a: 1, b: [new Date(1)] } }, () => 1),
    (step) => step.run("old", { input: { a: 1, b: [new Date(2)] } }, () => 1),
    "old",
  ],
])(
  "a kept step that %s is a graph-mismatch that names it, before anything new runs",
  async (_what, before, after, name) => {
    ran.length = 0;
    const error = await change(before, (step) => (ran.splice(0), after(step)));
    expect(error).toMatchObject({ code: "graph-mismatch", path: name, traceId: "run" });
    expect((error as Error).message).toContain(`"${name}"`);
    expect(ran).toEqual([]);
  },
);

test.each<[string, Function, Function]>([
  [
    "an order of keys",
    (step) => step.run("a", { input: { a: 1, b: 2 } }, () => 5),
    (step) => step.run("a", { input: { b: 2, a: 1 } }, () => 6),
  ],
  ["an input where there was none", (step) => step.run("a", () => 5), (step) => step.run("a", { input: 1 }, () => 6)],
  ["options", (step) => step.run("a", () => 5), (step) => step.run("a", () => 6, { retries: 3 })],
  [
    "the order of parallel steps",
    (step) => Promise.all([work(step, "b"), step.run("a", () => 5)]),
    (step) => Promise.all([step.run("a", () => 6), work(step, "b")]).then(([a]) => a),
  ],
])("%s is no change", async (_what, before, after) => {
  expect(await change(before, after)).toBe(5);
});

test("a run of another graph is a graph-mismatch, unless it is upgraded", async () => {
  const run = fresh();
  const v1 = async (step: Step) => {
    await step.run("find", () => "found");
    await step.run("gone", () => 1);
    throw new Error("cut off");
  };
  await runSteps(run, v1, { graphHash: "v1" }).catch(() => undefined);
  const v2 = (step: Step) => step.run("search", () => "searched").then((result) => step.run("end", () => `${result}!`));
  const refused = await runSteps(run, v2, { graphHash: "v2" }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "graph-mismatch", expected: "v2", actual: "v1" });
  const undecided = await runSteps(run, v2, { graphHash: "v2", upgrade: () => undefined }).catch(
    (error: unknown) => error,
  );
  expect(undecided).toMatchObject({ code: "graph-mismatch" });
  const before = await run.list();
  const upgrade = ({ state }: { readonly state: StepsState }): StepsState => ({
    ...state,
    folded: [],
    steps: keptSteps(state)
      .filter(({ name }) => name !== "gone")
      .map((kept) => (kept.name === "find" ? { ...kept, name: "search" } : kept)),
  });
  expect(await runSteps(run, v2, { graphHash: "v2", upgrade })).toBe("found!");
  expect((await run.load(before[0]!))?.graphHash).toBe("v1");
  for await (const { graphHash } of run.history({ limit: 1 })) expect(graphHash).toBe("v2");
});

test("a run that an event was sent to before it began belongs to whoever begins it", async () => {
  const run = fresh();
  await sendEvent(run, "go", 1);
  expect(await runSteps(run, (step) => step.waitForEvent("go"), { graphHash: "v1" })).toBe(1);
});

test("patched is true in runs that come to it for the first time, false in those that had got past it", async () => {
  const patched = (isLast: boolean) => async (step: Step) => {
    const first = step.patched("first") ? await step.run("new", () => "new") : await step.run("old", () => "old");
    const between = await step.run("between", () => 1);
    const second = step.patched("second") ? await step.run("newer", () => "newer") : "none";
    if (!isLast) throw new Error("once more");
    return [first, between, second, step.patched("first"), step.patched("second")];
  };
  const old = async (step: Step) => {
    await step.run("old", () => "old");
    throw new Error("cut off");
  };
  const past = fresh();
  await runSteps(past, old).catch(() => undefined);
  const young = fresh();
  for (const run of [past, young]) {
    // The answer is the same at each start.
    for (let start = 0; start < 2; start += 1) await runSteps(run, patched(false)).catch(() => undefined);
  }
  expect(await runSteps(past, patched(true))).toEqual(["old", 1, "newer", false, true]);
  expect(await runSteps(young, patched(true))).toEqual(["new", 1, "newer", true, true]);
});

test("a fork at a step goes on from there with another result, other keys, and events of its own", async () => {
  const store = createMemoryStore();
  const keys: string[] = [];
  const agent = (trace = store.trace("run")) =>
    runSteps(trace, async (step) => {
      const before = step.uuid();
      const plan = await step.run("plan", () => "A");
      const done = await step.run("do", ({ idempotencyKey }) => (keys.push(idempotencyKey), `did ${plan}`));
      return [before, done, await step.waitForEvent("ok"), step.uuid()];
    });
  await sendEvent(store.trace("run"), "ok", "first");
  const [before, done, ok, after] = (await agent()) as string[];
  expect([done, ok]).toEqual(["did A", "first"]);

  let planned: string | undefined;
  for await (const { id, metadata } of store.history("run")) if (metadata?.step === "plan") planned = id;
  const fork = await store.trace("run").fork(planned!, "fork");
  const at = (await fork.loadLatest())!;
  const state = at.state as StepsState;
  state.steps.at(-1)!.result = "B";
  await fork.save(state, { nextNode: "run" });
  await sendEvent(fork, "ok", "second");
  const other = (await agent(store.trace("fork"))) as string[];
  expect(other.slice(0, 3)).toEqual([before, "did B", "second"]);
  expect(other[3]).not.toBe(after);
  expect(new Set(keys).size).toBe(2);
  expect(await agent()).toEqual([before, done, ok, after]);
});
