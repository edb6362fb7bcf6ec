import type { Backend, WriteTransaction } from "../core/backend.ts";
import type { CheckpointHead, StoredHead, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { readBlobs } from "./leaves.ts";
import { capture, type Tree } from "./capture.ts";
import { isSameState } from "./equal.ts";
import { appendPieces, readTail } from "./pages.ts";
import { bytesOf } from "./piece.ts";
import { planSave, type NumberedPiece, type Plan } from "./plan.ts";
import { decodeStanding, decodeTree, findStored, readStanding, type Codecs, type Standing, type StoredStanding } from "./reading.ts";
import { EMPTY_LAYOUT, headBytes, headOf, seal, type DropRecord, type TraceRecord } from "./records.ts";
import { newToken, type Removal } from "./removal.ts";
import type { SaveClock } from "./save-clock.ts";
import { totalWeightOf } from "./tree.ts";
import { valueOf } from "./value.ts";

/** With an asynchronous codec, other tabs can overtake a save again and again; this often is enough. */
const MAX_ATTEMPTS = 50;
const OVERTAKEN = Symbol("overtaken");

/** What became of a save: `isNew` is false where the same checkpoint was there already. */
export interface Saved {
  readonly head: StoredHead;
  readonly version: number;
  readonly isNew: boolean;
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
  save(head: CheckpointHead, state: unknown): Promise<Saved> {
    const base = this.#captured;
    const about = { traceId: this.#traceId, checkpointId: head.id };
    const tree = capture(state, { base, holding: this.#codecs.current, about });
    this.#captured = tree;
    return this.enqueue(async () => {
      try {
        await readBlobs(tree.root);
        return await this.#save(head, { tree, base });
      } catch (error) {
        this.forget();
        if (isCheckpointStoreError(error, "conflict")) return await this.#unlessSaved(head, { tree, error });
        throw error;
      }
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
  noteRemoval({ trace }: Removal, before: number): void {
    const standing = this.#standing;
    if (standing?.trace?.token !== before || trace?.latest.id !== standing.trace.latest.id) this.forget();
    // The tail may hold pieces that are gone; to add to it as it was would bring them back.
    else this.#standing = { ...standing, trace, tail: undefined };
  }

  async #save(head: CheckpointHead, { tree, base }: { tree: Tree; base: Tree | undefined }): Promise<Saved> {
    const standing = this.#standing;
    if (standing !== undefined && standing.tree === base) {
      const plan = await this.#plan(tree, standing);
      const written = await unlessOvertaken(
        this.#backend.write(async (transaction) => {
          // Asked for first and looked at last: the writes are on their way while the answer is.
          const current = transaction.get<TraceRecord>("traces", [this.#traceId]);
          // If the writes fail first, nobody is left to hear that this did too.
          current.catch(() => undefined);
          const tail = standing.tail ?? (await readTail(transaction, this.#traceId, standing.trace!.layout));
          const standingNow = await this.#write(transaction, { head, tree, plan, standing, tail });
          if ((await current)?.token !== standing.trace?.token) throw OVERTAKEN;
          return standingNow;
        }),
      );
      if (written !== undefined) return this.#stand(written);
    }
    return this.#saveAfresh(head, { tree, isUnused: standing === undefined && base === undefined });
  }

  /** Reads where the trace stands now and saves against that. */
  async #saveAfresh(head: CheckpointHead, { tree, isUnused }: { tree: Tree; isUnused: boolean }): Promise<Saved> {
    const isLastCaptured = this.#captured === tree;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      // A tree that was planned once, or captured against another, knows pieces that may not be there.
      const isUsable = isUnused && attempt === 0;
      const written = await (this.#codecs.current.isAsync === true
        ? unlessOvertaken(this.#writeAfterReading(head, { tree, isUsable }), { isChecked: true })
        : this.#backend.write((transaction) => this.#writeWithin(transaction, head, { tree, isUsable })));
      if (written === undefined) continue;
      if (isLastCaptured && this.#captured === tree) this.#captured = written.tree;
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
    { tree, isUsable }: { tree: Tree; isUsable: boolean },
  ): Promise<Standing> {
    await this.#clock.catchUp(transaction);
    const prepared = await this.#prepare(await readStanding(transaction, this.#traceId), { tree, isUsable });
    return this.#write(transaction, { head, ...prepared });
  }

  /** With a codec that has to be awaited: reads, plans, and writes if nobody came between. */
  async #writeAfterReading(
    head: CheckpointHead,
    { tree, isUsable }: { tree: Tree; isUsable: boolean },
  ): Promise<Standing> {
    const stored = await this.#backend.read((transaction) => readStanding(transaction, this.#traceId));
    const prepared = await this.#prepare(stored, { tree, isUsable });
    return this.#backend.write(async (transaction) => {
      await this.#clock.catchUp(transaction);
      const current = await transaction.get<TraceRecord>("traces", [this.#traceId]);
      if (current?.token !== stored.trace?.token) throw OVERTAKEN;
      return this.#write(transaction, { head, ...prepared });
    });
  }

  /** Plans a save against what was read; awaits nothing but the codec. */
  async #prepare(stored: StoredStanding, { tree, isUsable }: { tree: Tree; isUsable: boolean }) {
    const standing = await decodeStanding(stored, this.#codecs);
    const afresh =
      isUsable && standing.tree === undefined
        ? tree
        : capture(valueOf(tree.root), { base: standing.tree, holding: this.#codecs.current });
    return { tree: afresh, plan: await this.#plan(afresh, standing), standing, tail: stored.tail };
  }

  #plan(tree: Tree, { trace, rootChunk, foreign }: Standing): Promise<Plan> {
    return planSave(tree, {
      base: rootChunk,
      foreign,
      nextPiece: trace?.nextPiece ?? 0,
      codec: this.#codecs.current,
    });
  }

  /** Writes a planned save and answers where the trace stands once the transaction is complete. */
  async #write(
    transaction: WriteTransaction,
    { head, tree, plan, standing, tail }: {
      head: CheckpointHead; tree: Tree; plan: Plan; standing: Standing; tail: readonly NumberedPiece[];
    },
  ): Promise<Standing> {
    const traceId = this.#traceId;
    const { trace: before } = standing;
    const seq = (before?.seq ?? 0) + 1;
    const timestamp = before === undefined ? head.createdAt : Math.max(head.createdAt, before.timestamp + 1);
    const recordBytes = headBytes(head) + bytesOf(plan.root);
    const bytes = plan.pieces.reduce((sum, piece) => sum + piece.bytes, recordBytes);
    const stateBytes = headBytes(head) + totalWeightOf(tree.root);
    const stored: StoredHead = { ...head, traceId, seq, timestamp, bytes, stateBytes };
    const recordBytesUpTo = (before?.recordBytesUpTo ?? 0) + recordBytes;
    const stateBytesUpTo = (before?.stateBytesUpTo ?? 0) + stateBytes;
    const { nextPiece } = plan;

    transaction.put(
      "checkpoints",
      seal({
        ...stored,
        codec: this.#codecs.current.name,
        root: plan.root,
        nextPiece,
        recordBytes,
        recordBytesUpTo,
        stateBytesUpTo,
      }),
    );
    const appended = await appendPieces(transaction, traceId, {
      layout: before?.layout ?? EMPTY_LAYOUT,
      tail,
      pieces: plan.pieces,
      nextPiece,
    });
    if (plan.dropped.length > 0) {
      const drop: DropRecord = { traceId, seq, dropped: plan.dropped, removedRecordBytes: 0, removedStateBytes: 0 };
      transaction.put("drops", drop);
    }
    const trace: TraceRecord = {
      traceId,
      token: newToken(),
      version: (before?.version ?? 0) + 1,
      seq,
      timestamp,
      savedAt: this.#clock.next(),
      nextPiece,
      layout: appended.layout,
      checkpoints: (before?.checkpoints ?? 0) + 1,
      bytes: (before?.bytes ?? 0) + bytes,
      stateBytes: (before?.stateBytes ?? 0) + stateBytes,
      recordBytesUpTo,
      stateBytesUpTo,
      latest: stored,
    };
    transaction.put("traces", trace);
    return { trace, tree, rootChunk: plan.rootChunk, foreign: [], tail: appended.tail };
  }

  #stand(standing: Standing): Saved {
    this.#standing = standing;
    const { latest, version } = standing.trace!;
    return { head: latest, version, isNew: true };
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
    const isSameHead = (["parentId", "nextNode", "graphHash", "createdAt"] as const).every((key) => record[key] === head[key]);
    const isSameMetadata = isSameState(capture(record.metadata).root, capture(head.metadata).root, { atomsByValue: true });
    if (!isSameHead || !isSameMetadata) throw refuse("with another head");
    const { tree: there } = await decodeTree(stored, this.#codecs);
    if (!isSameState(tree.root, there.root)) throw refuse("with another state");
    return { head: headOf(record), version: 0, isNew: false };
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
