import type { Backend, WriteTransaction } from "../core/backend.ts";
import type { CheckpointHead, CheckpointId, StoredHead, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import type { Retention } from "../core/retention.ts";
import { capture, type Tree } from "./capture.ts";
import type { Codecs } from "./codecs.ts";
import { isSameState } from "./equal.ts";
import { isSameMetadata, metadataOf, openHead } from "./heads.ts";
import { readBlobs, UnreadableBlob } from "./leaves.ts";
import { decodeStanding, decodeTree, findStored, readStanding, type Standing, type StoredStanding } from "./reading.ts";
import { without, type TraceRecord } from "./records.ts";
import type { Removal } from "./removal.ts";
import type { SaveClock } from "./save-clock.ts";
import { prepareSave, writeSave, type PreparedSave, type Written } from "./save.ts";
import { valueOf } from "./value.ts";
import { pathTo } from "./walk.ts";

/** With an asynchronous codec, other tabs can overtake a save again and again; this often is enough. */
const MAX_ATTEMPTS = 50;
const OVERTAKEN = Symbol("overtaken");

/** What became of a save. */
export interface Saved {
  readonly head: StoredHead;
  /** The trace's after the save; `undefined` where the same checkpoint was there already. */
  readonly version: number | undefined;
  /** What retention removed, newest first; that is a change of its own. */
  readonly pruned: readonly CheckpointId[];
}

/** What holds for a save. */
export interface SaveRules {
  readonly retention: Retention;
  /** Refuses the save unless the trace is this owner's. */
  readonly owner: string | undefined;
}

/** How to save. */
export interface SaveOptions extends SaveRules {
  /** Asked when the storage is full: whether some was freed, so that the save is worth another try. */
  readonly makeRoom: (error: CheckpointStoreError) => Promise<boolean>;
}

/** Writes one trace: one save after the other, each against the one before. */
export class TraceWriter {
  readonly #traceId: TraceId;
  readonly #backend: Backend;
  readonly #codecs: Codecs;
  readonly #clock: SaveClock;
  #queue: Promise<unknown> = Promise.resolve();
  #pending = 0;
  /** The state last handed in, saved or not: what the next one is compared with. */
  #captured: Tree | undefined;
  /** What the last save left, so that the next one need not read. */
  #standing: Standing | undefined;

  constructor(traceId: TraceId, { backend, codecs, clock }: { backend: Backend; codecs: Codecs; clock: SaveClock }) {
    this.#traceId = traceId;
    this.#clock = clock;
    this.#backend = backend;
    this.#codecs = codecs;
  }

  get isIdle(): boolean {
    return this.#pending === 0;
  }

  /** Takes a private copy of `state` at once and saves it when its turn comes. */
  save(head: CheckpointHead, { state, makeRoom, ...rules }: SaveOptions & { state: unknown }): Promise<Saved> {
    const base = this.#captured;
    const about = { traceId: this.#traceId, checkpointId: head.id };
    const tree = capture(state, { base, holding: this.#codecs.current, about });
    this.#captured = tree;
    return this.enqueue(async () => {
      try {
        await readBlobs(tree.root).catch((error: unknown) => {
          throw error instanceof UnreadableBlob ? this.#refusal(tree, { error, ...about }) : error;
        });
        return await this.#save(head, { tree, base, rules });
      } catch (error) {
        this.forget();
        if (isCheckpointStoreError(error, "conflict")) return await this.#unlessSaved(head, { tree, error });
        if (!isCheckpointStoreError(error, "quota-exceeded") || !(await makeRoom(error))) throw error;
        return await this.#saveAfresh(head, { tree, isUnused: false, rules });
      }
    });
  }

  #refusal(tree: Tree, { error, ...about }: { error: UnreadableBlob; traceId: TraceId; checkpointId: CheckpointId }) {
    const path = pathTo(error.blob, { root: valueOf(tree.root), name: "state", holding: this.#codecs.current });
    return new CheckpointStoreError("serialization", `${path} ${error.message}`, {
      ...about,
      path,
      cause: error.cause,
    });
  }

  /** Runs what changes the trace after all that was asked for before. */
  enqueue<T>(work: () => Promise<T>): Promise<T> {
    this.#pending += 1;
    const turn = this.#queue.then(work).finally(() => (this.#pending -= 1));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when all that was asked for is done. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  /** Gives up what is known of the trace: the next save reads it again. */
  forget(): void {
    this.#standing = undefined;
    this.#captured = undefined;
  }

  /** Takes note of what this store removed from the trace, which had the token `before` until then. */
  noteRemoval({ trace, freed }: Removal, before: number): void {
    const standing = this.#standing;
    if (standing?.trace?.token !== before || trace?.latest.id !== standing.trace.latest.id) this.forget();
    else this.#standing = { ...standing, trace, tail: without(standing.tail, freed) };
  }

  async #save(
    head: CheckpointHead,
    { tree, base, rules }: { tree: Tree; base: Tree | undefined; rules: SaveRules },
  ): Promise<Saved> {
    const standing = this.#standing;
    if (standing !== undefined && standing.tree === base) {
      const prepared = await this.#prepare(head, { tree, standing });
      const written = await unlessOvertaken(
        this.#backend.write(async (transaction) => {
          // Asked for first and looked at last: the writes are on their way while the answer is.
          const current = transaction.get<TraceRecord>("traces", [this.#traceId]);
          // If the writes fail first, nobody is left to hear that this did too.
          current.catch(() => undefined);
          return writeSave(transaction, {
            ...prepared,
            ...rules,
            clock: this.#clock,
            check: async () => {
              if ((await current)?.token !== standing.trace?.token) throw OVERTAKEN;
            },
          });
        }),
      );
      if (written !== undefined) return this.#stand(written);
    }
    return this.#saveAfresh(head, { tree, isUnused: standing === undefined && base === undefined, rules });
  }

  /** Reads where the trace stands now and saves against that. */
  async #saveAfresh(
    head: CheckpointHead,
    { tree, isUnused, rules }: { tree: Tree; isUnused: boolean; rules: SaveRules },
  ): Promise<Saved> {
    const isLastCaptured = this.#captured === tree;
    // A tree that was planned once, or captured against another, knows pieces that may not be there.
    let isFresh = isUnused;
    const isUsable = (): boolean => {
      const was = isFresh;
      isFresh = false;
      return was;
    };
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const written = await (this.#codecs.current.isAsync === true
        ? unlessOvertaken(this.#writeAfterReading(head, { tree, isUsable: isUsable(), rules }), { isChecked: true })
        : this.#backend.write((transaction) =>
            this.#writeWithin(transaction, head, { tree, isUsable: isUsable(), rules }),
          ));
      if (written === undefined) continue;
      if (isLastCaptured && this.#captured === tree) this.#captured = written.standing.tree;
      return this.#stand(written);
    }
    throw new CheckpointStoreError("conflict", `other writers of trace ${this.#traceId} left no room for a save`, {
      traceId: this.#traceId,
      checkpointId: head.id,
    });
  }

  /** Reads, plans and writes in one transaction: nobody can come between. */
  async #writeWithin(
    transaction: WriteTransaction,
    head: CheckpointHead,
    { tree, isUsable, rules }: { tree: Tree; isUsable: boolean; rules: SaveRules },
  ): Promise<Written> {
    await this.#clock.catchUp(transaction);
    const stored = await readStanding(transaction, this.#traceId);
    const prepared = await this.#prepareAfresh(head, { stored, tree, isUsable });
    return writeSave(transaction, { ...prepared, ...rules, clock: this.#clock });
  }

  /** With a codec that has to be awaited: reads, plans, and writes if nobody came between. */
  async #writeAfterReading(
    head: CheckpointHead,
    { tree, isUsable, rules }: { tree: Tree; isUsable: boolean; rules: SaveRules },
  ): Promise<Written> {
    const stored = await this.#backend.read((transaction) => readStanding(transaction, this.#traceId));
    const prepared = await this.#prepareAfresh(head, { stored, tree, isUsable });
    return this.#backend.write(async (transaction) => {
      await this.#clock.catchUp(transaction);
      const current = await transaction.get<TraceRecord>("traces", [this.#traceId]);
      if (current?.token !== stored.trace?.token) throw OVERTAKEN;
      return writeSave(transaction, { ...prepared, ...rules, clock: this.#clock });
    });
  }

  /** Works out a save against what was read; awaits nothing but the codec. */
  async #prepareAfresh(
    head: CheckpointHead,
    { stored, tree, isUsable }: { stored: StoredStanding; tree: Tree; isUsable: boolean },
  ): Promise<PreparedSave> {
    const standing = await decodeStanding(stored, this.#codecs);
    const afresh =
      isUsable && standing.tree === undefined
        ? tree
        : capture(valueOf(tree.root), { base: standing.tree, holding: this.#codecs.current });
    return this.#prepare(head, { tree: afresh, standing });
  }

  #prepare(head: CheckpointHead, { tree, standing }: { tree: Tree; standing: Standing }): Promise<PreparedSave> {
    return prepareSave({ ...head, traceId: this.#traceId }, { tree, standing, codecs: this.#codecs });
  }

  #stand({ head, version, pruned, standing }: Written): Saved {
    this.#standing = standing;
    return { head, version, pruned };
  }

  /** Answers the checkpoint that is there already, if it is the very one that was to be saved. @throws `error` otherwise. */
  async #unlessSaved(head: CheckpointHead, { tree, error }: { tree: Tree; error: unknown }): Promise<Saved> {
    const stored = await this.#backend.read((transaction) => findStored(transaction, head.id));
    if (stored === undefined) throw error;
    const { record } = stored;
    const refuse = (what: string): CheckpointStoreError =>
      new CheckpointStoreError("conflict", `checkpoint ${head.id} is there already, ${what}`, {
        traceId: this.#traceId,
        checkpointId: head.id,
        cause: error,
      });
    if (record.traceId !== this.#traceId) throw refuse(`in trace ${record.traceId}`);
    const isSameHead = (["parentId", "nextNode", "graphHash", "createdAt"] as const).every(
      (key) => record[key] === head[key],
    );
    const metadata = await metadataOf(record, this.#codecs);
    if (!isSameHead || !isSameMetadata(metadata, head.metadata)) throw refuse("with another head");
    const { tree: there } = await decodeTree(stored, this.#codecs);
    if (!isSameState(tree.root, there.root)) throw refuse("with another state");
    return { head: await openHead(record, this.#codecs), version: undefined, pruned: [] };
  }
}

/** @param isChecked - Nothing was written before it was known that nobody came between. */
async function unlessOvertaken<T>(work: Promise<T>, { isChecked = false } = {}): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    // Writes made against what no longer holds may also run into what took its place.
    if (error === OVERTAKEN || (!isChecked && isCheckpointStoreError(error, "conflict"))) return undefined;
    throw error;
  }
}
