/// <reference lib="webworker" />
import { openStore } from "waystone";
import { question, travelChat } from "./chat-agent.ts";

/** What the page asks of a worker: to send a message, and to wait for ever once its agent gets to a place. */
export interface ChatOrder {
  readonly store: string;
  readonly diesAt: string;
}

self.addEventListener("message", ({ data }: MessageEvent<ChatOrder>) => void send(data));

/** Posts what the agent tells. */
async function send({ store, diesAt }: ChatOrder): Promise<void> {
  const tell = async (what: string): Promise<void> => {
    self.postMessage(what);
    if (what === diesAt) await new Promise(() => {});
  };
  const stream = await travelChat(await openStore(store), { tell }).sendMessages({
    chatId: "chat-1",
    trigger: "submit-message",
    messageId: undefined,
    messages: [question("Where to?")],
    abortSignal: undefined,
  });
  await stream.pipeTo(new WritableStream());
}
