import { Agent, Runner, tool } from "@openai/agents-core";
import { assistantMessage, functionCall, ScriptedModel } from "@openai/agents-core/testing";
import { openStore } from "waystone";
import { recordRun } from "waystone/openai-agents";
import { giveButtonsWork, showResult, slowly } from "../page.ts";

const store = await openStore("example-openai-agents");
giveButtonsWork(() => store.deleteTrace("run-1"));

const pack = tool({
  name: "pack",
  description: "Packs a thing.",
  parameters: {
    type: "object",
    properties: { thing: { type: "string" } },
    required: ["thing"],
    additionalProperties: false,
  },
  async execute(input) {
    const { thing } = input as { thing: string };
    await slowly(`pack ${thing}`);
    return `${thing} is packed`;
  },
});

const things = ["shoes", "coat", "umbrella"];
/** A stand-in for a model: it has one thing packed after the other. */
const respond = ({ request }: { readonly request: { readonly input: unknown } }) => {
  const packed = JSON.stringify(request.input).split(" is packed").length - 1;
  const thing = things[packed];
  return [
    thing === undefined
      ? assistantMessage(`We go, with ${things.join(", ")}.`)
      : functionCall("pack", { thing }, { callId: thing }),
  ];
};
const model = new ScriptedModel(Array.from({ length: 9 }, () => ({ type: "responder" as const, respond })));
const agent = new Agent({ name: "Packer", model, tools: [pack] });

const runner = new Runner({ tracingDisabled: true });
const { finalOutput } = await recordRun(store.trace("run-1"), agent, "Pack!", { runner });
showResult(finalOutput);
