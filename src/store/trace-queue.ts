import { pickHead, type CheckpointHead, type CheckpointId, type TraceId } from "../core/checkpoint.ts";
import type { TraceRecord } from "../log/records.ts";
import { fenceOf } from "../log/trace-record.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { capture } from "../state/capture.ts";
import { rebuild } from "../state/rebuild.ts";
import { weightOf, type Snapshot } from "../state/snapshot.ts";
import { decodeBase, type Base, type StoredBase } from "../verbs/base.ts";
import type { PreparedSave, Saved, SaveRules } from "../verbs/save.ts";
import { readBlobsOf } from "./read-blobs.ts";
import type { Growth } from "./stand.ts";

/** A save that waits for its turn, or has it. */
export interface PendingSave {
  head: CheckpointHead;
  /** Of a save through a handle. */
  readonly growth: Growth | undefined;
  readonly snapshot: Snapshot;
  /** The snapshot that it was compared with, and shares parts with. */
  readonly against: Snapshot | undefined;
  readonly rules: SaveRules;
  /** What it has to write, once that was worked out. */
  prepared: PreparedSave | undefined;
  /** Whether room was made for it on a full disk, which is done once. */
  hasMadeRoom: boolean;
  resolve(saved: Saved): void;
  reject(error: unknown): void;
}

/** A change of the trace that is no save. */
type Work = () => Promise<void>;

/**
 * The turns of one trace: all that changes it, one after the other, in the order of the calls; and what is known of it.
 */
export class TraceQueue {
  readonly traceId: TraceId;
  readonly #codecs: Codecs;
  readonly #schedule: (queue: TraceQueue) => void;
  /** What waits for its turn. */
  readonly #turns: (PendingSave | Work)[] = [];
  /** The saves whose turn it is. */
  #current: readonly PendingSave[] = [];
  /** The turn that was last made by {@link join}, and what it was handed. */
  #joined: { readonly turn: Work; readonly all: unknown[] } | undefined;
  /** Who waits for the queue to be idle. */
  readonly #idle: (() => void)[] = [];
  /** Whether it is somebody's turn. */
  #isBusy = false;
  /** The state that was handed in last, stored or not: the next one is compared with it. */
  #captured: Snapshot | undefined;
  /** What a load has read, until a base is made of it. */
  #primer: StoredBase | undefined;
  /** Settles once a turn that waits for room on a full disk may end. */
  waiting: Promise<void> | undefined;
  /** What the next save builds on; `undefined` if that has to be read. */
  base: Base | undefined;

  constructor(traceId: TraceId, { codecs, schedule }: { codecs: Codecs; schedule: (queue: TraceQueue) => void }) {
    this.traceId = traceId;
    this.#codecs = codecs;
    this.#schedule = schedule;
  }

  /** Whether nothing waits and it is nobody's turn. */
  get isIdle(): boolean {
    return !this.#isBusy && this.#turns.length === 0;
  }

  /** Whether the latest state is in memory: as a base, or as a load has read it. */
  get isPrimed(): boolean {
    return this.base !== undefined || this.#primer !== undefined;
  }

  /** About how many bytes the state takes that is in memory. */
  get bytesInMemory(): number {
    return this.base?.snapshot === undefined ? 0 : weightOf(this.base.snapshot.root);
  }

  /** Takes a private copy of `state` at once and saves it when its turn comes. */
  save(
    head: CheckpointHead,
    { state, rules, growth }: { state: unknown; rules: SaveRules; growth?: Growth | undefined },
  ): Promise<Saved> {
    const about = { traceId: this.traceId, checkpointId: head.id };
    this.#usePrimer();
    const against = this.#captured;
    const snapshot = capture(state, { base: against, holding: this.#codecs.current, about });
    this.#captured = snapshot;
    // All behind it wait, and only these: the order of a trace is that of the calls.
    if (growth?.stand.isWaiting === true) void this.enqueue(() => growth.stand.ready());
    return new Promise((resolve, reject) => {
      this.#turns.push({
        head,
        growth,
        snapshot,
        against,
        rules,
        prepared: undefined,
        hasMadeRoom: false,
        resolve(saved) {
          growth?.stand.arrive(saved.head);
          resolve(saved);
        },
        reject(error) {
          // At once, not when the caller hears of it: the saves behind it grow from another.
          growth?.stand.fail();
          reject(error as Error);
        },
      });
      if (!this.#isBusy) this.#schedule(this);
    });
  }

  /** Puts saves back whose turn it was: first in the queue, or behind one that was put back before. */
  putBack(saves: readonly PendingSave[], { behind }: { behind?: PendingSave } = {}): void {
    const place = behind === undefined ? -1 : this.#turns.indexOf(behind);
    this.#turns.splice(place + 1, 0, ...saves);
  }

  /** Takes a waiting save out of the queue. */
  takeBack(save: PendingSave): PendingSave {
    this.#turns.splice(this.#turns.indexOf(save), 1);
    return save;
  }

  /**
   * Runs what makes room on a full disk: before all that waits, or at once if a save of this trace waits for the room.
   */
  makeRoom<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting !== undefined) return work();
    return new Promise((resolve, reject) => {
      this.#turns.unshift(() => work().then(resolve, reject));
      if (!this.#isBusy) this.#schedule(this);
    });
  }

