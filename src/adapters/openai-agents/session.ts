import type { AgentInputItem, Session, SessionHistoryTransactionArgs } from "@openai/agents-core";
import { CheckpointStoreError } from "../../core/errors.ts";
import type { Store } from "../../core/store.ts";
import { GuardedState } from "../guarded-state.ts";
import { isSameItem } from "./same-item.ts";

/**
 * Runs and conversations of the OpenAI Agents SDK as traces.
 *
 * - `session.ts`: a conversation, which several runs add to.
 * - `record-run.ts`: a run that is resumed after its page was gone.
 * - `same-item.ts`: when two items are the same.
 */

type Transaction = SessionHistoryTransactionArgs["transaction"];

/** The state of a session's trace. */
interface SessionState {
  readonly items: readonly AgentInputItem[];
  /** The transactions that were applied, by the ids of their operations. */
  readonly applied: Readonly<Record<string, Transaction>>;
}

const EMPTY: SessionState = { items: [], applied: {} };

/**
 * Keeps a conversation of the OpenAI Agents SDK in a store: the `session` of a run.
 *
 * Each change is a checkpoint of the session's trace. Several tabs may change a session at once: no change is lost.
 *
 * @example
 * ```ts
 * import { openStore } from "waystone";
 * import { WaystoneSession } from "waystone/openai-agents";
 *
 * const session = new WaystoneSession(await openStore("my-agent"), "chat-1");
 * await session.addItems([{ role: "user", content: "hello" }]);
 * console.log(await session.getItems(1)); // [ { role: 'user', content: 'hello' } ]
 * ```
 */
export class WaystoneSession implements Session {
  readonly #id: string;
  readonly #shared: GuardedState<SessionState>;

  /**
   * Creates a session, or a handle on one that there is.
   *
   * @param store - Where to keep it. It may hold other traces, too.
   * @param sessionId - The id of the session.
   * @throws TypeError if `sessionId` is not a string, or empty.
   */
  constructor(store: Store, sessionId: string) {
    if (typeof sessionId !== "string" || sessionId === "")
      throw new TypeError(`sessionId must be a string that is not empty, got ${JSON.stringify(sessionId)}`);
    this.#id = sessionId;
    this.#shared = new GuardedState(store, `openai-agents:${JSON.stringify([sessionId])}`);
  }

  /**
   * Returns the id of the session.
   *
   * @returns The `sessionId` that it was created with.
   */
  async getSessionId(): Promise<string> {
    return this.#id;
  }

  /**
   * Reads the conversation.
   *
   * @param limit - How many of the newest items to return. Default is all.
   * @returns The items, oldest first. They belong to the caller.
   */
  async getItems(limit?: number): Promise<AgentInputItem[]> {
    const { items } = (await this.#shared.latest())?.state ?? EMPTY;
    return items.slice(limit === undefined ? 0 : Math.max(0, items.length - Math.max(0, limit)));
  }

  /**
   * Adds items to the conversation.
   *
   * @param items - What to add, in order.
   * @throws CheckpointStoreError `serialization`: an item can't be stored without loss; `path` names it.
   */
  async addItems(items: AgentInputItem[]): Promise<void> {
    if (items.length > 0) await this.#change((state) => ({ ...state, items: [...state.items, ...items] }));
  }

  /**
   * Takes the newest item from the conversation.
   *
   * @returns The item, or `undefined` if there was none.
   */
  async popItem(): Promise<AgentInputItem | undefined> {
    let popped: AgentInputItem | undefined;
    await this.#change((state) => {
      popped = state.items.at(-1);
      return popped && { ...state, items: state.items.slice(0, -1) };
    });
    return popped;
  }

  /** Deletes the conversation with its history. The session can be used on. */
  async clearSession(): Promise<void> {
    await this.#shared.clear();
  }

  /**
   * Changes the conversation once, however often it is called with the same operation.
   *
   * @param args - `operationId` names the operation; `transaction` says what to add, or which items at the end to replace.
   * @throws TypeError for an operation or a transaction that is not what it must be.
   * @throws CheckpointStoreError `conflict`: the operation was another one before, or the conversation does not end with what
   *   is to be replaced. Nothing is changed.
   */
  async applyHistoryTransaction(args: SessionHistoryTransactionArgs): Promise<void> {
    const { operationId, transaction } = args;
    requireTransaction(operationId, transaction);
    await this.#change((state) => {
      const before = Object.hasOwn(state.applied, operationId) ? state.applied[operationId] : undefined;
      if (before !== undefined) {
        if (isSameItem(before, transaction)) return undefined;
        throw this.#conflict(`operation ${operationId} was another one before`);
      }
      const items = this.#itemsAfter(state.items, transaction);
      return { items, applied: { ...state.applied, [operationId]: transaction } };
    });
  }

  #itemsAfter(items: readonly AgentInputItem[], transaction: Transaction): AgentInputItem[] {
    if (transaction.type === "append_items") return [...items, ...transaction.items];
    const { expectedSuffix, replacement } = transaction;
    const kept = items.length - expectedSuffix.length;
    if (kept < 0 || !isSameItem(items.slice(kept), expectedSuffix))
      throw this.#conflict("the conversation does not end with the items that are to be replaced");
    return [...items.slice(0, kept), ...replacement];
  }

  async #change(work: (state: SessionState) => SessionState | undefined): Promise<void> {
    await this.#shared.change((latest) => {
      const state = work(latest?.state ?? EMPTY);
      return state && { state };
    });
  }

  #conflict(message: string): CheckpointStoreError {
    return new CheckpointStoreError("conflict", message, { traceId: this.#shared.traceId });
  }
}

function requireTransaction(operationId: unknown, transaction: Transaction): void {
  if (typeof operationId !== "string" || operationId.trim() === "")
    throw new TypeError("operationId must be a string that is not blank");
  const lists =
    transaction?.type === "append_items"
      ? [transaction.items]
      : transaction?.type === "replace_suffix"
        ? [transaction.expectedSuffix, transaction.replacement]
        : [undefined];
  if (!lists.every(Array.isArray)) throw new TypeError("transaction must be one of append_items or replace_suffix");
}
