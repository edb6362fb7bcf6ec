import type { Backend, Scope, WriteTransaction } from "../core/backend.ts";
import { isCheckpointStoreError, type CheckpointStoreError } from "../core/errors.ts";
import type { SaveClock } from "../log/clock.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { BASES, SAVES } from "../log/scopes.ts";
import { fenceOf } from "../log/trace-record.ts";
import { decodeBase, readBase } from "../verbs/base.ts";
import { findSame } from "../verbs/find-same.ts";
import { OVERTAKEN, prepareSave, writeSaves, type PreparedSave, type Saved } from "../verbs/save.ts";
import type { PendingSave, TraceQueue } from "./trace-queue.ts";

/** How many saves go into one transaction, at most. */
const MAX_SAVES = 256;

/** What saves are carried out with. */
export interface CommitParts {
  readonly backend: Backend;
  readonly codecs: Codecs;
  readonly clock: SaveClock;
  /** Called once saves of a trace are stored. */
  readonly onSaved: (queue: TraceQueue, saves: readonly (readonly [PendingSave, Saved])[]) => void;
  /** Called if the storage is full. Returns whether room was made, so that the save is worth another try. */
  readonly makeRoom: (queue: TraceQueue, error: CheckpointStoreError) => Promise<boolean>;
}

/** Saves of one trace whose turn it is. */
interface Turn {
  readonly queue: TraceQueue;
  readonly saves: readonly PendingSave[];
}

/**
 * Commits the saves of a store. All saves that come in while a transaction is under way, of whatever traces, go into
 * the next one together: most of what a save costs is the commit, which costs as much for one save as for many.
 *
 * Other work that changes a trace takes its turn in the trace's queue, beside the saves of other traces.
 */
export class Commits {
  readonly #parts: CommitParts;
  readonly #ready = new Set<TraceQueue>();
  #isCommitting = false;
  #isScheduled = false;

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  /** Takes note that a queue has something to do. */
  schedule(queue: TraceQueue): void {
    this.#ready.add(queue);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Saves that are called in a row, without waiting, go together.
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  /** Starts the turns that can be started: all other work, and one transaction of saves if none is under way. */
  #start(): void {
    const turns: Turn[] = [];
    let count = 0;
    for (const queue of this.#ready) {
      const work = queue.takeWork();
      if (work !== undefined) {
        this.#ready.delete(queue);
        void work().finally(() => this.#end(queue));
        continue;
      }
      if (this.#isCommitting || count >= MAX_SAVES) continue;
      const saves = queue.takeSaves(MAX_SAVES - count);
      this.#ready.delete(queue);
      if (saves.length === 0) continue;
      count += saves.length;
      turns.push({ queue, saves });
    }
    if (turns.length === 0) return;
    this.#isCommitting = true;
    void this.#commit(turns).finally(() => {
      this.#isCommitting = false;
      for (const { queue } of turns) void this.#endOnceDone(queue);
    });
  }