  /** Runs a change of the trace after all that was asked for before. */
  enqueue<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#turns.push(() => work().then(resolve, reject));
      if (!this.#isBusy) this.#schedule(this);
    });
  }

  /** Resolves when its turn has come, which lasts until `end` resolves. */
  hold(end: Promise<void>): Promise<void> {
    return new Promise((begin) => {
      void this.enqueue(async () => {
        // Another trace's turn may be waited for, and that may wait for room that is made in this one.
        this.waiting = end;
        begin();
        await end;
        this.waiting = undefined;
      });
    });
  }

  /**
   * Hands `one` to a change of the trace that is asked for often: `work` runs with all that were handed in since nothing
   * else was asked for. It never rejects.
   */
  join<T>(one: T, work: (all: readonly T[]) => Promise<void>): void {
    const last = this.#turns[this.#turns.length - 1];
    if (last !== undefined && last === this.#joined?.turn) {
      this.#joined.all.push(one);
      return;
    }
    const all = [one];
    const turn = (): Promise<void> => work(all);
    this.#joined = { turn, all };
    this.#turns.push(turn);
    if (!this.#isBusy) this.#schedule(this);
  }

  /** Begins the next turn if it is no save, and returns what to run. */
  takeWork(): Work | undefined {
    const [next] = this.#turns;
    if (this.#isBusy || typeof next !== "function") return undefined;
    this.#turns.shift();
    this.#isBusy = true;
    return next;
  }

  /** Begins a turn of the saves that are next, at most `count`, and returns them. */
  takeSaves(count: number): PendingSave[] {
    if (this.#isBusy) return [];
    let end = this.#turns.findIndex((turn) => typeof turn === "function");
    if (end < 0) end = this.#turns.length;
    const saves = this.#turns.splice(0, Math.min(end, count)) as PendingSave[];
    this.#isBusy = saves.length > 0;
    this.#current = saves;
    return saves;
  }

  /** Ends a turn. Returns whether anything waits. */
  endTurn(): boolean {
    this.#isBusy = false;
    this.#current = [];
    if (this.#turns.length > 0) return true;
    for (const tell of this.#idle.splice(0)) tell();
    return false;
  }

  /** Returns whether a save of this checkpoint waits or is under way. */
  isSaving(id: CheckpointId): boolean {
    return [...this.#current, ...this.#turns].some((turn) => typeof turn !== "function" && turn.head.id === id);
  }

  /** Resolves when all that was asked for is done. */
  async settled(): Promise<void> {
    if (!this.isIdle) await new Promise<void>((resolve) => void this.#idle.push(resolve));
  }

  /**
   * Keeps what a load has read, so that the next save need not read it. A base is made of it in a later task, when
   * nothing waits for that.
   */
  prime(stored: StoredBase): void {
    // A codec that returns objects as they are has given these to the caller, who may change them.
    const isPrivate = [
      stored.latest?.record.root,
      ...(stored.latest?.blocks ?? []).map(({ payload }) => payload),
    ].every((payload) => typeof payload !== "object" || payload instanceof Uint8Array);
    if (stored.trace === undefined || this.base !== undefined || !this.isIdle || !isPrivate) return;
    this.#primer = stored;
    setTimeout(() => {
      if (this.#primer === stored && this.isIdle) void this.enqueue(() => this.readPrimer());
    }, 0);
  }

  /** Makes a base of what a load has read, if there is none yet. */
  async readPrimer(): Promise<void> {
    const stored = this.#primer;
    this.#primer = undefined;
    if (stored === undefined || this.base !== undefined) return;
    try {
      this.stand(await decodeBase(stored, this.#codecs));
    } catch {
      // A save that needs it reads it again, and tells why it can't.
    }
  }

  /**
   * The same in the moment of a save, where no codec has to be awaited: then there is something to compare its state
   * with.
   */
  #usePrimer(): void {
    const stored = this.#primer;
    if (stored === undefined || this.base !== undefined || this.#codecs.isAsync) return;
    this.#primer = undefined;
    try {
      const base = decodeBase(stored, this.#codecs);
      if (!(base instanceof Promise)) this.stand(base);
    } catch {
      // The save reads it again in its turn, and tells why it can't.
    }
  }

  /** Gives up what is known of the trace: the next save reads it again. */
  forget(): void {
    this.base = undefined;
    this.#primer = undefined;
  }

  /** Takes note of a change that was no save. If the latest checkpoint stayed, so does the base, with another fence. */
  follow(before: TraceRecord, after: TraceRecord | undefined): void {
    const { base } = this;
    if (base?.trace?.version === before.version && after?.latest.id === before.latest.id) {
      base.trace = { ...after, latest: base.trace.latest };
      base.fence = fenceOf(after);
    } else this.forget();
  }

  /** Sets the parent of a save through a handle: by its turn, it is known what became of the handle's calls before. */
  place(save: PendingSave): void {
    const parentId = save.growth?.isChild === true ? save.growth.stand.parentId : save.head.parentId;
    const { parentId: _, ...head } = save.head;
    save.head = pickHead({ ...head, ...(parentId !== undefined && { parentId }) });
  }

  /** Sets the base, once all of it is stored. */
  stand(base: Base): void {
    this.base = base;
    // While saves wait, the next one is compared with the last of them; otherwise, with what is stored.
    if (this.#turns.every((turn) => typeof turn === "function")) this.#captured = base.snapshot;
  }

  /** Returns the snapshot of a save, sharing with the base's; if it was compared with another, it is compared again. */
  snapshotOn(save: PendingSave, stored: Snapshot | undefined): Snapshot {
    if (stored === undefined || save.against === stored) return save.snapshot;
    return capture(rebuild(save.snapshot.root, this.#codecs.current), { base: stored, holding: this.#codecs.current });
  }

  /** Reads the Blobs of a save that were not read yet. @throws `serialization`. */
  async readBlobs({ snapshot, head }: PendingSave): Promise<void> {
    const placings = this.base?.layout.placings;
    await readBlobsOf(snapshot, {
      name: "state",
      codec: this.#codecs.current,
      about: { traceId: this.traceId, checkpointId: head.id },
      isStored: (node) => placings?.peek(node)?.isSeen === true,
    });
  }
}
