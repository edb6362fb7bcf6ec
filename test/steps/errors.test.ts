import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/memory.ts";
import { NonRetryableError, runStatus, runSteps, type Step, type StepOptions } from "../../src/steps.ts";
import { pause } from "./mortal.ts";

const fresh = () => createMemoryStore().trace("run");
const outcomeOf = (running: Promise<unknown>) => running.catch((error: unknown) => error);

test("an error that is final is kept, and thrown again with its class's name, its message and its cause", async () => {
  const run = fresh();
  let calls = 0;
  class CardError extends Error {
    override readonly name = "CardError";
    readonly code = "refused";
  }
  const go = () =>
    runSteps(run, (step) =>
      step.run("pay", () => {
        calls += 1;
        throw new CardError("no money", { cause: new RangeError("balance", { cause: -5 }) });
      }),
    );
  const first = await outcomeOf(go());
  expect(first).toBeInstanceOf(CardError);
  for (let start = 0; start < 2; start += 1) {
    const again = (await outcomeOf(go())) as Error & { cause: Error };
    expect(again).toMatchObject({ name: "CardError", message: "no money", code: "refused" });
    expect(again.cause).toBeInstanceOf(RangeError);
    expect(again.cause).toMatchObject({ name: "RangeError", message: "balance", cause: -5 });
  }
  expect(calls).toBe(1);
  expect(await runStatus(run)).toMatchObject({ kind: "failed", error: { name: "CardError" } });
});

test.each([
  ["a text", "just a text", { name: "Error", message: "just a text" }],
  ["nothing", undefined, { name: "Error", message: "undefined" }],
  ["an object", { status: 404 }, { name: "Error", message: '{"status":404}' }],
  ["a DOMException", new DOMException("gone", "AbortError"), { name: "AbortError", message: "gone" }],
  [
    "an error with a cause that can't be stored",
    new TypeError("bad", { cause: { run() {} } }),
    { name: "TypeError", message: "bad", cause: { message: "{}" } },
  ],
  [
    "several errors",
    new AggregateError([new TypeError("one"), "two"], "all"),
    { name: "AggregateError", message: "all", errors: [{ name: "TypeError" }, { message: "two" }] },
  ],
])("what was thrown may be %s", async (_what, thrown, expected) => {
  const run = fresh();
  const go = () =>
    runSteps(run, (step) =>
      step.run("fail", () => {
        throw thrown;
      }),
    );
  await outcomeOf(go());
  expect(await outcomeOf(go())).toMatchObject(expected);
});

test("the function may catch what a step fails with, and does so at each start", async () => {
  const run = fresh();
  const go = (isLast: boolean) =>
    runSteps(run, async (step) => {
      const message = await step
        .run("fail", () => Promise.reject(new Error("no")))
        .catch((error: Error) => error.message);
      const result = await step.run("else", () => `after ${message}`);
      if (!isLast) throw new Error("once more");
      return result;
    });
  await outcomeOf(go(false));
  expect(await go(true)).toBe("after no");
});

/** The attempts of a step that succeeds at the third. */
async function attemptsOf(options: StepOptions, error = (): Error => new Error("no")): Promise<[unknown, number[]]> {
  const attempts: number[] = [];
  const outcome = await outcomeOf(
    runSteps(fresh(), (step) =>
      step.run("try", options, ({ attempt }) => {
        attempts.push(attempt);
        if (attempt < 3) throw error();
        return "done";
      }),
    ),
  );
  return [outcome, attempts];
}

test("a step is tried again as often as it may be", async () => {
  expect(await attemptsOf({})).toMatchObject([{ message: "no" }, [1]]);
  expect(await attemptsOf({ retries: 1, retryDelayMs: 1 })).toMatchObject([{ message: "no" }, [1, 2]]);
  expect(await attemptsOf({ retries: 2, retryDelayMs: 1 })).toEqual(["done", [1, 2, 3]]);
  const final = () => new NonRetryableError("never");
  expect(await attemptsOf({ retries: 5, retryDelayMs: 1 }, final)).toMatchObject([{ message: "never" }, [1]]);
});

test("the delay between attempts doubles", async () => {
  const at: number[] = [];
  const running = runSteps(fresh(), (step) =>
    step.run("try", { retries: 3, retryDelayMs: 20 }, () => {
      at.push(Date.now());
      throw new Error("no");
    }),
  );
  await outcomeOf(running);
  const delays = at.slice(1).map((time, i) => time - at[i]!);
  expect(delays).toHaveLength(3);
  [20, 40, 80].forEach((least, i) => expect(delays[i]).toBeGreaterThanOrEqual(least - 1));
});

test("an attempt that takes too long fails with a TimeoutError, and its signal is aborted", async () => {
  const signals: AbortSignal[] = [];
  const running = runSteps(fresh(), (step) =>
    step.run("slow", { timeoutMs: 10, retries: 1, retryDelayMs: 1 }, async ({ signal, attempt }) => {
      signals.push(signal);
      if (attempt === 1) await new Promise(() => {});
      return attempt;
    }),
  );
  expect(await running).toBe(2);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  expect(signals[0]!.reason).toMatchObject({ name: "TimeoutError", message: expect.stringContaining('"slow"') });
});

