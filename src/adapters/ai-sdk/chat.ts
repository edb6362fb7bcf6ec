import type { ChatTransport, UIMessage, UIMessageChunk } from "ai";
import type { Checkpoint, CheckpointId } from "../../core/checkpoint.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import type { Store } from "../../core/store.ts";
import type { Change } from "../../core/trace.ts";
import { GuardedState } from "../guarded-state.ts";
import { messageOf } from "./message-of.ts";
import { streamResponse, type Respond } from "./respond.ts";

/** The state of a chat's trace. The metadata of a checkpoint has the `response` that is made, or was the last to be. */
interface ChatState<M extends UIMessage> {
  readonly messages: M[];
  /** The response that is being made: a part of its trace's id, and the id of its message. */
  readonly responding?: string;
}

const PREFIX = "ai-sdk:";

/**
 * A chat of the AI SDK in a store, with the agent that responds in this page: the `transport` of `useChat`.
 *
 * Its messages are kept, and its responses are made by runs that go on in the next page: `reconnectToStream`, which `useChat`
 * calls with `resume: true`, streams again what is kept of a response, and then goes on with it. A chat whose messages are
 * made again, or edited, keeps those of before as a branch.
 *
 * @example
 * ```ts
 * import { streamText, toUIMessageStream } from "ai";
 * import { MockLanguageModelV4, simulateReadableStream } from "ai/test";
 * import { openStore } from "waystone";
 * import { recordModel, WaystoneChat } from "waystone/ai-sdk";
 * import { runSteps } from "waystone/steps";
 *
 * const model = new MockLanguageModelV4();
 * const chat = new WaystoneChat(await openStore("my-agent"), "chat-1", (run, { messages, signal, write }) =>
 *   runSteps(
 *     run,
 *     async (step) => {
 *       const { stream } = streamText({ model: recordModel(step, model), prompt: `${messages.length} messages` });
 *       return write(toUIMessageStream({ stream }));
 *     },
 *     { signal },
 *   ),
 * );
 *
 * // In a component: useChat({ id: "chat-1", messages: await chat.messages(), transport: chat, resume: true })
 *
 * console.log(await chat.messages()); // []
 * ```
 */
export class WaystoneChat<M extends UIMessage = UIMessage> implements ChatTransport<M> {
  readonly #store: Store;
  readonly #chatId: string;
  readonly #respond: Respond<M>;
  readonly #shared: GuardedState<ChatState<M>>;
  #isReplay = true;

  /**
   * Creates a chat, or a handle on one that there is.
   *
   * @param store - Where to keep it. It may hold other traces, too.
   * @param chatId - The id of the chat, as `useChat` has it. Its trace is `ai-sdk:["<chatId>"]`.
   * @param respond - Runs the agent. It is called again for a response that was cut off.
   * @throws TypeError if `chatId` is not a string, or empty, or `respond` is not a function.
   */
  constructor(store: Store, chatId: string, respond: Respond<M>) {
    if (typeof chatId !== "string" || chatId === "")
      throw new TypeError(`chatId must be a string that is not empty, got ${JSON.stringify(chatId) ?? typeof chatId}`);
    if (typeof respond !== "function") throw new TypeError(`respond must be a function, got ${typeof respond}`);
    this.#store = store;
    this.#chatId = chatId;
    this.#respond = respond;
    this.#shared = new GuardedState(store, PREFIX + JSON.stringify([chatId]));
  }

