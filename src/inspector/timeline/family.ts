import type { CheckpointId, StoredHead, TraceId } from "../../core/checkpoint.ts";
import type { Store, TraceSummary } from "../../core/store.ts";
import type { Change } from "../../core/trace.ts";
import { singleFlight } from "../single-flight.ts";
import { TraceHeads } from "./trace-heads.ts";

/** What a timeline needs of a store: nothing that reads a state. */
export type HeadSource = Pick<Store, "head" | "history" | "traces" | "watch">;

/**
 * A run with all it was forked from and all that was forked from it, as long as the checkpoints are there that say so.
 * Their heads are read once, the newest of the run itself first; changes are taken over as the store reports them. Fires
 * `change`.
 *
 * To find forks takes the first head of each trace of the store: one small reading for each.
 */
export class Family extends EventTarget {
  readonly #store: HeadSource;
  readonly #closing = new AbortController();
  readonly #members = new Map<TraceId, TraceHeads>();
  /** Reads the heads of a member, and adds what was forked from it. */
  readonly #readings = new Map<TraceHeads, () => Promise<void>>();
  /** The traces that were forked from a checkpoint, whether or not that is of the family. */
  readonly #forks = new Map<CheckpointId, { readonly traceId: TraceId; readonly begunAt: number }[]>();
  /** The trace of each checkpoint of the family. */
  readonly #traceOf = new Map<CheckpointId, TraceId>();
  /** Whether the heads of the run itself have been read, and whether all forks have been found. */
  isLoaded = false;
  isComplete = false;
  /** What a reading failed with. */
  error: unknown;

  /**
   * @param traceId - The run. It need not exist yet.
   * @throws `closed`.
   */
  constructor(store: HeadSource, traceId: TraceId) {
    super();
    this.#store = store;
    store.watch((change) => this.#take(change), { signal: this.#closing.signal });
    void this.#open(traceId);
  }

  /** The traces of the family, each after the one that it was forked from. */
  get members(): readonly TraceHeads[] {
    const sorted = new Set<TraceHeads>();
    for (const member of this.#members.values()) {
      // A set, since parents are what somebody has stored: two traces may each say that they began with the other.
      const line = new Set<TraceHeads>();
      for (let one: TraceHeads | undefined = member; one !== undefined && !sorted.has(one) && !line.has(one);) {
        line.add(one);
        one = this.originOf(one);
      }
      for (const one of [...line].reverse()) sorted.add(one);
    }
    return [...sorted];
  }

  get(traceId: TraceId): TraceHeads | undefined {
    return this.#members.get(traceId);
  }

  /** Finds the trace that a trace was forked from. */
  originOf({ first, traceId }: TraceHeads): TraceHeads | undefined {
    const origin = first?.parentId === undefined ? undefined : this.#traceOf.get(first.parentId);
    return origin === undefined || origin === traceId ? undefined : this.#members.get(origin);
  }

  close(): void {
    this.#closing.abort();
  }

  async #open(traceId: TraceId): Promise<void> {
    try {
      await this.#add(traceId);
      this.isLoaded = true;
      this.#changed();
      await this.#addOrigins(traceId);
      await this.#findForks();
      this.isComplete = true;
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.error = error;
    }
    this.#changed();
  }

  /** Adds a trace with its heads, and what was forked from it. */
  async #add(traceId: TraceId, begunAt?: number): Promise<void> {
    if (this.#members.has(traceId)) return;
    const member = new TraceHeads(traceId, begunAt);
    this.#members.set(traceId, member);
    const reading = singleFlight(() => this.#read(member));
    this.#readings.set(member, reading);
    await reading();
  }

  async #read(member: TraceHeads): Promise<void> {
    await member.read(this.#store, () => this.#changed(), this.#closing.signal);
    for (const { id } of member.heads) this.#traceOf.set(id, member.traceId);
    this.#changed();
    for (const { id } of member.heads) await this.#addForksOf(id);
  }

  async #addForksOf(id: CheckpointId): Promise<void> {
    for (const { traceId, begunAt } of this.#forks.get(id) ?? []) await this.#add(traceId, begunAt);
  }

  async #addOrigins(traceId: TraceId): Promise<void> {
    const first = this.#members.get(traceId)?.first;
    if (first?.parentId === undefined || this.#traceOf.has(first.parentId)) return;
    const origin = await this.#store.head(first.parentId);
    if (origin === undefined) return;
    await this.#add(origin.traceId);
    await this.#addOrigins(origin.traceId);
  }

  async #findForks(): Promise<void> {
    for (const summary of await this.#store.traces()) {
      this.#closing.signal.throwIfAborted();
      if (this.#members.has(summary.traceId)) continue;
      const first = await this.#firstOf(summary);
      if (first?.parentId === undefined) continue;
      this.#noteFork(first, summary.savedAt);
      if (this.#traceOf.has(first.parentId)) await this.#addForksOf(first.parentId);
    }
  }

  /** Reads the very first head of a trace; `undefined` if that was pruned. */
  async #firstOf({ traceId, latest }: TraceSummary): Promise<StoredHead | undefined> {
    if (latest.seq === 1) return latest;
    // A head says by itself where to go on: this one, before the second.
    for await (const head of this.#store.history(traceId, { before: { ...latest, seq: 2 }, limit: 1 })) return head;
    return undefined;
  }

  #noteFork({ parentId, traceId }: StoredHead, begunAt: number): void {
    const forks = this.#forks.get(parentId!) ?? [];
    if (forks.every((fork) => fork.traceId !== traceId)) this.#forks.set(parentId!, [...forks, { traceId, begunAt }]);
  }

  #take(change: Change): void {
    const member = this.#members.get(change.traceId);
    if (member === undefined) return this.#takeNew(change);
    if (change.kind === "saved") this.#traceOf.set(change.head.id, change.traceId);
    if (member.take(change)) this.#readings.get(member)!().catch((error: unknown) => this.#fail(error));
    if (change.kind !== "noted") this.#changed();
  }

  #takeNew(change: Change): void {
    if (change.kind !== "saved" || change.head.seq !== 1 || change.head.parentId === undefined) return;
    this.#noteFork(change.head, Date.now());
    if (!this.#traceOf.has(change.head.parentId)) return;
    this.#addForksOf(change.head.parentId).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.error = error;
    this.#changed();
  }

  #changed(): void {
    if (!this.#closing.signal.aborted) this.dispatchEvent(new Event("change"));
  }
}
