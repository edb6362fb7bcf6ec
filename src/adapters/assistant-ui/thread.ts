import type { Checkpoint } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { GuardedState } from "../guarded-state.ts";

/**
 * Threads of assistant-ui as traces.
 *
 * - `thread.ts`: what is stored of a thread, and how it changes.
 * - `thread-history.ts`: the messages of a thread, for a runtime.
 * - `thread-list.ts`: the list of all threads.
 */

/** A message, in some format, and the one before it on its branch. */
export interface Entry {
  readonly id: string;
  readonly parentId: string | null;
  readonly content: unknown;
}

/** The messages of a thread in one format. */
export interface Messages {
  readonly entries: readonly Entry[];
  /** The message that is shown last. */
  readonly headId: string | null;
}

/** The state of a thread's trace: its messages in each format that was used. */
export type ThreadState = Readonly<Record<string, Messages>>;

/** What the list says of a thread. It is the metadata of its checkpoints, so that a list reads no messages. */
export interface ThreadMetadata extends Record<string, unknown> {
  readonly status: "regular" | "archived";
  readonly title?: string;
  readonly custom?: Record<string, unknown>;
  /** In milliseconds since the epoch. */
  readonly lastMessageAt?: number;
}

/** What the ids of threads' traces begin with. */
export const PREFIX = "assistant-ui:";

const NO_MESSAGES: Messages = { entries: [], headId: null };

/** A thread in a store. */
export class StoredThread {
  readonly #shared: GuardedState<ThreadState>;

  /** @throws TypeError if `threadId` is not a string, or empty. */
  constructor(store: Store, threadId: string) {
    if (typeof threadId !== "string" || threadId === "")
      throw new TypeError(`the id of a thread must be a string that is not empty, got ${typeof threadId}`);
    this.#shared = new GuardedState(store, PREFIX + JSON.stringify([threadId]));
  }

  latest(): Promise<Checkpoint<ThreadState> | undefined> {
    return this.#shared.latest();
  }

  async messages(format: string): Promise<Messages> {
    return (await this.latest())?.state[format] ?? NO_MESSAGES;
  }

  /** Changes the messages of a format. A thread that is not there is made, unless it `mustExist`: then it was deleted. */
  changeMessages(format: string, work: (messages: Messages) => Messages, mustExist: boolean): Promise<void> {
    return this.#shared.change((latest) => {
      if (latest === undefined && mustExist) return undefined;
      const state = { ...latest?.state, [format]: work(latest?.state[format] ?? NO_MESSAGES) };
      return { state, metadata: { status: "regular", ...latest?.metadata, lastMessageAt: Date.now() } };
    });
  }

  /** Changes what the list says. Does nothing if the thread is not there. */
  changeMetadata(change: Partial<ThreadMetadata>): Promise<void> {
    return this.#shared.change(
      (latest) => latest && { state: latest.state, metadata: { ...latest.metadata, ...change } },
    );
  }

  /** Makes the thread, if it is not there. */
  begin(custom: Record<string, unknown> | undefined): Promise<void> {
    return this.#shared.change((latest) => {
      if (latest !== undefined) return undefined;
      return { state: {}, metadata: { status: "regular", ...(custom && { custom }) } };
    });
  }

  delete(): Promise<void> {
    return this.#shared.clear();
  }
}

/** Returns what finds threads in a store: always the same object for one, so that its changes take turns. */
export function threadsIn(store: Store): (threadId: string) => StoredThread {
  const threads = new Map<string, StoredThread>();
  return (threadId) => {
    const thread = threads.get(threadId) ?? new StoredThread(store, threadId);
    threads.set(threadId, thread);
    return thread;
  };
}

/** Returns the messages with one that is new, or changed. */
export function withEntry({ entries, headId }: Messages, entry: Entry, isHead: boolean): Messages {
  const isThere = entries.some(({ id }) => id === entry.id);
  return {
    entries: isThere ? entries.map((one) => (one.id === entry.id ? entry : one)) : [...entries, entry],
    headId: isHead ? entry.id : headId,
  };
}

/** Returns the messages without some of them. What came after one of those comes after the one before it. */
export function withoutEntries({ entries, headId }: Messages, ids: ReadonlySet<string>): Messages {
  const parents = new Map(entries.map(({ id, parentId }) => [id, parentId]));
  const kept = (id: string | null): string | null => {
    const met = new Set<string>();
    while (id !== null && ids.has(id) && !met.has(id)) {
      met.add(id);
      id = parents.get(id) ?? null;
    }
    return id !== null && ids.has(id) ? null : id;
  };
  const left = entries.filter(({ id }) => !ids.has(id)).map((entry) => ({ ...entry, parentId: kept(entry.parentId) }));
  return { entries: left, headId: kept(headId) };
}
