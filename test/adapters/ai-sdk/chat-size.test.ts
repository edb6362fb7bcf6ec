import type { UIMessageChunk } from "ai";
import { expect, test } from "vitest";
import { WaystoneChat } from "waystone/ai-sdk";
import { createMemoryStore } from "waystone/memory";
import { runSteps } from "waystone/steps";
import { question } from "./chat-agent.ts";

test("a chat of 200 turns of 500 characters takes what is in it, not what it was at each turn", async () => {
  const store = createMemoryStore();
  const text = "x".repeat(500);
  const chunks = async function* (): AsyncGenerator<UIMessageChunk> {
    yield* [{ type: "start" }, { type: "text-start", id: "1" }] as const;
    for (let at = 0; at < 500; at += 5) yield { type: "text-delta", id: "1", delta: text.slice(at, at + 5) };
    yield* [{ type: "text-end", id: "1" }, { type: "finish" }] as const;
  };
  const chat = new WaystoneChat(store, "chat-1", (run, { write }) => runSteps(run, () => write(streamOf(chunks()))));
  let whole = 0;
  for (let turn = 0; turn < 200; turn += 1) {
    const messages = [...(await chat.messages()), question(text)];
    const stream = await chat.sendMessages({ chatId: "chat-1", messages } as never);
    await stream.pipeTo(new WritableStream());
    whole += JSON.stringify(await chat.messages()).length;
  }
  const bytes = (await store.traces()).reduce((sum, trace) => sum + trace.bytes, 0);
  expect(whole).toBeGreaterThan(24_000_000);
  expect(bytes).toBeLessThan(600_000);
  // Of the runs, the last is left, with a hundred deltas as one.
  const runs = await store.traces({ prefix: 'ai-sdk:["chat-1","run",' });
  expect(runs).toHaveLength(1);
  expect(runs[0]!.bytes).toBeLessThan(4000);
});

function streamOf(chunks: AsyncGenerator<UIMessageChunk>): ReadableStream<UIMessageChunk> {
  return new ReadableStream({
    async pull(out) {
      const { value, done } = await chunks.next();
      if (done === true) out.close();
      else out.enqueue(value);
    },
  });
}
