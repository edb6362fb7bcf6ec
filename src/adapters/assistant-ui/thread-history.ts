import type {
  ExportedMessageRepositoryItem,
  GenericThreadHistoryAdapter,
  MessageFormatAdapter,
  ThreadHistoryAdapter,
} from "@assistant-ui/react";
import type { Store } from "../../core/store.ts";
import { threadsIn, withEntry, withoutEntries, type Entry, type StoredThread } from "./thread.ts";

/** Which thread a history is of. */
export interface ThreadSource {
  /** The id of the thread that is shown; `undefined` if it was not begun. */
  current(): string | undefined;
  /** The id of the thread, which is begun if it was not. */
  begin(): Promise<string>;
  /** Finds threads. */
  readonly threads: (threadId: string) => StoredThread;
  /** Whether a thread that is not in the store was deleted, and is not to be made again. */
  readonly mustExist: boolean;
}

/** The format of assistant-ui's own messages. */
const OWN = "assistant-ui";

/**
 * Keeps the messages of one thread of assistant-ui in a store, with all their branches: the `history` of a runtime.
 *
 * @param store - Where to keep it. It may hold other traces, too.
 * @param threadId - The thread. Its trace is `assistant-ui:["<threadId>"]`.
 * @returns An adapter with `load`, `append`, `update`, `delete` and `withFormat`.
 * @throws TypeError if `threadId` is not a string, or empty.
 *
 * @example
 * ```ts
 * import { openStore } from "waystone";
 * import { createThreadHistory } from "waystone/assistant-ui";
 *
 * const history = createThreadHistory(await openStore("my-agent"), "chat-1");
 *
 * // In a component: useLocalRuntime(model, { adapters: { history } })
 *
 * console.log((await history.load()).messages.length); // 0
 * ```
 */
export function createThreadHistory(store: Store, threadId: string): ThreadHistoryAdapter {
  const threads = threadsIn(store);
  threads(threadId);
  return historyOf({ threads, current: () => threadId, begin: async () => threadId, mustExist: false });
}

/** The history of whichever thread a source says. */
export function historyOf(source: ThreadSource): ThreadHistoryAdapter {
  const own = storageOf<ExportedMessageRepositoryItem>(source, {
    format: OWN,
    entryOf: (item) => ({ id: item.message.id, parentId: item.parentId, content: item }),
    itemOf: ({ parentId, content }) => ({ ...(content as ExportedMessageRepositoryItem), parentId }),
  });
  return {
    ...own,
    withFormat<M, F extends Record<string, unknown>>(
      adapter: MessageFormatAdapter<M, F>,
    ): GenericThreadHistoryAdapter<M> {
      const { format } = adapter;
      return storageOf(source, {
        // Apart from the format of assistant-ui's own, whatever name another one has.
        format: `format:${format}`,
        entryOf: (item) => ({
          id: adapter.getId(item.message),
          parentId: item.parentId,
          content: adapter.encode(item),
        }),
        itemOf: ({ id, parentId, content }) =>
          adapter.decode({ id, parent_id: parentId, format, content: content as F }),
      });
    },
  };
}

interface Format<I> {
  readonly format: string;
  entryOf(item: I): Entry;
  itemOf(entry: Entry): I;
}

function storageOf<I>(source: ThreadSource, { format, entryOf, itemOf }: Format<I>) {
  const change = async (work: Parameters<StoredThread["changeMessages"]>[1]) =>
    source.threads(await source.begin()).changeMessages(format, work, source.mustExist);
  return {
    async load() {
      const threadId = source.current();
      if (threadId === undefined) return { messages: [] };
      const { entries, headId } = await source.threads(threadId).messages(format);
      return { headId, messages: entries.map(itemOf) };
    },
    append: (item: I) => change((messages) => withEntry(messages, entryOf(item), true)),
    update: (item: I) => change((messages) => withEntry(messages, entryOf(item), false)),
    async delete(items: I[]) {
      const ids = new Set(items.map((item) => entryOf(item).id));
      if (source.current() !== undefined) await change((messages) => withoutEntries(messages, ids));
    },
  };
}
