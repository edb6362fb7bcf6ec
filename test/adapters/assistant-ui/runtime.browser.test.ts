import {
  AssistantRuntimeProvider,
  useAui,
  useAuiState,
  useLocalRuntime,
  useRemoteThreadListRuntime,
  type ChatModelAdapter,
  type ThreadMessage,
} from "@assistant-ui/react";
import { createElement, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Store } from "waystone";
import { createThreadHistory, createThreadListAdapter } from "waystone/assistant-ui";
import { freshStore } from "../fresh-store.ts";

const textOf = ({ content }: ThreadMessage) => content.map((part) => (part.type === "text" ? part.text : "")).join("");

const model: ChatModelAdapter = {
  run: async ({ messages }) => ({ content: [{ type: "text", text: `re: ${textOf(messages.at(-1)!)}` }] }),
};

type Aui = ReturnType<typeof useAui>;
type Runtime = (props: { readonly store: Store; readonly children?: ReactNode }) => ReactNode;

/** Shows the messages of the thread, and hands out its client. */
function Thread({ into }: { readonly into: (aui: Aui) => void }) {
  into(useAui());
  const messages = useAuiState((state) => state.thread.messages);
  return messages.map(textOf).join(" | ");
}

/** Opens a page with a runtime on a store. */
async function openPage(store: Store, runtime: Runtime) {
  const element = document.body.appendChild(document.createElement("div"));
  const root = createRoot(element);
  let aui: Aui | undefined;
  root.render(createElement(runtime, { store }, createElement(Thread, { into: (it) => (aui = it) })));
  const close = (): void => {
    root.unmount();
    element.remove();
  };
  onTestFinished(close);
  await vi.waitFor(() => expect(aui).toBeDefined());
  return { text: () => element.textContent, close, aui: () => aui! };
}

const say = (aui: Aui, text: string) => aui.thread.append({ role: "user", content: [{ type: "text", text }] });
const soon = (check: () => unknown) => vi.waitFor(check, 10_000);

const OneThread: Runtime = ({ store, children }) => {
  const runtime = useLocalRuntime(model, { adapters: { history: createThreadHistory(store, "chat") } });
  return createElement(AssistantRuntimeProvider, { runtime }, children);
};

test("a conversation in React is there again in the next page, and goes on", async () => {
  const store = await freshStore();
  const page = await openPage(store, OneThread);
  say(page.aui(), "one");
  await soon(() => expect(page.text()).toBe("one | re: one"));
  await soon(async () => expect((await createThreadHistory(store, "chat").load()).messages).toHaveLength(2));
  page.close();
  const next = await openPage(store, OneThread);
  await soon(() => expect(next.text()).toBe("one | re: one"));
  say(next.aui(), "two");
  await soon(() => expect(next.text()).toBe("one | re: one | two | re: two"));
  await soon(async () => expect((await createThreadHistory(store, "chat").load()).messages).toHaveLength(4));
});

test("a list of threads in React has the thread, its title and its messages again in the next page", async () => {
  const store = await freshStore();
  const manyThreads = (): Runtime => {
    const adapter = createThreadListAdapter(store, { titleOf: () => "Titled" });
    return ({ children }) => {
      const runtime = useRemoteThreadListRuntime({ adapter, runtimeHook: () => useLocalRuntime(model) });
      return createElement(AssistantRuntimeProvider, { runtime }, children);
    };
  };
  const page = await openPage(store, manyThreads());
  say(page.aui(), "one");
  await soon(() => expect(page.text()).toBe("one | re: one"));
  const listed = async () => (await createThreadListAdapter(store).list()).threads;
  await soon(async () => expect(await listed()).toMatchObject([{ title: "Titled" }]));
  const { remoteId } = (await listed())[0]!;
  await soon(async () => expect((await createThreadHistory(store, remoteId).load()).messages).toHaveLength(2));
  page.close();
  const next = await openPage(store, manyThreads());
  await soon(() => expect(next.aui().threads.getState().threadIds).toContain(remoteId));
  next.aui().threads.switchToThread(remoteId);
  await soon(() => expect(next.text()).toBe("one | re: one"));
});
