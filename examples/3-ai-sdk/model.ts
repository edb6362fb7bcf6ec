import { MockLanguageModelV4 } from "ai/test";
import { slowly } from "../page.ts";

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const calls = ["Delft", "Ghent"].map((city) => ({
  type: "tool-call" as const,
  toolCallId: `call for ${city}`,
  toolName: "weather",
  input: JSON.stringify({ city }),
}));

/** A stand-in for a model: it asks for the weather of two cities, and then says where to go. */
export const model = new MockLanguageModelV4({
  async doGenerate({ prompt }) {
    const isFirst = prompt.every(({ role }) => role !== "assistant");
    await slowly(isFirst ? "ask the model" : "ask the model again");
    return {
      content: isFirst ? calls : [{ type: "text", text: "Go to Ghent." }],
      finishReason: { unified: isFirst ? "tool-calls" : "stop", raw: undefined },
      usage,
      warnings: [],
    };
  },
});
