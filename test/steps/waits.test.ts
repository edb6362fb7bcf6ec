import { expect, test } from "vitest";
import { keepLast } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { followRun, runStatus, runSteps, sendEvent, setWakeAlarm, type Step } from "../../src/steps.ts";
import { openPage, pause } from "./mortal.ts";

const fresh = () => createMemoryStore().trace("run");
type Run = ReturnType<typeof fresh>;

/** Resolves when the run stands still. */
async function standsStill(run: Run): Promise<void> {
  while ((await runStatus(run)).kind !== "waiting") await pause(1);
}

test("sleep goes by when it began, across starts", async () => {
  const run = fresh();
  const began = Date.now();
  const go = (trace: Run) => runSteps(trace, (step) => step.sleep("nap", 150).then(() => Date.now()));
  const page = openPage(run);
  void go(page.trace);
  await standsStill(run);
  page.kill();
  const { wakeAt } = await runStatus(run);
  expect(wakeAt).toBeGreaterThanOrEqual(began + 150);
  const ended = go(run);
  await pause(20);
  expect((await runStatus(run)).wakeAt).toBe(wakeAt);
  expect(await ended).toBeGreaterThanOrEqual(wakeAt!);
});

test("sleep beside a step that runs is kept, too", async () => {
  const run = fresh();
  const until = async () => {
    const latest = await run.loadLatest({ notes: true });
    const { open } = latest!.notes!.get("waystone:progress") as { open: { kind: string; until?: number }[] };
    return open.find(({ kind }) => kind === "sleep")?.until;
  };
  const go = (trace: Run) =>
    runSteps(trace, (step) => Promise.all([step.sleep("nap", 60_000), step.run("hangs", () => new Promise(() => {}))]));
  const page = openPage(run);
  void go(page.trace);
  while ((await run.loadLatest({ notes: true }))?.notes?.size !== 1) await pause(1);
  page.kill();
  const first = await until();
  const other = openPage(run);
  void go(other.trace);
  await pause(30);
  expect([first, await until()]).toEqual([expect.any(Number), first]);
  other.kill();
});

/** Asks twice, and does something else first. */
const askTwice = (trace: Run, first: () => unknown = () => 1) =>
  runSteps(trace, async (step) => {
    await step.run("before", () => void first());
    return [
      await step.waitForEvent("answer", { question: "Yes?" }),
      await step.waitForEvent("answer", { timeoutMs: 30 }),
    ];
  });

test.each<[string, (run: Run, send: () => Promise<boolean>) => Promise<unknown>]>([
  ["before the run has begun", (run, send) => send().then(() => askTwice(run))],
  ["before it waits", (run, send) => askTwice(run, send)],
  [
    "while it waits",
    async (run, send) => {
      const running = askTwice(run);
      await standsStill(run);
      await send();
      return running;
    },
  ],
])("an event that was sent %s is received, once", async (_when, go) => {
  const run = fresh();
  const send = () => sendEvent(run, "answer", { yes: new Date(1) });
  expect(await go(run, send)).toEqual([{ yes: new Date(1) }, undefined]);
  expect(await askTwice(run)).toEqual([{ yes: new Date(1) }, undefined]);
});

test("an event that was sent while nobody runs it is received, once; and until then the run tells that it has come", async () => {
  const run = fresh();
  const page = openPage(run);
  void askTwice(page.trace);
  await standsStill(run);
  page.kill();
  expect(await runStatus(run)).toMatchObject({ events: [{ name: "answer", question: "Yes?" }], wakeAt: undefined });
  await sendEvent(run, "answer", "yes");
  const { kind, events, wakeAt } = await runStatus(run);
  expect([kind, events]).toEqual(["waiting", []]);
  expect(wakeAt).toBeLessThanOrEqual(Date.now());
  expect(await askTwice(run)).toEqual(["yes", undefined]);
});

test("events of a name come in the order of sending, to those who waited first; others stay for whoever asks", async () => {
  const run = fresh();
  await sendEvent(run, "other", "o");
  for (const value of [1, 2, 3]) await sendEvent(run, "n", value);
  const got = await runSteps(run, async (step) => [
    ...(await Promise.all([step.waitForEvent("n"), step.waitForEvent("n")])),
    await step.waitForEvent("n"),
    await step.waitForEvent("other"),
  ]);
  expect(got).toEqual([1, 2, 3, "o"]);
});

