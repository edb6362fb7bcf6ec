import { readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai";
import { describe, expect, test, vi } from "vitest";
import type { Store } from "waystone";
import { WaystoneChat } from "waystone/ai-sdk";
import { pause } from "../../steps/mortal.ts";
import { freshStore } from "../fresh-store.ts";
import { question, RESPONSE, saidIn, travelChat } from "./chat-agent.ts";

/** Sends messages, and reads the response to its end. */
async function send(
  chat: WaystoneChat,
  messages: UIMessage[],
  trigger: "submit-message" | "regenerate-message" = "submit-message",
) {
  const stream = await chat.sendMessages({
    chatId: "chat-1",
    trigger,
    messageId: undefined,
    messages,
    abortSignal: undefined,
  });
  return read(stream);
}

async function read(stream: ReadableStream<UIMessageChunk>): Promise<UIMessage | undefined> {
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream, terminateOnError: true })) last = message;
  return last;
}

const said = async (chat: WaystoneChat, branchId?: string) => (await chat.messages(branchId)).map(saidIn);

/** A page whose chat is stopped once its agent gets somewhere. */
async function cutOff(store: Store, at: string, messages: UIMessage[] = [question("Where to?")]): Promise<string[]> {
  const told: string[] = [];
  const stopping = new AbortController();
  const tell = async (what: string): Promise<void> => {
    told.push(what);
    if (what === at) stopping.abort();
    if (stopping.signal.aborted) await new Promise(() => {});
  };
  const stream = await travelChat(store, { tell }).sendMessages({
    chatId: "chat-1",
    trigger: "submit-message",
    messageId: undefined,
    messages,
    abortSignal: stopping.signal,
  });
  await expect(read(stream)).rejects.toThrow(/abort/);
  return told;
}

describe("messages", () => {
  test("of a chat are there in the next page, with what the agent has said", async () => {
    const name = crypto.randomUUID();
    const store = await freshStore({ name });
    expect(await said(travelChat(store))).toEqual([]);
    const response = await send(travelChat(store), [question("Where to?")]);
    expect(saidIn(response!)).toBe(RESPONSE);
    await store.close();
    const chat = travelChat(await freshStore({ name }));
    expect(await said(chat)).toEqual(["user: Where to?", RESPONSE]);
    expect((await chat.messages())[1]!.id).toBe(response!.id);
    expect(await chat.reconnectToStream({ chatId: "chat-1" } as never)).toBe(null);
  });

  test("that are made again or edited leave what was before as a branch, and one can go back to it", async () => {
    const chat = travelChat(await freshStore());
    const first = question("Where to?");
    await send(chat, [first]);
    await send(chat, [...(await chat.messages()), question("And then?")]);
    expect(await chat.branches()).toEqual([]);
    const whole = await said(chat);
    expect(whole).toHaveLength(4);

    await send(chat, [first], "regenerate-message");
    const [before, ...more] = await chat.branches();
    expect(more).toEqual([]);
    expect(await said(chat, before)).toEqual(whole);
    expect(await said(chat)).toEqual([whole[0], RESPONSE]);

    await send(chat, [question("Where not to?", first.id)]);
    expect(await said(chat)).toEqual(["user: Where not to?", RESPONSE]);
    expect(await chat.branches()).toHaveLength(2);

    expect((await chat.switchTo(before!)).map(saidIn)).toEqual(whole);
    expect(await said(chat)).toEqual(whole);
    const left = await chat.branches();
    expect(left).toHaveLength(2);
    expect(await said(chat, left[0])).toEqual(["user: Where not to?", RESPONSE]);
  });

  test("of one chat are not those of another, whose id begins alike; deleting leaves nothing of it, and all of the other", async () => {
    const store = await freshStore();
    const [chat, other] = [travelChat(store), travelChat(store, { id: 'chat-1","run' })];
    await send(chat, [question("Where to?")]);
    await send(chat, [question("Else?")]);
    const stream = await other.sendMessages({ chatId: 'chat-1","run', messages: [question("Hm?")] } as never);
    await read(stream);
    expect(await chat.branches()).toHaveLength(1);
    await chat.delete();
    expect(await said(chat)).toEqual([]);
    expect((await store.traces()).every(({ traceId }) => traceId.startsWith('ai-sdk:["chat-1\\"'))).toBe(true);
    expect(await said(other)).toEqual(["user: Hm?", RESPONSE]);
  });
});

