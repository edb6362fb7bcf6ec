import { APICallError, generateText, jsonSchema, simulateReadableStream, streamText, tool } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { describe, expect, test } from "vitest";
import { createMemoryStore } from "waystone/memory";
import { recordModel, recordTools, type AnyModel } from "waystone/ai-sdk";
import { keptSteps, runSteps, type Step, type StepsState } from "waystone/steps";
import { openPage, pause } from "../../steps/mortal.ts";
import { travel, travelModel, weatherTool } from "./travel-agent.ts";

const usage = {
  inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 2, text: 2, reasoning: 0 },
};
const stop = { unified: "stop" as const, raw: undefined };
const freshRun = () => createMemoryStore().trace("run");

/** A model that fails as often as told, and then answers. */
function failing(times: number, error: () => Error, { afterText = false } = {}) {
  let calls = 0;
  const model = new MockLanguageModelV4({
    async doGenerate() {
      if (++calls <= times) throw error();
      return { content: [{ type: "text", text: "here" }], finishReason: stop, usage, warnings: [] };
    },
    async doStream() {
      const isFailing = ++calls <= times;
      if (isFailing && !afterText) throw error();
      return {
        stream: simulateReadableStream({
          chunks: [
            { type: "text-start" as const, id: "1" },
            { type: "text-delta" as const, id: "1", delta: "here" },
            ...(isFailing ? [{ type: "error" as const, error: error() }] : []),
            { type: "text-end" as const, id: "1" },
            { type: "finish" as const, finishReason: stop, usage },
          ],
        }),
      };
    },
  });
  return { model, calls: () => calls };
}

const overloaded = () =>
  new APICallError({ message: "overloaded", url: "", requestBodyValues: {}, statusCode: 529, isRetryable: true });
const refused = () =>
  new APICallError({ message: "no key", url: "", requestBodyValues: {}, statusCode: 401, isRetryable: false });

describe("a call of a model that fails", () => {
  const ask = (model: AnyModel, retries?: number) => (step: Step) =>
    generateText({
      model: recordModel(step, model, { retryDelayMs: 1, ...(retries !== undefined && { retries }) }),
      prompt: "?",
    });
  const stream = (model: AnyModel) => async (step: Step) => {
    const errors: unknown[] = [];
    const result = streamText({
      model: recordModel(step, model, { retryDelayMs: 1 }),
      prompt: "?",
      onError: ({ error }) => void errors.push(error),
    });
    await result.consumeStream();
    if (errors.length > 0) throw errors[0];
    return result.text;
  };

  test("is tried again twice, if its provider says that it is worth it", async () => {
    const { model, calls } = failing(2, overloaded);
    expect(await runSteps(freshRun(), async (step) => (await ask(model)(step)).text)).toBe("here");
    expect(calls()).toBe(3);
    const streamed = failing(2, overloaded);
    expect(await runSteps(freshRun(), stream(streamed.model))).toBe("here");
    expect(streamed.calls()).toBe(3);
  });

  test.each([
    ["overloaded", overloaded, 3],
    ["no key", refused, 1],
    ["broken", () => new Error("broken"), 1],
  ])("for good (%s) fails alike on the next page, and is not made again", async (message, error, expected) => {
    for (const agent of [(model: AnyModel) => async (step: Step) => (await ask(model)(step)).text, stream]) {
      const { model, calls } = failing(9, error);
      const run = freshRun();
      await expect(runSteps(run, agent(model))).rejects.toThrow(message);
      await expect(runSteps(run, agent(model))).rejects.toThrow(message);
      expect(calls()).toBe(expected);
    }
  });

  test("after a part of it was handed on is not tried again", async () => {
    const { model, calls } = failing(1, overloaded, { afterText: true });
    await expect(runSteps(freshRun(), stream(model))).rejects.toThrow("overloaded");
    expect(calls()).toBe(1);
  });
});

test("a streamed answer is handed on as it comes, but no call of a tool before the answer is kept", async () => {
  const run = freshRun();
  const page = openPage(run);
  const told: string[] = [];
  const tell = (what: string): void => {
    told.push(what);
    // The answer is there, and is not kept any more.
    if (what === "model 1 streams finish") page.kill();
  };
  void runSteps(page.trace, async (step) => {
    const model = recordModel(step, travelModel(tell));
    const { stream } = streamText({ model, tools: { weather: weatherTool(() => undefined) }, prompt: "?" });
    for await (const part of stream) told.push(part.type);
  });
  while (!page.isDead) await pause(0);
  await pause(20);
  expect(told).toContain("model 1 streams finish");
  expect(told).toContain("text-delta");
  expect(told.filter((what) => what === "tool-call" || what === "finish-step")).toEqual([]);
});

