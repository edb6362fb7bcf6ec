import { generateText, isStepCount, jsonSchema, simulateReadableStream, streamText, tool, ToolLoopAgent } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import type { Trace } from "waystone";
import { recordModel, recordTools, type RecordedModel, type RecordToolsOptions } from "waystone/ai-sdk";
import { runSteps, type Step } from "waystone/steps";

type Answer = Awaited<ReturnType<RecordedModel["doGenerate"]>>;
type Part = Awaited<ReturnType<RecordedModel["doStream"]>>["stream"] extends ReadableStream<infer P> ? P : never;
type Prompt = Parameters<RecordedModel["doGenerate"]>[0]["prompt"];

const usage = {
  inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 2, text: 2, reasoning: 0 },
};
const call = (turn: number, city: string) => ({
  type: "tool-call" as const,
  // A call that is made again has another id, as with real models.
  toolCallId: `${city}-${turn}-${crypto.randomUUID()}`,
  toolName: "weather",
  input: JSON.stringify({ city }),
});

/** What the model answers in each of its turns: two calls of a tool, two more, a text. */
function answerTo(turn: number): Answer["content"] {
  if (turn === 1) return [{ type: "text", text: "Let me see." }, call(turn, "Delft"), call(turn, "Ghent")];
  if (turn === 2) return [call(turn, "Lyon"), call(turn, "Turin")];
  return [{ type: "text", text: "Go to Turin." }];
}

/** Where an agent is, so that a test can end its page there. */
export type Tell = (what: string) => void | Promise<void>;

/** A model that says in which turn it is called, and when it has answered. */
export function travelModel(tell: Tell): MockLanguageModelV4 {
  const begin = async (prompt: Prompt) => {
    const turn = prompt.filter(({ role }) => role === "assistant").length + 1;
    await tell(`model ${turn}`);
    const content = answerTo(turn);
    const finishReason = { unified: turn < 3 ? ("tool-calls" as const) : ("stop" as const), raw: undefined };
    return { turn, content, finishReason, usage, warnings: [] };
  };
  return new MockLanguageModelV4({
    async doGenerate({ prompt }) {
      const { turn, ...answer } = await begin(prompt);
      await tell(`model ${turn} answers`);
      return answer;
    },
    async doStream({ prompt }) {
      const { turn, content, finishReason } = await begin(prompt);
      const parts = content.flatMap((part): Part[] => {
        if (part.type !== "text") return [part as Part];
        const words = part.text.split(/(?= )/);
        return [
          { type: "text-start", id: "1" },
          ...words.map((delta) => ({ type: "text-delta" as const, id: "1", delta })),
          { type: "text-end", id: "1" },
        ];
      });
      const chunks: Part[] = [
        { type: "stream-start", warnings: [] },
        ...parts,
        { type: "finish", finishReason, usage },
      ];
      const stream = simulateReadableStream({ chunks, initialDelayInMs: null, chunkDelayInMs: null });
      const telling = new TransformStream<Part, Part>({
        async transform(part, out) {
          if (part.type === "text-delta" || part.type === "finish") await tell(`model ${turn} streams ${part.type}`);
          out.enqueue(part);
        },
      });
      return { stream: stream.pipeThrough(telling) };
    },
  });
}

/** A tool that says with which city it is called, and when it returns. */
export function weatherTool(tell: Tell) {
  return tool({
    description: "tells the weather",
    inputSchema: jsonSchema<{ city: string }>({ type: "object", properties: { city: { type: "string" } } }),
    async execute({ city }) {
      await tell(`weather of ${city}`);
      const weather = `sunny in ${city}`;
      await tell(`weather of ${city} returns`);
      return weather;
    },
  });
}

/** The three ways to run a loop of the AI SDK. */
export type Loop = "generateText" | "streamText" | "ToolLoopAgent";

/** Runs the loop on a trace. Returns what it says in the end, and the tools' results that it has got. */
export function travel(
  run: Trace,
  loop: Loop,
  { tell = () => undefined, ...options }: { tell?: Tell; tools?: RecordToolsOptions<{ weather: never }> } = {},
): Promise<{ text: string; results: unknown[] }> {
  return runSteps(run, async (step: Step) => {
    const model = recordModel(step, travelModel(tell));
    const tools = recordTools(step, { weather: weatherTool(tell) }, options.tools);
    const prompt = "Where to?";
    const stopWhen = isStepCount(5);
    if (loop === "streamText") {
      const result = streamText({ model, tools, prompt, stopWhen, onError: () => undefined });
      await result.consumeStream();
      const steps = await result.steps;
      return { text: await result.text, results: steps.flatMap((one) => one.toolResults.map(({ output }) => output)) };
    }
    const result =
      loop === "generateText"
        ? await generateText({ model, tools, prompt, stopWhen })
        : await new ToolLoopAgent({ model, tools, stopWhen }).generate({ prompt });
    return { text: result.text, results: result.steps.flatMap((one) => one.toolResults.map(({ output }) => output)) };
  });
}