test("cancelled, nothing more starts, what is finished stays, and the run goes on when it is asked to", async () => {
  const run = fresh();
  const calls: string[] = [];
  const signals: AbortSignal[] = [];
  const cancelling = new AbortController();
  const go = (signal?: AbortSignal) =>
    runSteps(
      run,
      async (step) => {
        await step.run("done", () => void calls.push("done"));
        await Promise.all([
          step.run("hangs", async (context) => {
            calls.push(`hangs ${context.attempt}`);
            signals.push(context.signal);
            if (signal !== undefined) await new Promise(() => {});
          }),
          step.sleep("nap", 40),
        ]);
        await step.run("next", ({ attempt }) => void calls.push(`next ${attempt}`));
      },
      signal === undefined ? {} : { signal },
    );
  const running = outcomeOf(go(cancelling.signal));
  while (signals.length === 0) await pause(1);
  cancelling.abort(new Error("enough"));
  expect(await running).toMatchObject({ message: "enough" });
  expect(signals[0]!.aborted).toBe(true);
  expect(calls).toEqual(["done", "hangs 1"]);
  expect((await runStatus(run)).kind).toBe("running");
  await go();
  // It is known what had begun: no attempt is left out.
  expect(calls).toEqual(["done", "hangs 1", "hangs 2", "next 1"]);
  await expect(runSteps(run, () => 1, { signal: cancelling.signal })).rejects.toThrow("enough");
});

test("a function that swallows the cancelling can't hold the run up", async () => {
  const cancelling = new AbortController();
  const running = outcomeOf(
    runSteps(
      fresh(),
      async (step) => {
        for (;;) await step.run("again", () => pause(1)).catch(() => undefined);
      },
      { signal: cancelling.signal },
    ),
  );
  await pause(20);
  cancelling.abort(new Error("enough"));
  expect(await running).toMatchObject({ message: "enough" });
});

test("a result that can't be stored stops the run, and the error names the step and the path", async () => {
  const run = fresh();
  const calls: string[] = [];
  const go = (isMended: boolean) =>
    runSteps(run, async (step) => {
      await step.run("before", () => void calls.push("before"));
      const both = await Promise.all([
        step.run("bad", () => (calls.push("bad"), { tools: [{ run: isMended ? 1 : () => 1 }] })),
        step.run("good", () => (calls.push("good"), 1)),
      ]).catch(() => undefined);
      return both?.length;
    });
  const error = await outcomeOf(go(false));
  expect(error).toMatchObject({ code: "serialization", path: "result.tools[0].run" });
  expect((error as Error).message).toContain('step "bad"');
  expect(await go(true)).toBe(2);
  expect(calls.filter((name) => name !== "good")).toEqual(["before", "bad", "bad"]);
});

test("what the function returns has to be storable, too", async () => {
  const run = fresh();
  const error = await outcomeOf(runSteps(run, () => ({ run: () => 1 })));
  expect(error).toMatchObject({ code: "serialization", path: "result.run" });
  expect(await runSteps(run, () => 5)).toBe(5);
});

test("a function that returns while steps run is refused, and what is finished stays", async () => {
  const run = fresh();
  const calls: string[] = [];
  const go = (awaits: boolean) =>
    runSteps(run, async (step) => {
      await step.run("done", () => void calls.push("done"));
      const late = step.run("late", () => (calls.push("late"), pause(5)));
      if (awaits) await late;
      return "end";
    });
  const error = await outcomeOf(go(false));
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toContain('"late"');
  expect(await go(true)).toBe("end");
  expect(calls).toEqual(["done", "late", "late"]);
});

test("a step that is called after the end is refused", async () => {
  let kept: Step | undefined;
  await runSteps(fresh(), (step) => void (kept = step));
  for (const late of [kept!.run("late", () => 1), kept!.sleep("late", 1), kept!.waitForEvent("late")]) {
    const error = await outcomeOf(late);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(/late|ended/);
  }
});

test("the run's own step is refused within another step, which has its own", async () => {
  const error = await outcomeOf(runSteps(fresh(), (step) => step.run("outer", () => step.run("inner", () => 1))));
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toContain('"inner"');
});

test.each([
  ["a name that is no string", (step: Step) => step.run(5 as never, () => 1), TypeError],
  ["an empty name", (step: Step) => step.sleep("", 1), TypeError],
  ["an event without a name", (step: Step) => step.waitForEvent(undefined as never), TypeError],
  ["no function", (step: Step) => step.run("a", "b" as never), TypeError],
  ["an unknown option", (step: Step) => step.run("a", () => 1, { retrys: 1 } as never), TypeError],
  ["an unknown option of a wait", (step: Step) => step.waitForEvent("a", { timeout: 1 } as never), TypeError],
  ["retries that are no whole number", (step: Step) => step.run("a", () => 1, { retries: 1.5 }), RangeError],
  ["a delay that is no number", (step: Step) => step.run("a", () => 1, { retryDelayMs: "1" as never }), TypeError],
  ["a negative time", (step: Step) => step.sleep("a", -1), RangeError],
  ["an endless timeout", (step: Step) => step.waitForEvent("a", { timeoutMs: Infinity }), RangeError],
  ["retries of what runs once", (step: Step) => step.run("a", () => 1, { retries: 1, atMostOnce: true }), TypeError],
  ["an input without content", (step: Step) => step.run("a", () => 1, { input: () => 1 }), TypeError],
])("%s is misuse, and nothing is run", async (_what, call, type) => {
  const error = await outcomeOf(runSteps(fresh(), (step) => call(step) as Promise<unknown>));
  expect(error).toBeInstanceOf(type);
});

test("runSteps refuses what is not a function, an unknown option, and a trace of something else", async () => {
  const run = fresh();
  await expect(runSteps(run, 5 as never)).rejects.toThrow(TypeError);
  await expect(runSteps(run, () => 1, { graphhash: "x" } as never)).rejects.toThrow("is it graphHash?");
  await run.save({ step: 1 });
  await expect(runSteps(run, () => 1)).rejects.toThrow("not a run of steps");
  await expect(runStatus(run)).rejects.toThrow(TypeError);
});