describe("a response that was cut off", () => {
  test.each([
    ["while the model streams", "model 1 streams text-delta", ["model 1"]],
    ["in the middle of a step with two tools", "weather of Ghent", ["weather of Delft", "weather of Ghent"]],
    ["in the second step", "weather of Turin", ["weather of Lyon", "weather of Turin"]],
  ])("%s is streamed again from its beginning, and goes on by itself", async (_, at, again) => {
    const store = await freshStore();
    const told = await cutOff(store, at);
    await pause(10);
    const calls: string[] = [];
    const chat = travelChat(store, { tell: (what) => void calls.push(what) });
    const stream = await chat.reconnectToStream({ chatId: "chat-1" } as never);
    const response = await read(stream!);
    expect(saidIn(response!)).toBe(RESPONSE);
    expect(await said(chat)).toEqual(["user: Where to?", RESPONSE]);
    const made = (all: string[]) => all.filter((what) => /^(model \d|weather of \w+)$/.test(what));
    expect(made(calls).filter((call) => made(told).includes(call))).toEqual(again);
  });

  test("has the same message in each page", async () => {
    const store = await freshStore();
    await cutOff(store, "weather of Turin");
    const idIn = async () => {
      const stopping = new AbortController();
      const stream = await travelChat(store).reconnectToStream({
        chatId: "chat-1",
        abortSignal: stopping.signal,
      } as never);
      const reader = stream!.getReader();
      const { value } = await reader.read();
      stopping.abort();
      await reader.closed.catch(() => undefined);
      return (value as { messageId: string }).messageId;
    };
    expect(await idIn()).toBe(await idIn());
  });

  test("just before the chat had its message has it in the next page, and nothing is called", async () => {
    const store = await freshStore();
    let die = (): void => undefined;
    const died = new Promise<void>((resolve) => (die = resolve));
    const dying = new Proxy(store, {
      get: (_, name: keyof Store) => (name === "saveWithTrace" ? save : (store[name] as () => unknown).bind(store)),
    });
    const save = (...[traceId, checkpoint, options]: Parameters<Store["saveWithTrace"]>) => {
      const isTheMessage = traceId === 'ai-sdk:["chat-1"]' && checkpoint.nextNode === undefined;
      if (!isTheMessage) return store.saveWithTrace(traceId, checkpoint, options);
      die();
      return new Promise<never>(() => {});
    };
    void send(travelChat(dying), [question("Where to?")]);
    await died;
    const calls: string[] = [];
    const chat = travelChat(store, { tell: (what) => void calls.push(what) });
    const stream = await chat.reconnectToStream({ chatId: "chat-1" } as never);
    expect(saidIn((await read(stream!))!)).toBe(RESPONSE);
    expect(await said(chat)).toEqual(["user: Where to?", RESPONSE]);
    expect(calls).toEqual([]);
  });

  test("is given up by giveUp, and by what is sent next; no run of it is left", async () => {
    const store = await freshStore();
    await cutOff(store, "weather of Ghent");
    await travelChat(store).giveUp();
    expect(await travelChat(store).reconnectToStream({ chatId: "chat-1" } as never)).toBe(null);
    expect((await store.traces()).map(({ traceId }) => traceId)).toEqual(['ai-sdk:["chat-1"]']);

    const asked = question("Where to?");
    await cutOff(store, "weather of Ghent", [asked]);
    const chat = travelChat(store);
    await send(chat, [asked, question("Say!")]);
    expect(await said(chat)).toEqual(["user: Where to?", "user: Say!", RESPONSE]);
    expect(await store.traces({ prefix: 'ai-sdk:["chat-1","run",' })).toHaveLength(1);
  });

  test("and was given up is not kept by a page that still makes it", async () => {
    const store = await freshStore();
    let respond: ((chunks: UIMessageChunk[]) => void) | undefined;
    let signal: AbortSignal | undefined;
    const chat = new WaystoneChat(store, "chat-1", (_, context) => {
      ({ signal } = context);
      return new Promise((resolve) => (respond = resolve));
    });
    const sent = send(chat, [question("Where to?")]);
    await vi.waitFor(() => expect(respond).toBeDefined());
    await travelChat(store).giveUp();
    await vi.waitFor(() => expect(signal!.aborted).toBe(true));
    respond!([{ type: "start" }, { type: "text-start", id: "1" }, { type: "text-end", id: "1" }]);
    await sent;
    expect(await said(chat)).toEqual(["user: Where to?"]);
  });

  test("and continues a message, does so in the next page: it is stored as one", async () => {
    const store = await freshStore();
    const waiting: UIMessage = {
      id: "m1",
      role: "assistant",
      parts: [
        { type: "text", text: "Which one?" },
        { type: "tool-ask", toolCallId: "c1", state: "output-available", input: {}, output: "by train" } as never,
      ],
    };
    await cutOff(store, "weather of Ghent", [question("Where to?"), waiting]);
    const chat = travelChat(store);
    const stream = await chat.reconnectToStream({ chatId: "chat-1" } as never);
    expect(chat.resumeStreamIsReplay).toBe(false);
    await read(stream!);
    const messages = await chat.messages();
    expect(messages.map(({ id }) => id)[1]).toBe("m1");
    expect(saidIn(messages[1]!)).toBe(RESPONSE.replace(": ", ": Which one? by train "));
  });
});

