import type { UIMessage, UIMessageChunk } from "ai";
import type { Trace } from "../../core/trace.ts";
import { joinDeltas } from "./join-deltas.ts";

/** What an agent is given to respond to a chat. */
export interface RespondContext<M extends UIMessage = UIMessage> {
  /** The messages of the chat, oldest first. */
  readonly messages: M[];
  /**
   * Aborted when the chat's user stops it or its component is gone, and once the chat waits for something else. It is for
   * `runSteps`.
   */
  readonly signal: AbortSignal;
  /**
   * Hands what the agent streams to the chat.
   *
   * @param stream - What `toUIMessageStream` makes of a result.
   * @returns What was streamed, for the function of `runSteps` to return.
   */
  write(stream: ReadableStream<UIMessageChunk>): Promise<UIMessageChunk[]>;
}

/** Runs an agent on a trace with `runSteps`, and returns what that returns: what `write` has returned. */
export type Respond<M extends UIMessage = UIMessage> = (
  run: Trace,
  context: RespondContext<M>,
) => Promise<UIMessageChunk[]>;

/** A response that is to be streamed. */
interface Response<M extends UIMessage> {
  /** Its run. */
  readonly run: Trace;
  readonly messages: M[];
  /** The id of its message, for the AI SDK; `undefined` where that knows better. */
  readonly messageId: string | undefined;
  /** Aborted when the user has stopped it. */
  readonly abortSignal: AbortSignal | undefined;
  /** Aborted once the chat waits for something else. */
  readonly ended: AbortSignal;
  /** Keeps what was streamed. */
  keep(chunks: UIMessageChunk[]): Promise<void>;
  /** Called when it is done, or has failed. */
  end(): void;
}

/** Runs an agent. Returns what it streams, which ends once that is kept. */
export function streamResponse<M extends UIMessage>(
  respond: Respond<M>,
  { run, messages, messageId, abortSignal, ended, keep, end }: Response<M>,
): ReadableStream<UIMessageChunk> {
  const signal = abortSignal === undefined ? ended : AbortSignal.any([abortSignal, ended]);
  let out: ReadableStreamDefaultController<UIMessageChunk> | undefined;
  let hasWritten = false;
  const hand = (chunk: UIMessageChunk): void => {
    // What a run that was cancelled ends with is nobody's.
    if (!signal.aborted) out?.enqueue(chunk.type === "start" ? { ...chunk, messageId } : chunk);
  };
  const write = async (stream: ReadableStream<UIMessageChunk>): Promise<UIMessageChunk[]> => {
    hasWritten = true;
    const chunks: UIMessageChunk[] = [];
    await stream.pipeTo(new WritableStream({ write: (chunk) => (chunks.push(chunk), hand(chunk)) }));
    return joinDeltas(chunks);
  };
  const drive = async (): Promise<void> => {
    try {
      const chunks = await respond(run, { messages, signal, write });
      if (!Array.isArray(chunks)) throw new TypeError("respond must return what `write` has returned");
      // Another page was faster, or this one died before the chat had the message.
      if (!hasWritten) chunks.forEach(hand);
      await keep(chunks);
    } catch (error) {
      if (!ended.aborted) throw error;
    } finally {
      end();
    }
  };
  return new ReadableStream<UIMessageChunk>({
    start(controller) {
      out = controller;
      void drive().then(
        () => out?.close(),
        (error: unknown) => out?.error(error),
      );
    },
    cancel: () => void (out = undefined),
  });
}