  /**
   * Reads the messages of the chat, or of a branch of it.
   *
   * @param branchId - The branch. Default is the chat as it is.
   * @returns The messages, oldest first. They belong to the caller.
   * @throws CheckpointStoreError `not-found`: the chat has no such branch.
   */
  async messages(branchId?: string): Promise<M[]> {
    if (branchId === undefined) return (await this.#shared.latest())?.state.messages ?? [];
    const branch = await this.#store.loadLatest(this.#traceId("branch", branchId));
    if (branch !== undefined) return (branch.state as ChatState<M>).messages;
    throw new CheckpointStoreError("not-found", `chat ${this.#chatId} has no branch ${branchId}`);
  }

  /**
   * Lists the branches of the chat: what it was each time before messages were made again, or edited.
   *
   * @returns Their ids, the one that was left last first.
   */
  async branches(): Promise<string[]> {
    const traces = await this.#store.traces({ prefix: this.#prefix("branch") });
    return traces.map(({ traceId }) => (JSON.parse(traceId.slice(PREFIX.length)) as string[])[2]!);
  }

  /**
   * Goes back to a branch. What the chat was is a branch from then on.
   *
   * @param branchId - The branch, which is one no more.
   * @returns Its messages, for `setMessages` of `useChat`.
   * @throws CheckpointStoreError `not-found`: the chat has no such branch.
   */
  async switchTo(branchId: string): Promise<M[]> {
    const messages = await this.messages(branchId);
    await this.#change({ messages });
    await this.#store.deleteTrace(this.#traceId("branch", branchId));
    return messages;
  }

  /** Gives up the response that is being made: no page goes on with it. For a stop that is to last; `stop` of `useChat` pauses. */
  async giveUp(): Promise<void> {
    await this.#shared.change((latest) => latest && { state: { messages: latest.state.messages } });
    await this.#store.deleteTraces({ prefix: this.#prefix("run") });
  }

  /** Deletes the chat with its history, its branches and its runs. */
  async delete(): Promise<void> {
    await this.#shared.clear();
    await this.#store.deleteTraces({ prefix: `${PREFIX}[${JSON.stringify(this.#chatId)},` });
  }

  /**
   * For the AI SDK: whether what `reconnectToStream` streams is all of its message.
   *
   * @returns `false` where the response continues a message.
   */
  get resumeStreamIsReplay(): boolean {
    return this.#isReplay;
  }

  /**
   * For the AI SDK: keeps the messages, and has the agent respond.
   *
   * @param options - Those of `ChatTransport`. `headers`, `body` and `metadata` are not used.
   * @returns What the agent streams. It ends when the response is kept.
   * @throws TypeError if `chatId` is another chat's.
   * @throws CheckpointStoreError `serialization`: a message can't be stored; `path` names what of it. Nothing is changed.
   */
  async sendMessages({
    chatId,
    messages,
    abortSignal,
  }: Parameters<ChatTransport<M>["sendMessages"]>[0]): Promise<ReadableStream<UIMessageChunk>> {
    this.#requireOwn(chatId);
    const state = { messages, responding: crypto.randomUUID() };
    await this.#change(state);
    // What was under way, here or in another tab, is for messages that are no more: with its trace, it ends.
    await this.#store.deleteTraces({ prefix: this.#prefix("run") });
    return this.#stream(state, abortSignal, messages.at(-1)?.id);
  }

  /**
   * For the AI SDK: goes on with a response that was cut off, or is being made in another tab, which it waits for.
   *
   * @param options - Those of `ChatTransport`.
   * @returns What is kept of the response, and then what comes; `null` if none is being made.
   * @throws TypeError if `chatId` is another chat's.
   */
  async reconnectToStream({
    chatId,
    abortSignal,
  }: Parameters<ChatTransport<M>["reconnectToStream"]>[0]): Promise<ReadableStream<UIMessageChunk> | null> {
    this.#requireOwn(chatId);
    const state = (await this.#shared.latest())?.state;
    if (state?.responding === undefined) return null;
    this.#isReplay = continuedBy(state) === undefined;
    // Where this is no replay, the AI SDK has the message that is continued, or makes another one.
    return this.#stream(state, abortSignal, undefined);
  }

  /** Runs the agent. `continuedId` is the id of the message that a response continues, where the AI SDK is to be told. */
  #stream(
    state: ChatState<M>,
    abortSignal: AbortSignal | undefined,
    continuedId: string | undefined,
  ): ReadableStream<UIMessageChunk> {
    const { ended, unwatch } = this.#watch(state);
    return streamResponse(this.#respond, {
      run: this.#store.trace(this.#traceId("run", state.responding!)),
      messages: state.messages,
      messageId: continuedBy(state) === undefined ? state.responding : continuedId,
      abortSignal,
      ended,
      keep: (chunks) => this.#keep(state, chunks),
      end: unwatch,
    });
  }

  /** Watches for the chat to wait for a response no more, here or in another tab. What waits for its run must not begin it then. */
  #watch({ responding }: ChatState<M>): { readonly ended: AbortSignal; readonly unwatch: () => void } {
    const ending = new AbortController();
    const look = async (change: Change): Promise<void> => {
      if (change.kind === "saved" && change.head.metadata?.["response"] === responding) return;
      // It may be an older change of another tab's, which is told late.
      if ((await this.#shared.latest())?.metadata?.["response"] !== responding) ending.abort();
    };
    const unwatch = this.#store.watch((change) => void look(change).catch(() => undefined), {
      traceId: this.#shared.traceId,
    });
    return { ended: ending.signal, unwatch };
  }

  /** Keeps the message that a response comes to, if the chat still waits for it. */
  async #keep(state: ChatState<M>, chunks: UIMessageChunk[]): Promise<void> {
    const continued = continuedBy(state);
    const before = continued === undefined ? state.messages : state.messages.slice(0, -1);
    const message = await messageOf(chunks, { continued, id: state.responding! });
    const messages = message === undefined ? state.messages : [...before, message];
    await this.#shared.change((latest) =>
      latest?.state.responding === state.responding
        ? { state: { messages }, metadata: { response: state.responding } }
        : undefined,
    );
  }

  /** Saves a state. What it is not a continuation of stays as a branch. */
  async #change(state: ChatState<M>): Promise<void> {
    await this.#shared.change(async (latest) => {
      if (latest !== undefined && !continues(state, latest)) await this.#keepBranch(latest.id);
      if (state.responding === undefined) return { state };
      return { state, nextNode: "respond", metadata: { response: state.responding } };
    });
  }

  async #keepBranch(id: CheckpointId): Promise<void> {
    const branch = this.#traceId("branch", id);
    // With an id of its own, the fork can be repeated.
    await this.#store.fork(id, branch, { id: branch });
  }

  #traceId(kind: string, id: string): string {
    return PREFIX + JSON.stringify([this.#chatId, kind, id]);
  }

  #prefix(kind: string): string {
    return `${PREFIX}${JSON.stringify([this.#chatId, kind]).slice(0, -1)},`;
  }

  #requireOwn(chatId: string): void {
    if (chatId !== this.#chatId) throw new TypeError(`this is the transport of chat ${this.#chatId}, not of ${chatId}`);
  }
}

/** The message that a response to a chat continues: one that has waited for a client's tools, or for an approval. */
function continuedBy<M extends UIMessage>({ messages }: ChatState<M>): M | undefined {
  const last = messages.at(-1);
  return last?.role === "assistant" ? last : undefined;
}

/** Whether all messages of before are still there, in their places. */
function continues<M extends UIMessage>({ messages }: ChatState<M>, before: Checkpoint<ChatState<M>>): boolean {
  return before.state.messages.every(({ id }, at) => messages[at]?.id === id);
}