test("an event of the same id is sent once", async () => {
  const run = fresh();
  expect(await sendEvent(run, "n", 1, { id: "click" })).toBe(true);
  expect(await sendEvent(run, "n", 2, { id: "click" })).toBe(false);
  const got = await runSteps(run, async (step) => [
    await step.waitForEvent("n"),
    await step.waitForEvent("n", { timeoutMs: 20 }),
  ]);
  expect(got).toEqual([1, undefined]);
});

test("no event is lost to retention, nor to the death of whoever was about to receive it", async () => {
  const store = createMemoryStore({ retention: keepLast(1) });
  const run = store.trace("run");
  await sendEvent(run, "n", "kept");
  const go = (trace: Run) =>
    runSteps(trace, async (step) => {
      for (let i = 0; i < 5; i += 1) await step.run("work", () => i);
      return step.waitForEvent("n");
    });
  let death = 0;
  for (let isDead = true; isDead; death += 1) {
    const page = openPage(run, { diesAt: death });
    await Promise.race([go(page.trace), pause(40)]);
    isDead = page.isDead;
  }
  expect(death).toBeGreaterThan(3);
  expect(await runStatus(run)).toMatchObject({ kind: "complete", result: "kept" });
});

test("a wait times out from when it began, across starts, and stays timed out", async () => {
  const run = fresh();
  const page = openPage(run);
  const go = (trace: Run, isLast = true) =>
    runSteps(trace, async (step) => {
      const answer = await step.waitForEvent("answer", { timeoutMs: 60 });
      if (!isLast) throw new Error("once more");
      return answer ?? "none";
    });
  void go(page.trace);
  await standsStill(run);
  page.kill();
  await pause(70);
  await expect(go(run, false)).rejects.toThrow("once more");
  await sendEvent(run, "answer", "late");
  expect(await go(run)).toBe("none");
});

test("a run that stands still is not saved again at each start", async () => {
  const run = fresh();
  const go = (trace: Run) => runSteps(trace, (step) => step.waitForEvent("never"));
  for (let start = 0; start < 3; start += 1) {
    const page = openPage(run);
    void go(page.trace);
    await standsStill(run);
    await pause(20);
    page.kill();
  }
  expect(await run.list()).toHaveLength(2);
});

test("followRun waits for the outcome without driving", async () => {
  const store = createMemoryStore();
  const following = followRun(store.trace("run"));
  const failing = followRun(store.trace("other"));
  failing.catch(() => undefined);
  expect(await runSteps(store.trace("run"), (step) => step.run("a", () => 7))).toBe(7);
  await runSteps(store.trace("other"), () => Promise.reject(new RangeError("no"))).catch(() => undefined);
  expect(await following).toBe(7);
  await expect(failing).rejects.toThrow(RangeError);
  await expect(followRun(store.trace("never"), { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow(
    "enough",
  );
});

test("the alarm is set to when the first run has something to do, and cleared where none has", async () => {
  const store = createMemoryStore();
  const set: unknown[] = [];
  const alarms = {
    create: (name: string, { when, periodInMinutes }: { when: number; periodInMinutes: number }) =>
      set.push([name, when, periodInMinutes]),
    clear: (name: string) => set.push([name]),
  };
  const stand = async (traceId: string, fn: (step: Step) => Promise<unknown>): Promise<Run> => {
    const run = store.trace(traceId);
    const page = openPage(run);
    void runSteps(page.trace, fn);
    await standsStill(run);
    page.kill();
    return run;
  };
  const asking = await stand("asking", (step) => step.waitForEvent("answer"));
  const hour = await stand("hour", (step) => step.sleep("hour", 3_600_000));
  const day = await stand("day", (step) => step.waitForEvent("answer", { timeoutMs: 86_400_000 }));
  expect(await setWakeAlarm(alarms, [asking, store.trace("new")])).toBeUndefined();
  const when = await setWakeAlarm(alarms, [asking, day, hour], { name: "mine" });
  expect(when).toBe((await runStatus(hour)).wakeAt);
  expect(set).toEqual([["waystone-steps"], ["mine", when, 1]]);
  await sendEvent(asking, "answer", 1);
  const soon = await setWakeAlarm(alarms, [asking, day, hour]);
  expect(soon).toBeGreaterThanOrEqual(Date.now() + 29_000);
  expect(soon).toBeLessThan(Date.now() + 31_000);
});
