import { useAui, type RemoteThreadListAdapter, type ThreadMessage } from "@assistant-ui/react";
import { createAssistantStream } from "assistant-stream";
import { useMemo } from "react";
import { CheckpointStoreError } from "../../core/errors.ts";
import { requireOptions, type OptionNames } from "../../core/options.ts";
import type { Store } from "../../core/store.ts";
import { PREFIX, threadsIn, type ThreadMetadata } from "./thread.ts";
import { historyOf, type ThreadSource } from "./thread-history.ts";

/** Options of {@link createThreadListAdapter}. */
export interface ThreadListOptions {
  /** Makes a title for a thread of its first messages. Default is to leave it without. */
  readonly titleOf?: (messages: readonly ThreadMessage[]) => string | Promise<string>;
}

/** What assistant-ui wants to know of a thread. */
type Listed = Awaited<ReturnType<RemoteThreadListAdapter["fetch"]>>;

const OPTIONS: OptionNames<ThreadListOptions> = { titleOf: true };

/**
 * Keeps the threads of assistant-ui in a store: the `adapter` of `useRemoteThreadListRuntime`. Each thread is a trace, and
 * its title and status are the metadata of its checkpoints, so that a list reads no messages.
 *
 * @param store - Where to keep them. It may hold other traces, too.
 * @param options - `titleOf`.
 * @returns The adapter. It brings a history for each thread.
 * @throws TypeError for an option that there is not.
 *
 * @example
 * ```ts
 * import { openStore } from "waystone";
 * import { createThreadListAdapter } from "waystone/assistant-ui";
 *
 * const adapter = createThreadListAdapter(await openStore("my-agent"), { titleOf: () => "A chat" });
 *
 * // In a component: useRemoteThreadListRuntime({ adapter, runtimeHook: () => useLocalRuntime(model) })
 *
 * await adapter.initialize("chat-1");
 * await adapter.rename("chat-1", "Lunch");
 * const { threads } = await adapter.list();
 * console.log(threads.map(({ remoteId, title, status }) => [remoteId, title, status])); // [ [ 'chat-1', 'Lunch', 'regular' ] ]
 * ```
 */
export function createThreadListAdapter(store: Store, options: ThreadListOptions = {}): RemoteThreadListAdapter {
  requireOptions(options, OPTIONS, "createThreadListAdapter");
  const thread = threadsIn(store);
  const change = async (threadId: string, metadata: Partial<ThreadMetadata>) =>
    thread(threadId).changeMetadata(metadata);
  return {
    async list() {
      const traces = await store.traces({ prefix: `${PREFIX}[` });
      return { threads: traces.map(({ traceId, latest }) => metadataOf(threadIdOf(traceId), latest.metadata)) };
    },
    rename: (threadId, title) => change(threadId, { title }),
    updateCustom: (threadId, custom) => change(threadId, { custom }),
    archive: (threadId) => change(threadId, { status: "archived" }),
    unarchive: (threadId) => change(threadId, { status: "regular" }),
    delete: async (threadId) => thread(threadId).delete(),
    async initialize(threadId, { custom } = {}) {
      await thread(threadId).begin(custom);
      return { remoteId: threadId, externalId: undefined };
    },
    async fetch(threadId) {
      const latest = await thread(threadId).latest();
      if (latest !== undefined) return metadataOf(threadId, latest.metadata);
      throw new CheckpointStoreError("not-found", `there is no thread ${threadId}`);
    },
    async generateTitle(threadId, messages) {
      const title = await options.titleOf?.(messages);
      if (title === undefined) return createAssistantStream(() => undefined);
      await change(threadId, { title });
      return createAssistantStream((controller) => controller.appendText(title));
    },
    unstable_useAdapters() {
      const aui = useAui();
      return useMemo(() => ({ history: historyOf({ ...sourceIn(aui), threads: thread }) }), [aui]);
    },
  };
}

/** The thread that is shown where an adapter is used: it may be a new one, which has no id before its first message. */
function sourceIn(aui: ReturnType<typeof useAui>): Omit<ThreadSource, "threads"> {
  return {
    current: () => aui.threadListItem.getState().remoteId,
    begin: async () => (await aui.threadListItem.initialize()).remoteId,
    mustExist: true,
  };
}

function threadIdOf(traceId: string): string {
  return (JSON.parse(traceId.slice(PREFIX.length)) as [string])[0];
}

function metadataOf(threadId: string, metadata: Readonly<Record<string, unknown>> = {}): Listed {
  const { status, title, custom, lastMessageAt } = metadata as ThreadMetadata;
  return {
    remoteId: threadId,
    status,
    title,
    custom,
    ...(lastMessageAt !== undefined && { lastMessageAt: new Date(lastMessageAt) }),
  };
}
