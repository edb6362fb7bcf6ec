import { convertToModelMessages, isStepCount, streamText, toUIMessageStream, type UIMessage } from "ai";
import type { Store } from "waystone";
import { recordModel, recordTools, WaystoneChat } from "waystone/ai-sdk";
import { runSteps } from "waystone/steps";
import { travelModel, weatherTool, type Tell } from "./travel-agent.ts";

/** A chat whose agent asks for the weather of four cities, two at a time. */
export function travelChat(
  store: Store,
  { id = "chat-1", tell = () => undefined, graphHash = "v1" }: { id?: string; tell?: Tell; graphHash?: string } = {},
) {
  return new WaystoneChat(store, id, (run, { messages, signal, write }) =>
    runSteps(
      run,
      async (step) => {
        const { stream } = streamText({
          model: recordModel(step, travelModel(tell)),
          tools: recordTools(step, { weather: weatherTool(tell) }),
          onError: () => undefined,
          messages: await convertToModelMessages(messages.filter(({ role }) => role === "user")),
          stopWhen: isStepCount(5),
        });
        return write(toUIMessageStream({ stream }));
      },
      { signal, graphHash },
    ),
  );
}

/** The text of a message, and the outputs of its tools. */
export function saidIn({ role, parts }: UIMessage): string {
  const said = parts.flatMap((part) =>
    part.type === "text" ? [part.text] : "output" in part && part.output !== undefined ? [String(part.output)] : [],
  );
  return `${role}: ${said.join(" ")}`;
}

/** What the agent says in the end. */
export const RESPONSE =
  "assistant: Let me see. sunny in Delft sunny in Ghent sunny in Lyon sunny in Turin Go to Turin.";

/** A message of the user's. */
export function question(text: string, id: string = crypto.randomUUID()): UIMessage {
  return { id, role: "user", parts: [{ type: "text", text }] };
}
