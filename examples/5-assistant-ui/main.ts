import {
  AssistantRuntimeProvider,
  ComposerPrimitive,
  MessagePrimitive,
  ThreadPrimitive,
  useLocalRuntime,
  type ChatModelAdapter,
} from "@assistant-ui/react";
import { createElement as h } from "react";
import { createRoot } from "react-dom/client";
import { openStore } from "waystone";
import { createThreadHistory } from "waystone/assistant-ui";
import { giveButtonsWork } from "../page.ts";

const store = await openStore("example-assistant-ui");
giveButtonsWork(() => store.deleteTraces({ prefix: "assistant-ui:" }));
const history = createThreadHistory(store, "chat-1");

/** A stand-in for a model. */
const model: ChatModelAdapter = {
  async run({ messages }) {
    return { content: [{ type: "text", text: `That was message ${messages.length}.` }] };
  },
};

const Message = () => h(MessagePrimitive.Root, null, h("p", null, h(MessagePrimitive.Parts)));

function Chat() {
  const runtime = useLocalRuntime(model, { adapters: { history } });
  return h(
    AssistantRuntimeProvider,
    { runtime },
    h(ThreadPrimitive.Messages, { components: { Message } }),
    h(ComposerPrimitive.Root, null, h(ComposerPrimitive.Input, { placeholder: "Say something" })),
  );
}

createRoot(document.querySelector("#chat")!).render(h(Chat));
