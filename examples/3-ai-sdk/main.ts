import { jsonSchema, tool, ToolLoopAgent } from "ai";
import { openStore } from "waystone";
import { recordModel, recordTools } from "waystone/ai-sdk";
import { runSteps } from "waystone/steps";
import { giveButtonsWork, showResult, slowly } from "../page.ts";
import { model } from "./model.ts";

const store = await openStore("example-ai-sdk");
giveButtonsWork(() => store.deleteTrace("run-1"));

const weather = tool({
  inputSchema: jsonSchema<{ city: string }>({ type: "object", properties: { city: { type: "string" } } }),
  async execute({ city }) {
    // The first is done soon, the second takes long.
    for (let i = 0; i < (city === "Delft" ? 1 : 3); i += 1) await slowly(`look at the sky of ${city}`);
    return `sunny in ${city}`;
  },
});

const text = await runSteps(store.trace("run-1"), async (step) => {
  const agent = new ToolLoopAgent({ model: recordModel(step, model), tools: recordTools(step, { weather }) });
  return (await agent.generate({ prompt: "Where to?" })).text;
});
showResult(text);
