import { Agent, Runner, tool } from "@openai/agents-core";
import { assistantMessage, functionCall, ScriptedModel } from "@openai/agents-core/testing";
import { describe, expect, test } from "vitest";
import type { Store } from "waystone";
import { recordRun, WaystoneSession } from "waystone/openai-agents";
import { freshStore } from "../fresh-store.ts";

const runner = new Runner({ tracingDisabled: true });
const parameters = {
  type: "object" as const,
  properties: { n: { type: "number" as const } },
  required: ["n" as const],
  additionalProperties: false as const,
};

/** An agent that counts to `turns` with a tool, one number a turn. */
function counter(turns: number, { calls, dies = () => false, needsApproval = false }: CounterOptions) {
  const count = tool({
    name: "count",
    description: "counts",
    parameters,
    needsApproval,
    execute: async (input) => (calls.push((input as { n: number }).n), "counted"),
  });
  const answers = Array.from({ length: turns }, (_, at) => [
    functionCall("count", { n: at + 1 }, { callId: `${at + 1}` }),
  ]);
  const answerTo = (input: unknown) => {
    const done = JSON.stringify(input).split('"function_call_result"').length - 1;
    if (dies(done + 1)) throw new Error("the page is gone");
    return done < turns ? answers[done]! : [assistantMessage(`counted to ${done}`)];
  };
  const respond = ({ request }: { request: { input: unknown } }) => answerTo(request.input);
  const steps = Array.from({ length: 3 * (turns + 1) }, () => ({ type: "responder" as const, respond }));
  const model = new ScriptedModel(steps);
  return { agent: new Agent({ name: "counter", model, tools: [count] }), model };
}

interface CounterOptions {
  readonly calls: number[];
  readonly dies?: (turn: number) => boolean;
  readonly needsApproval?: boolean;
}

describe("a run", () => {
  test("that crashes at each of its 20 turns runs no tool twice", { timeout: 60_000 }, async () => {
    const name = crypto.randomUUID();
    const calls: number[] = [];
    const died = new Set<number>();
    const dies = (turn: number) => !died.has(turn) && !!died.add(turn);
    let result;
    for (let page = 0; result === undefined; page++) {
      const store: Store = await freshStore({ name });
      const { agent } = counter(20, { calls, dies });
      result = await recordRun(store.trace("run"), agent, "count", { runner, maxTurns: 30 }).catch(() => undefined);
      await store.close();
      expect(page).toBeLessThan(30);
    }
    expect(result.finalOutput).toBe("counted to 20");
    expect(died.size).toBe(21);
    expect(calls).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });

  test("that is complete is not run again", async () => {
    const store = await freshStore();
    const calls: number[] = [];
    const { agent, model } = counter(2, { calls });
    await recordRun(store.trace("run"), agent, "count", { runner });
    const asked = model.calls.length;
    const again = await recordRun(store.trace("run"), agent, "count", { runner });
    expect([again.finalOutput, model.calls.length, calls]).toEqual(["counted to 2", asked, [1, 2]]);
  });

  test("waits for approvals, and goes on in a fresh page as they were decided", async () => {
    const name = crypto.randomUUID();
    const calls: number[] = [];
    const before = await freshStore({ name });
    const first = await recordRun(before.trace("run"), counter(2, { calls, needsApproval: true }).agent, "count", {
      runner,
    });
    expect(first.interruptions).toHaveLength(1);
    expect((await before.trace("run").loadLatest())!.nextNode).toBe("approval");
    await before.close();

    const run = (await freshStore({ name })).trace("run");
    const { agent } = counter(2, { calls, needsApproval: true });
    expect((await recordRun(run, agent, "count", { runner })).interruptions).toHaveLength(1);
    expect(calls).toEqual([]);
    const decided: unknown[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const { interruptions } = await recordRun(run, agent, "count", {
        runner,
        decide(state) {
          for (const one of state.getInterruptions()) {
            decided.push(one.arguments);
            state.approve(one);
          }
        },
      });
      expect(interruptions).toHaveLength(1 - turn);
    }
    expect([decided, calls]).toEqual([
      ['{"n":1}', '{"n":2}'],
      [1, 2],
    ]);
  });

  test("of another agent is refused", async () => {
    const run = (await freshStore()).trace("run");
    const { agent } = counter(1, { calls: [], dies: (turn) => turn === 2 });
    await expect(recordRun(run, agent, "count", { runner, graphHash: "v1" })).rejects.toThrow("the page is gone");
    const other = recordRun(run, agent, "count", { runner, graphHash: "v2" });
    await expect(other).rejects.toMatchObject({ code: "graph-mismatch", expected: "v2", actual: "v1" });
  });

  test("of a version of the SDK that this one does not know is refused, and stays", async () => {
    const run = (await freshStore()).trace("run");
    const { agent } = counter(1, { calls: [], dies: (turn) => turn === 2 });
    await expect(recordRun(run, agent, "count", { runner })).rejects.toThrow("the page is gone");
    const { state } = (await run.loadLatest()) as { state: { run: object } };
    const { id } = await run.save({ ...state, run: { ...state.run, $schemaVersion: "9.0" } }, { nextNode: "model" });
    await expect(recordRun(run, agent, "count", { runner })).rejects.toMatchObject({
      code: "codec-mismatch",
      checkpointId: id,
      path: "state.run.$schemaVersion",
    });
    expect((await run.list())[0]).toBe(id);
  });

  test("tells its session what it was told, once, and what it said", async () => {
    const store = await freshStore();
    const session = new WaystoneSession(store, "chat");
    await session.addItems([{ type: "message", role: "user", content: "before" }]);
    let fails = true;
    const options = { calls: [], dies: (turn: number) => turn === 2 && fails };
    const { agent, model } = counter(1, options);
    await expect(recordRun(store.trace("run"), agent, "count", { runner, session })).rejects.toThrow(
      "the page is gone",
    );
    fails = false;
    await recordRun(store.trace("run"), agent, "count", { runner, session });
    expect(model.calls[0]!.request.input).toMatchObject([{ content: "before" }, { content: "count" }]);
    const kinds = (await session.getItems()).map((item) => ("role" in item ? item.role : item.type));
    expect(kinds).toEqual(["user", "user", "function_call", "function_call_result", "assistant"]);
  });
});
