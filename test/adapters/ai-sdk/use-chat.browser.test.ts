import { useChat, type UseChatHelpers } from "@ai-sdk/react";
import type { UIMessage } from "ai";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Store } from "waystone";
import type { WaystoneChat } from "waystone/ai-sdk";
import { freshStore } from "../fresh-store.ts";
import { RESPONSE, saidIn, travelChat } from "./chat-agent.ts";
import type { ChatOrder } from "./chat-worker.ts";
import type { Tell } from "./travel-agent.ts";

type Chat = UseChatHelpers<UIMessage>;

/** Shows a chat, and hands out what `useChat` returns. */
function Shown({ chat, messages, into }: { chat: WaystoneChat; messages: UIMessage[]; into: (chat: Chat) => void }) {
  const it = useChat({ id: "chat-1", messages, transport: chat, resume: true });
  into(it);
  return it.messages.map(saidIn).join(" | ");
}

/** Opens a page on the chat of a store. */
async function openPage(store: Store, tell?: Tell) {
  const element = document.body.appendChild(document.createElement("div"));
  const root = createRoot(element);
  const chat = travelChat(store, { ...(tell && { tell }) });
  let shown: Chat | undefined;
  root.render(createElement(Shown, { chat, messages: await chat.messages(), into: (it) => (shown = it) }));
  const close = (): void => {
    root.unmount();
    element.remove();
  };
  onTestFinished(close);
  await vi.waitFor(() => expect(shown).toBeDefined());
  return { chat, close, text: () => element.textContent, shown: () => shown! };
}

const soon = (check: () => unknown) => vi.waitFor(check, 10_000);
const WHOLE = `user: Where to? | ${RESPONSE}`;

test("a chat whose component was gone in the middle of a response goes on by itself in the next one", async () => {
  const store = await freshStore();
  const told: string[] = [];
  const page = await openPage(store, async (what) => {
    told.push(what);
    if (what === "weather of Turin") await new Promise(() => {});
  });
  void page.shown().sendMessage({ text: "Where to?" });
  await soon(() => expect(told).toContain("weather of Turin"));
  await soon(() => expect(page.text()).toContain("sunny in Ghent"));
  page.close();
  const again: string[] = [];
  const next = await openPage(store, (what) => void again.push(what));
  await soon(() => expect(next.text()).toBe(WHOLE));
  await soon(() => expect(next.shown().status).toBe("ready"));
  expect(again).not.toContain("model 1");
  expect(again).not.toContain("weather of Ghent");

  await next.shown().regenerate();
  await soon(() => expect(next.text()).toBe(WHOLE));
  expect(await next.chat.branches()).toHaveLength(1);
});

/** A worker whose agent has got to the middle of a step, and stays there. */
async function startWorker(store: string): Promise<Worker> {
  const worker = new Worker(new URL("chat-worker.ts", import.meta.url), { type: "module" });
  onTestFinished(() => worker.terminate());
  const told: string[] = [];
  worker.addEventListener("message", ({ data }: MessageEvent<string>) => void told.push(data));
  worker.postMessage({ store, diesAt: "weather of Ghent returns" } satisfies ChatOrder);
  await soon(() => expect(told).toContain("weather of Ghent returns"));
  return worker;
}

test("a chat whose worker is killed in the middle of a step is shown, and goes on, in a page that waits for it", async () => {
  const name = crypto.randomUUID();
  const store = await freshStore({ name });
  const worker = await startWorker(name);
  const again: string[] = [];
  const page = await openPage(store, (what) => void again.push(what));
  await soon(() => expect(page.shown().status).toBe("submitted"));
  expect([page.text(), again]).toEqual(["user: Where to?", []]);
  worker.terminate();
  await soon(() => expect(page.text()).toBe(WHOLE));
  await soon(() => expect(page.shown().status).toBe("ready"));
  expect(again).not.toContain("model 1");
  expect(again).toContain("weather of Ghent");
});

test("a response that is given up is begun by nobody who waits for it", async () => {
  const name = crypto.randomUUID();
  const store = await freshStore({ name });
  const worker = await startWorker(name);
  const again: string[] = [];
  const page = await openPage(store, (what) => void again.push(what));
  await soon(() => expect(page.shown().status).toBe("submitted"));
  await page.chat.giveUp();
  await soon(() => expect(page.shown().status).toBe("ready"));
  worker.terminate();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(again).toEqual([]);
  expect((await store.traces()).map(({ traceId }) => traceId)).toEqual(['ai-sdk:["chat-1"]']);
});