  /** Ends a turn, after it has waited for room if it does. */
  async #endOnceDone(queue: TraceQueue): Promise<void> {
    if (queue.waiting !== undefined) await queue.waiting;
    queue.waiting = undefined;
    this.#end(queue);
  }

  #end(queue: TraceQueue): void {
    if (queue.endTurn()) this.schedule(queue);
    else if (this.#ready.size > 0) this.#start();
  }

  /**
   * Carries out turns in one transaction. If that fails, each turn is tried alone, and then each save alone, so that no
   * save fails because of another. The saves of a trace keep their order: if one has to wait, all behind it do.
   */
  async #commit(turns: readonly Turn[]): Promise<void> {
    const ready = (await Promise.all(turns.map((turn) => this.#prepare(turn)))).filter(({ saves }) => saves.length > 0);
    if (ready.length === 0) return;
    try {
      const results = await this.#write(ready);
      for (const [i, { queue, saves }] of ready.entries()) {
        const saved = results[i]!;
        this.#parts.onSaved(
          queue,
          saves.map((save, n) => [save, saved[n]!] as const),
        );
        saves.forEach((save, n) => save.resolve(saved[n]!));
      }
    } catch (error) {
      if (ready.length > 1) for (const turn of ready) await this.#commit([turn]);
      else await this.#commitOneByOne(ready[0]!, error);
    }
  }

  /** Carries out the saves of a turn that failed with `error`, one after the other. */
  async #commitOneByOne(turn: Turn, error: unknown): Promise<void> {
    giveUp(turn);
    const { queue, saves } = turn;
    for (const [i, save] of saves.entries()) {
      if (saves.length > 1) await this.#commit([{ queue, saves: [save] }]);
      else await this.#recover(queue, save, error);
      if (queue.waiting === undefined) continue;
      queue.putBack(saves.slice(i + 1), { behind: save });
      return;
    }
  }

  /**
   * Does all of a turn that has to be awaited, since nothing can be awaited within a transaction. Returns the turn
   * without the saves that can't be stored; those are rejected.
   */
  async #prepare({ queue, saves }: Turn): Promise<Turn> {
    const { codecs, backend } = this.#parts;
    if (queue.base === undefined) await queue.readPrimer();
    for (const save of saves) {
      try {
        if (save.prepared === undefined) queue.place(save);
        await queue.readBlobs(save);
        if (queue.base === undefined && codecs.isAsync) {
          queue.base = await decodeBase(await backend.read((tx) => readBase(tx, queue.traceId), BASES), codecs);
        }
        if (queue.base !== undefined) save.prepared ??= await this.#prepareOn(queue, save, queue.base);
      } catch (error) {
        save.reject(error);
        // The base may have moved on to this save in part: all others are worked out anew, on another base.
        const others = { queue, saves: saves.filter((other) => other !== save) };
        giveUp(others);
        return this.#prepare(others);
      }
    }
    return { queue, saves };
  }

  #prepareOn(queue: TraceQueue, save: PendingSave, base: NonNullable<TraceQueue["base"]>): Promise<PreparedSave> {
    const { codecs, clock } = this.#parts;
    const snapshot = queue.snapshotOn(save, base.snapshot);
    return prepareSave({ ...save.head, traceId: queue.traceId }, snapshot, { base, codecs, clock });
  }

  async #write(turns: readonly Turn[]): Promise<(readonly Saved[])[]> {
    const { backend, codecs, clock } = this.#parts;
    const work = async (transaction: WriteTransaction) => {
      const writing = turns.map(async ({ queue, saves }) => {
        let { base } = queue;
        if (base === undefined) {
          // The base is read in this transaction, so nobody can come between.
          await clock.catchUp(transaction);
          base = await decodeBase(await readBase(transaction, queue.traceId), codecs);
          for (const save of saves) save.prepared = await this.#prepareOn(queue, save, base);
        }
        const prepared = saves.map((save) => ({ ...save.prepared!, rules: save.rules }));
        return { base, ...(await writeSaves(transaction, queue.traceId, { saves: prepared, base })) };
      });
      // The transaction must not end while one of them still uses it.
      const outcomes = await Promise.allSettled(writing);
      return outcomes.map((outcome, i) => {
        if (outcome.status === "fulfilled") return outcome.value;
        if (outcome.reason === OVERTAKEN) giveUp(turns[i]!);
        throw outcome.reason;
      });
    };
    const written = await backend.write(work, scopeOf(turns));
    return written.map(({ base, trace, saved }, i) => {
      base.trace = trace;
      base.fence = fenceOf(trace);
      turns[i]!.queue.stand(base);
      return saved;
    });
  }

  /** Decides what becomes of a save that failed alone. */
  async #recover(queue: TraceQueue, save: PendingSave, error: unknown): Promise<void> {
    try {
      if (error === OVERTAKEN) {
        await this.#commit([{ queue, saves: [save] }]);
        return;
      }
      if (isCheckpointStoreError(error, "conflict")) {
        const { backend, codecs } = this.#parts;
        const left = save.growth?.left ?? new Set();
        const saved = await findSame(backend, { ...save, left, traceId: queue.traceId, codecs, error });
        save.resolve(saved);
        return;
      }
      if (isCheckpointStoreError(error, "quota-exceeded") && !save.hasMadeRoom) this.#waitForRoom(queue, save, error);
      else save.reject(error);
    } catch (reason) {
      save.reject(reason);
    }
  }

  /**
   * Puts a save back, and keeps its trace's turn open until room was made or could not be. Other traces go on
   * meanwhile.
   */
  #waitForRoom(queue: TraceQueue, save: PendingSave, error: CheckpointStoreError): void {
    save.hasMadeRoom = true;
    queue.putBack([save]);
    queue.waiting = (async () => {
      try {
        if (!(await this.#parts.makeRoom(queue, error))) queue.takeBack(save).reject(error);
      } catch (reason) {
        queue.takeBack(save).reject(reason);
      }
    })();
  }
}

/**
 * Returns the collections that turns use; `undefined` for all. Few will do if bases are known and nothing is removed.
 */
function scopeOf(turns: readonly Turn[]): Scope | undefined {
  const isPlain = turns.every(({ queue, saves }) => {
    return queue.base !== undefined && saves.every(({ rules }) => Object.keys(rules.retention).length === 0);
  });
  if (!isPlain) return undefined;
  const isOwned = turns.some(({ saves }) => saves.some(({ rules }) => rules.owner !== undefined));
  return isOwned ? [...SAVES, "owners"] : SAVES;
}

/** Throws away the base of a turn, and what its saves have worked out on it. */
function giveUp({ queue, saves }: Turn): void {
  queue.forget();
  for (const save of saves) save.prepared = undefined;
}