test("what is kept of an answer is the answer: no request, no headers, and a text in one part", async () => {
  const run = freshRun();
  const model = new MockLanguageModelV4({
    async doGenerate() {
      return {
        content: [{ type: "text", text: "hi" }],
        finishReason: stop,
        usage,
        warnings: [],
        request: { body: "the whole prompt" },
        response: { id: "r1", timestamp: new Date(0), headers: { cookie: "secret" }, body: "again" },
      };
    },
    doStream: (await failing(0, refused).model.doStream({ prompt: [] })) as never,
  });
  await runSteps(run, async (step) => {
    const { response } = await generateText({ model: recordModel(step, model), prompt: "?" });
    expect(response).toMatchObject({ id: "r1", timestamp: new Date(0) });
  });
  const [generated] = keptSteps((await run.loadLatest())!.state as StepsState);
  expect(generated!.result).toEqual({
    content: [{ type: "text", text: "hi" }],
    finishReason: stop,
    usage,
    warnings: [],
    response: { id: "r1", timestamp: new Date(0) },
  });
  const streamed = freshRun();
  await travel(streamed, "streamText");
  const steps = keptSteps((await streamed.loadLatest())!.state as StepsState);
  expect(steps[0]!.result).toMatchObject([{}, {}, { delta: "Let me see." }, {}, {}, {}, {}]);
});

describe("a tool", () => {
  const asking = travelModel(() => undefined);
  const weather = (execute: (input: { city: string }) => unknown) =>
    tool({ inputSchema: jsonSchema<{ city: string }>({ type: "object" }), execute: execute as never });

  test("whose result can't be stored stops the run, and the error names the call and the place", async () => {
    const run = freshRun();
    const agent = runSteps(run, (step) =>
      generateText({
        model: recordModel(step, asking),
        tools: recordTools(step, { weather: weather(() => ({ close: () => {} })) }),
        prompt: "?",
      }),
    );
    await expect(agent).rejects.toMatchObject({ code: "serialization", path: "result.close" });
    await expect(agent).rejects.toThrow(/weather Delft-1/);
    // The answer that asked for it stays.
    expect(keptSteps((await run.loadLatest())!.state as StepsState).map(({ name }) => name)).toEqual(["model"]);
  });

  test("that yields hands on the last of it; one that fails has failed on the next page, too", async () => {
    const outputs: unknown[] = [];
    let calls = 0;
    const agent = async (step: Step): Promise<void> => {
      const tools = recordTools(step, {
        weather: weather(({ city }) => {
          calls += 1;
          if (city === "Ghent") throw new Error("no weather there");
          return (async function* () {
            yield "soon";
            yield city;
          })();
        }),
      });
      const { content } = await generateText({ model: recordModel(step, asking), tools, prompt: "?" });
      outputs.push(content.flatMap((part) => (part.type === "tool-result" ? [part.output] : [])));
      outputs.push(content.flatMap((part) => (part.type === "tool-error" ? [String(part.error)] : [])));
      if (outputs.length === 2) throw new Error("the page is gone");
    };
    const run = freshRun();
    await expect(runSteps(run, agent)).rejects.toThrow("the page is gone");
    await runSteps(run, agent);
    const expected = [["Delft"], ["Error: no weather there"]];
    expect(outputs).toEqual([...expected, ...expected]);
    expect(calls).toBe(2);
  });

  test("that must run at most once does not run again when its page died", async () => {
    const run = freshRun();
    const page = openPage(run);
    const told: string[] = [];
    const tell = async (what: string): Promise<void> => {
      if (what === "weather of Ghent returns") page.kill();
      if (page.isDead) await new Promise(() => {});
    };
    void travel(page.trace, "generateText", { tell, tools: { weather: { atMostOnce: true } } });
    while (!page.isDead) await pause(1);
    await pause(5);
    const { results } = await travel(run, "generateText", {
      tell: (what) => void told.push(what),
      tools: { weather: { atMostOnce: true } },
    });
    expect(told).not.toContain("weather of Ghent");
    expect(results).not.toContain("sunny in Ghent");
  });
});

describe("bad input", () => {
  const step = { run() {} } as never as Step;

  test.each([
    ["the name of a model", "openai/gpt", "got string"],
    ["nothing", undefined, "got undefined"],
    ["a model of another version", { specificationVersion: "v5" }, "got specificationVersion v5"],
  ])("%s is refused as a model", (_, model, message) => {
    expect(() => recordModel(step, model as never)).toThrow(TypeError);
    expect(() => recordModel(step, model as never)).toThrow(message);
  });

  test("a step that is none, options that there are not, and tools that are none are TypeErrors", () => {
    const model = travelModel(() => undefined);
    expect(() => recordModel({} as Step, model)).toThrow(TypeError);
    expect(() => recordTools({} as Step, {})).toThrow(TypeError);
    expect(() => recordModel(step, model, { retires: 2 } as never)).toThrow("has no option");
    expect(() => recordTools(step, {}, { pay: {} } as never)).toThrow("pay");
  });
});