describe("bad input", () => {
  test.each([[5], [""], [undefined]])("the id %s is refused", async (id) => {
    const store = await freshStore();
    expect(() => new WaystoneChat(store, id as never, async () => [])).toThrow(TypeError);
  });

  test("another chat's id, no function, and a function that returns something else are TypeErrors", async () => {
    const store = await freshStore();
    expect(() => new WaystoneChat(store, "chat-1", undefined as never)).toThrow("respond must be a function");
    await expect(travelChat(store).sendMessages({ chatId: "chat-2" } as never)).rejects.toThrow(
      "chat chat-1, not of chat-2",
    );
    await expect(travelChat(store).reconnectToStream({ chatId: "chat-2" } as never)).rejects.toThrow(TypeError);
    await expect(travelChat(store).messages("none")).rejects.toMatchObject({ code: "not-found" });
    await expect(travelChat(store).switchTo("none")).rejects.toMatchObject({ code: "not-found" });
    const chat = new WaystoneChat(store, "chat-1", async () => "text" as never);
    await expect(send(chat, [question("?")])).rejects.toThrow("respond must return what `write` has returned");
  });

  test("a response that another agent began is a graph-mismatch, and stays as it was", async () => {
    const store = await freshStore();
    await cutOff(store, "weather of Turin");
    const before = await store.traces();
    const stream = await travelChat(store, { graphHash: "v2" }).reconnectToStream({ chatId: "chat-1" } as never);
    await expect(stream!.getReader().closed).rejects.toMatchObject({
      code: "graph-mismatch",
      expected: "v2",
      actual: "v1",
    });
    expect((await store.traces()).map(({ latest }) => latest.id)).toEqual(before.map(({ latest }) => latest.id));
    const next = await travelChat(store).reconnectToStream({ chatId: "chat-1" } as never);
    expect(saidIn((await read(next!))!)).toBe(RESPONSE);
  });

  test("a message that can't be stored is refused with its place, and the chat stays as it was", async () => {
    const chat = travelChat(await freshStore());
    await send(chat, [question("Where to?")]);
    const before = await chat.messages();
    const bad = { ...question("?"), metadata: { done: () => {} } };
    await expect(send(chat, [...before, bad])).rejects.toMatchObject({
      code: "serialization",
      path: "state.messages[2].metadata.done",
    });
    expect(await chat.messages()).toEqual(before);
  });
});
