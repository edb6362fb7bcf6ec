/**
 * The room `verbs` has a file for each thing that is done to a trace: `save`, `load`, `remove`, `retain`, `fork`,
 * `fold`, `append-batch`, and what they read first. Each says what it reads and writes in its transaction, from top to
 * bottom.
 *
 * It does not know whose turn it is, which saves go together, or what to do when a transaction fails: see `store`. What
 * is in the records is for `log` to know.
 */
import type { WriteTransaction } from "../core/backend.ts";
import type { CheckpointHead, CheckpointId, StoredHead, TraceId } from "../core/checkpoint.ts";
import type { PlacedHead } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import type { Retention } from "../core/retention.ts";
import type { SaveClock } from "../log/clock.ts";
import { openPart, placedHead, sealHead } from "../log/heads.ts";
import { requireOwner } from "../log/owners.ts";
import { headBytes, recordBytesOf, saysPinned, seal, type CheckpointRecord, type TraceRecord } from "../log/records.ts";
import { putBlocks, totalBytes } from "../log/stored-blocks.ts";
import { changed, putTrace, readFence, withCheckpoint } from "../log/trace-record.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { encodeState, type EncodedBlock } from "../pieces/encode.ts";
import { weightOf, type Snapshot } from "../state/snapshot.ts";
import type { Base } from "./base.ts";
import { applyRetention } from "./retain.ts";

/** The rules of the handle that a save was made through. */
export interface SaveRules {
  /** What is kept of the trace. Empty to keep everything. */
  readonly retention: Retention;
  /** The save is refused unless the trace is this owner's. Absent for any. */
  readonly owner: string | undefined;
  /** The save is refused unless this is the trace's newest checkpoint; `null` for none. Absent for any. */
  readonly ifLatest?: CheckpointId | null | undefined;
}

/** A save that was worked out against a base. Nothing is left to be awaited but the transaction. */
export interface PreparedSave {
  readonly record: CheckpointRecord;
  /** The new blocks. */
  readonly blocks: readonly EncodedBlock[];
  /** The head, with its metadata as it was given. */
  readonly head: StoredHead;
}

/** The outcome of a save whose transaction is complete. */
export interface Saved {
  readonly head: StoredHead;
  /** The trace's version after the save; `undefined` if the same checkpoint was there already. */
  readonly version: number | undefined;
  /** What retention removed, newest first. If anything, that is a change of its own, with the next version. */
  readonly pruned: readonly CheckpointId[];
}

/** Thrown if a base does not hold any more: another tab has changed the trace. */
export const OVERTAKEN = Symbol("overtaken");

/**
 * Works out what a save has to write, and moves the base on to it, so that the next save can be worked out before this
 * one is stored. Awaits nothing but the codec. If the save is not stored, the base has to be thrown away.
 */
export async function prepareSave(
  head: CheckpointHead & { readonly traceId: TraceId },
  snapshot: Snapshot,
  { base, codecs, clock }: { readonly base: Base; readonly codecs: Codecs; readonly clock: SaveClock },
): Promise<PreparedSave> {
  const { cursor, layout } = base;
  const seq = (cursor?.seq ?? 0) + 1;
  // Plus 0: -0 would be a key that Chromium (156) does not find again once it has written it to a table.
  const timestamp = cursor === undefined ? head.createdAt + 0 : Math.max(head.createdAt, cursor.timestamp + 1);
  const placed: PlacedHead = { ...head, seq, timestamp };
  const nextBlock = cursor?.nextBlock ?? 0;
  const { current: codec, store } = codecs;
  const sealing = sealHead(placed, { codec, store });
  // Side by side with the blocks: only the root has to wait for both.
  const sealed = sealing instanceof Promise ? sealing.then((made) => made.sealed?.root) : sealing.sealed?.root;
  const boundHead = placedHead(openPart(placed, codec));
  const encoding = encodeState(layout, snapshot, { codec, store, part: "state", head: boundHead, sealed, nextBlock });
  const { root, blocks, needs, contents } = encoding instanceof Promise ? await encoding : encoding;
  const recorded = sealing instanceof Promise ? await sealing : sealing;
  const recordBytes = recordBytesOf({ head: recorded, root, needs });
  const bytes = recordBytes + totalBytes(blocks);
  const stateBytes = headBytes(recorded) + weightOf(snapshot.root);
  const record: CheckpointRecord = {
    ...recorded,
    savedAt: clock.next(),
    codec: codec.name,
    root,
    needs,
    contents,
    nextBlock: nextBlock + blocks.length,
    nextNumber: layout.nextNumber,
    bytes,
    recordBytes,
    stateBytes,
    ...(saysPinned(head) && { isPinned: true }),
  };
  base.snapshot = snapshot;
  base.cursor = record;
  return { record, blocks, head: { ...placed, bytes, stateBytes } };
}

/**
 * Writes prepared saves of one trace, in their order, and applies the retention.
 *
 * @throws {@link OVERTAKEN} if the base does not hold any more; `conflict` if the trace is not the owner's any more.
 */
export async function writeSaves(
  transaction: WriteTransaction,
  traceId: TraceId,
  {
    saves,
    base,
  }: {
    readonly saves: readonly (PreparedSave & { readonly rules: SaveRules })[];
    readonly base: Pick<Base, "trace" | "fence">;
  },
): Promise<{ readonly saved: readonly Saved[]; readonly trace: TraceRecord }> {
  // Read first and checked last: the writes need not wait for what these return.
  const current = readFence(transaction, traceId);
  const owners = new Set(saves.flatMap(({ rules }) => rules.owner ?? []));
  const owning = [...owners].map((owner) => requireOwner(transaction, { traceId, owner }));
  // If a write fails first, nobody awaits these: their rejections must not count as unhandled.
  for (const asked of [current, ...owning]) asked.catch(() => undefined);
  const check = async (): Promise<void> => {
    if ((await current) !== base.fence) throw OVERTAKEN;
  };
  let { trace } = base;
  const saved: Saved[] = [];
  for (const [i, { record, blocks, head, rules }] of saves.entries()) {
    if (rules.ifLatest !== undefined && rules.ifLatest !== (trace?.latest.id ?? null)) {
      // Where the base does not hold any more, neither does what it says of the newest.
      await check();
      throw notLatest(record, { expected: rules.ifLatest, actual: trace?.latest.id });
    }
    transaction.put("checkpoints", seal(record));
    putBlocks(transaction, traceId, blocks);
    trace = withCheckpoint(trace, record);
    const { version } = trace;
    let pruned: readonly CheckpointId[] = [];
    const isLastOfItsRule = saves[i + 1]?.rules.retention !== rules.retention;
    if (isLastOfItsRule && Object.keys(rules.retention).length > 0) {
      // Retention reads the trace: it must be the one that the saves were worked out against.
      await check();
      const swept = await applyRetention(transaction, trace, rules.retention);
      pruned = swept.ids;
      trace = pruned.length === 0 ? swept.trace : changed(swept.trace);
    }
    saved.push({ head, version, pruned });
  }
  putTrace(transaction, trace!);
  await Promise.all(owning);
  await check();
  return { saved, trace: trace! };
}

function notLatest(
  { id, traceId }: CheckpointRecord,
  { expected, actual }: { readonly expected: CheckpointId | null; readonly actual: CheckpointId | undefined },
): CheckpointStoreError {
  const details = { traceId, checkpointId: id, ...(expected !== null && { expected }), ...(actual && { actual }) };
  const message = `the newest checkpoint of trace ${traceId} is ${actual ?? "none"}, not ${expected ?? "none"}`;
  return new CheckpointStoreError("conflict", message, details);
}
