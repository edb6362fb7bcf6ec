import { readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai";

/**
 * Returns the message that a response comes to, or `undefined` if it comes to none.
 *
 * @param chunks - What was streamed.
 * @param options - The message that it continues, if any; or the id of the one that it begins.
 */
export async function messageOf<M extends UIMessage>(
  chunks: readonly UIMessageChunk[],
  { continued, id }: { readonly continued: M | undefined; readonly id: string },
): Promise<M | undefined> {
  const messageId = continued?.id ?? id;
  const stream = new ReadableStream<UIMessageChunk>({
    start(out) {
      for (const chunk of chunks) out.enqueue(chunk.type === "start" ? { ...chunk, messageId } : chunk);
      out.close();
    },
  });
  let message: M | undefined;
  const states = readUIMessageStream<M>({ stream, ...(continued && { message: structuredClone(continued) }) });
  for await (const state of states) message = state;
  return message;
}
